"""First generation, several legs: ``signal`` is a list of objects with ``ticker`` and ``quantity`` or ``qty``."""

from __future__ import annotations

from mathematricks.contracts.signals import Leg

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closing_intent, read_leg
from signal_ingestion.domain.providers import v1_options, v1_stop
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, is_named_option, is_stop, listed_fields, names_instrument

NAME = "v1-legs"


def recognises(body: Tree) -> bool:
    """Whether ``signal`` is a list, none of whose legs is of the third generation."""
    legs = body.get("signal")
    return body.get("signal_legs") is None and isinstance(legs, list) and not any(map(names_instrument, legs))


def parse(body: Fields) -> Reading:
    """Return its legs in order."""
    fields = listed_fields(body)
    return Reading(tuple(map(_leg, fields)), closing_intent(fields))


def _leg(fields: Fields) -> Leg:
    """A listed leg may be a stop or an option, as one alone may be."""
    if is_stop(fields.values):
        return v1_stop.leg_of(fields)
    if is_named_option(fields.values):
        return v1_options.leg_of(fields)
    return read_leg(fields, contract_of(fields))
