"""First generation, several legs: ``signal`` is a list of objects with ``ticker`` and ``quantity`` or ``qty``."""

from __future__ import annotations

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closes_all, read_leg
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, listed_fields, names_instrument

NAME = "v1-legs"


def recognises(body: Tree) -> bool:
    """Whether ``signal`` is a list, none of whose legs is of the third generation."""
    legs = body.get("signal")
    return body.get("signal_legs") is None and isinstance(legs, list) and not any(map(names_instrument, legs))


def parse(body: Fields) -> Reading:
    """Return its legs in order."""
    fields = listed_fields(body)
    legs = tuple(read_leg(leg, contract_of(leg)) for leg in fields)
    return Reading(legs, "EXIT" if all(map(closes_all, fields)) else None)
