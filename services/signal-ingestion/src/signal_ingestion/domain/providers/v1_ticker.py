"""First generation, the usual shape: ``signal`` is an object with a ``ticker``."""

from __future__ import annotations

from signal_ingestion.domain.instruments import contract_of
from signal_ingestion.domain.legs import closing_intent, read_leg
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, as_object, is_named_option, is_stop, object_fields

NAME = "v1"


def recognises(body: Tree) -> bool:
    """Whether the signal is an object with a ticker and nothing that marks a later generation."""
    signal = as_object(body)
    if signal is None or is_stop(signal) or is_named_option(signal):
        return False
    return "ticker" in signal and not {"instrument", "instrument_type"} & signal.keys()


def parse(body: Fields) -> Reading:
    """Return its one leg; SELL_ALL and BUY_ALL close the strategy's position."""
    fields = object_fields(body)
    return Reading((read_leg(fields, contract_of(fields)),), closing_intent([fields]))
