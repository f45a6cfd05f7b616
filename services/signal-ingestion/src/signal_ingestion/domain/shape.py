"""Where the signal stands in a body: what the formats recognise themselves by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mathematricks.contracts.signals import Leg, SignalType

from signal_ingestion.domain.instruments import TYPES
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.refused import Refused

MOST_LEGS = 20
Tree = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """What a format found: the legs, and the intent where the format itself says it."""

    legs: tuple[Leg, ...]
    signal_type: SignalType | None = None


class Provider(Protocol):
    """One generation of body: a module of ``providers``. At most one of them recognises a body."""

    NAME: str

    def recognises(self, body: Tree) -> bool:
        """Whether the body has this shape; never raises."""

    def parse(self, body: Fields) -> Reading:
        """Return what the body says; raise ``Refused`` where it does not say it properly."""


def signal_of(body: Tree) -> Any:
    """Return ``signal_legs``, else ``signal``, else the body itself: a template may put all in one object."""
    for name in ("signal_legs", "signal"):
        if body.get(name) is not None:
            return body[name]
    return body


def as_object(body: Tree) -> Tree | None:
    """Return the signal if it is one object."""
    signal = signal_of(body)
    return signal if isinstance(signal, dict) else None


def type_of(signal: Tree) -> str | None:
    """Return the instrument type that the object names, in the desk's words; None where it names none."""
    word = signal.get("instrument_type")
    return TYPES.get(word.strip().upper(), "?") if isinstance(word, str) else None


def names_instrument(leg: Any) -> bool:
    """Whether a listed leg is of the third generation."""
    return isinstance(leg, dict) and ("instrument" in leg or "instrument_type" in leg)


def is_stop(signal: Tree) -> bool:
    """Whether the object is a trigger or says that it is itself a stop-loss."""
    return "trigger" in signal or signal.get("stop_loss") is True


def is_named_option(signal: Tree) -> bool:
    """Whether the object is an option of the first generation: by ``type`` or by an action like BUY_CALL."""
    action, kind = signal.get("action"), signal.get("type")
    by_action = isinstance(action, str) and action.strip().upper().endswith(("_CALL", "_PUT"))
    return type_of(signal) is None and (by_action or (isinstance(kind, str) and TYPES.get(kind.upper()) == "OPTION"))


def object_fields(body: Fields) -> Fields:
    """Return the fields of the signal that is one object."""
    signal = signal_of(body.values)
    path = "" if signal is body.values else f"{_name(body)}."
    return Fields(signal, path, body.warnings)


def leg_fields(fields: Fields, name: str, legs: Any) -> list[Fields]:
    """Return the fields of each of *legs*, which stand under *name*; refuse none, too many, or no objects."""
    if not isinstance(legs, list) or not legs:
        raise fields.refused(name, "must list at least one leg")
    if len(legs) > MOST_LEGS:
        raise fields.refused(name, f"lists more than {MOST_LEGS} legs")
    if not all(isinstance(leg, dict) for leg in legs):
        raise Refused(400, f"Every leg in {fields.path}{name} must be an object")
    return [Fields(leg, f"{fields.path}{name}[{i}].", fields.warnings) for i, leg in enumerate(legs)]


def listed_fields(body: Fields) -> list[Fields]:
    """Return the fields of each leg of a signal that is a list."""
    return leg_fields(body, _name(body), signal_of(body.values))


def _name(body: Fields) -> str:
    return "signal_legs" if body.values.get("signal_legs") is not None else "signal"
