"""Third generation: ``signal_legs`` is a list of legs with ``instrument`` and ``instrument_type``."""

from __future__ import annotations

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closing_intent, read_leg
from signal_ingestion.domain.option_legs import option_fields
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
    legs = [leg for each in listed_fields(body) for leg in _legs(each)]
    return Reading(tuple(read_leg(leg, contract_of(leg)) for leg in legs), closing_intent(legs))


def _legs(fields: Fields) -> list[Fields]:
    return option_fields(fields) if type_of(fields.values) == "OPTION" else [fields]
