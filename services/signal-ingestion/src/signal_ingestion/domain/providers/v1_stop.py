"""
First generation, stops: ``{"trigger": "if AAPL < 145", "action": "SELL_ALL", "stop_loss": true}``.

A stop-loss below the market (``<``) sells and so closes a long; one above it (``>``) buys and so
closes a short: the comparison decides. A trigger that is no stop-loss trades as its action says, by
a stop order where the price moves with the order, by a limit order where it moves against it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.signals import Leg

from signal_ingestion.domain.instruments import SYMBOL_FIELDS, contract_of
from signal_ingestion.domain.legs import ACTIONS, action_of, closes_all, closing_intent, quantity_of
from signal_ingestion.domain.reading import Fields
from signal_ingestion.domain.shape import Reading, Tree, as_object, is_stop, object_fields

NAME = "v1-stop"
_TRIGGER = re.compile(r"(?:(?:IF\s+)?(?P<symbol>\S+?)\s*(?P<sign>[<>])=?)?\s*\$?\s*(?P<price>[\d.]{1,40})", re.ASCII)
_THE_PRICE = frozenset({"PRICE", "CLOSE", "LAST", "MARKET"})
"""What a condition may call the price of the ticker that stands beside it."""
_MOVES_WITH: dict[str, Side] = {"<": "SELL", ">": "BUY"}


def recognises(body: Tree) -> bool:
    """Whether the signal is an object with a trigger, or says of itself that it is a stop-loss."""
    signal = as_object(body)
    return signal is not None and is_stop(signal)


def parse(body: Fields) -> Reading:
    """Return one resting leg; a stop-loss and an ``…_ALL`` action are exits."""
    fields = object_fields(body)
    return Reading((leg_of(fields),), closing_intent([fields]))


def leg_of(fields: Fields) -> Leg:
    """Return the resting leg that the fields of one stop say."""
    contract, sign, level = _condition(fields)
    is_loss = fields.values.get("stop_loss") is True
    return _stop_loss(fields, contract, sign, level) if is_loss else _triggered(fields, contract, sign, level)


def _stop_loss(fields: Fields, contract: Contract, sign: str | None, level: Decimal) -> Leg:
    said = fields.choice(ACTIONS, "action", "side")
    side = _MOVES_WITH[sign] if sign else action_of(fields)
    if said not in (None, side):
        fields.warn(f"action does not go with trigger; a stop-loss on {sign} means a {side} stop")
    quantity = None if closes_all(fields) else quantity_of(fields)
    return Leg(contract=contract, action=side, quantity=quantity, order_type="STOP", stop_price=level)


def _triggered(fields: Fields, contract: Contract, sign: str | None, level: Decimal) -> Leg:
    side = action_of(fields)
    quantity = None if closes_all(fields) else quantity_of(fields)
    if sign and side != _MOVES_WITH[sign]:
        return Leg(contract=contract, action=side, quantity=quantity, order_type="LIMIT", price=level)
    return Leg(contract=contract, action=side, quantity=quantity, order_type="STOP", stop_price=level)


def _condition(fields: Fields) -> tuple[Contract, str | None, Decimal]:
    trigger = fields.text("trigger", most=100)
    if trigger is None:
        return contract_of(fields), None, _level(fields, "stop_price", "price")
    match = _TRIGGER.fullmatch(trigger.upper())
    if match is None:
        raise fields.refused("trigger", 'is not understood: write it like "if AAPL < 145"')
    level = _level(Fields({"trigger": match["price"]}, fields.path, fields.warnings), "trigger")
    return _instrument(fields, match["symbol"]), match["sign"], level


def _instrument(fields: Fields, symbol: str | None) -> Contract:
    """The condition names it, or the ticker beside it; where both do, they name the same."""
    _, ticker = fields.found(*SYMBOL_FIELDS)
    if symbol is None or (symbol in _THE_PRICE and ticker is not None):
        return contract_of(fields)
    rest = {name: value for name, value in fields.values.items() if name not in SYMBOL_FIELDS}
    contract = contract_of(Fields(rest | {"ticker": symbol}, fields.path, fields.warnings))
    if ticker is not None and contract_of(fields) != contract:
        raise fields.refused("trigger", "names another instrument than the ticker beside it")
    return contract


def _level(fields: Fields, *names: str) -> Decimal:
    level = fields.above_zero(*names)
    if level is None:
        raise fields.refused(names[0], "names no price above 0")
    return level
