"""Second generation: ``signal`` is an object with ``instrument`` and ``instrument_type`` (all but options)."""

from __future__ import annotations

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closing_intent, read_leg
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, as_object, is_named_option, is_stop, object_fields, type_of

NAME = "v2"


def recognises(body: Tree) -> bool:
    """Whether the signal is an object that names its instrument in the second generation's way."""
    signal = as_object(body)
    if signal is None or is_stop(signal) or is_named_option(signal):
        return False
    return type_of(signal) != "OPTION" and ("instrument" in signal or "instrument_type" in signal)


def parse(body: Fields) -> Reading:
    """Return its one leg."""
    fields = object_fields(body)
    return Reading((read_leg(fields, contract_of(fields)),), closing_intent([fields]))
