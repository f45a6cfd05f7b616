"""Third generation: ``signal_legs`` is a list of legs with ``instrument`` and ``instrument_type``."""

from __future__ import annotations

from mathematricks.contracts.signals import Leg

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closes_all, read_leg
from signal_ingestion.domain.option_legs import read_option_legs
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, listed_fields, names_instrument, type_of

NAME = "v3"


def recognises(body: Tree) -> bool:
    """Whether there are ``signal_legs``, or a ``signal`` list whose legs name an instrument (a stored copy)."""
    if body.get("signal_legs") is not None:
        return isinstance(body["signal_legs"], list)
    legs = body.get("signal")
    return isinstance(legs, list) and any(map(names_instrument, legs))


def parse(body: Fields) -> Reading:
    """Return its legs in order; the doubled ``signal`` beside ``signal_legs`` is ignored."""
    doubled, legs_said = body.values.get("signal"), body.values.get("signal_legs")
    if None not in (doubled, legs_said) and doubled != legs_said:
        body.warn("signal differs from signal_legs; signal_legs decides")
    fields = listed_fields(body)
    legs = tuple(leg for each in fields for leg in _legs(each))
    return Reading(legs, "EXIT" if all(map(closes_all, fields)) else None)


def _legs(fields: Fields) -> list[Leg]:
    if type_of(fields.values) == "OPTION":
        return read_option_legs(fields)
    return [read_leg(fields, contract_of(fields))]
