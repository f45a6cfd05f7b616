"""Second generation, options: ``underlying`` and ``legs`` of strike, expiry, right, action and quantity."""

from __future__ import annotations

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closing_intent, read_leg
from signal_ingestion.domain.option_legs import option_fields
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, as_object, is_named_option, is_stop, object_fields, type_of

NAME = "v2-options"


def recognises(body: Tree) -> bool:
    """Whether the signal is an object whose ``instrument_type`` is an option."""
    signal = as_object(body)
    if signal is None or is_stop(signal) or is_named_option(signal):
        return False
    return type_of(signal) == "OPTION"


def parse(body: Fields) -> Reading:
    """Return its legs; what a leg does not say, the signal says for all."""
    legs = option_fields(object_fields(body))
    return Reading(tuple(read_leg(leg, contract_of(leg)) for leg in legs), closing_intent(legs))
