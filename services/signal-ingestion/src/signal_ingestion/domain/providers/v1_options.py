"""First generation, options: ``{"type": "options", "ticker", "strike", "expiry", "action": "BUY_CALL"}``."""

from __future__ import annotations

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Right
from mathematricks.contracts.signals import Leg

from signal_ingestion.domain.instruments import RIGHTS, SYMBOL_FIELDS, option_of, symbol_of
from signal_ingestion.domain.legs import action_of, closing_intent, read_leg
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, as_object, is_named_option, is_stop, object_fields

NAME = "v1-options"
NAMED: dict[str, tuple[Side, Right]] = {
    "BUY_CALL": ("BUY", "C"),
    "BUY_PUT": ("BUY", "P"),
    "SELL_CALL": ("SELL", "C"),
    "SELL_PUT": ("SELL", "P"),
}


def recognises(body: Tree) -> bool:
    """Whether the signal is an object that calls itself options, or buys or sells a call or a put."""
    signal = as_object(body)
    return signal is not None and not is_stop(signal) and is_named_option(signal)


def parse(body: Fields) -> Reading:
    """Return its one option leg."""
    fields = object_fields(body)
    return Reading((leg_of(fields),), closing_intent([fields]))


def leg_of(fields: Fields) -> Leg:
    """Return the leg that the fields of one option say."""
    side, right = _meaning(fields)
    contract = option_of(fields, symbol_of(fields, "underlying", *SYMBOL_FIELDS), right)
    return read_leg(fields, contract, side)


def _meaning(fields: Fields) -> tuple[Side, Right]:
    if (word := fields.word("action")) in NAMED:
        return NAMED[word]
    right = fields.choice(RIGHTS, "right", "option_type")
    if right is None:
        raise fields.refused("action", "must be BUY_CALL, BUY_PUT, SELL_CALL or SELL_PUT")
    return action_of(fields), right
