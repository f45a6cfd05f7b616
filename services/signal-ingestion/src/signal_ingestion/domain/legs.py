"""One leg of a signal, as all generations of body write it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.signals import Direction, Leg, OrderType, SignalType

from signal_ingestion.domain.reading import Fields

CLOSING: dict[str, Side] = {"SELL_ALL": "SELL", "BUY_ALL": "BUY"}
"""Actions that close whatever the strategy holds."""
ACTIONS: dict[str, Side] = {"BUY": "BUY", "LONG": "BUY", "SELL": "SELL", "SHORT": "SELL", **CLOSING}
DIRECTIONS: dict[str, Direction] = {"LONG": "LONG", "SHORT": "SHORT"}
ORDER_TYPES: dict[str, OrderType] = {
    **dict.fromkeys(("MARKET", "MKT"), "MARKET"),
    **dict.fromkeys(("LIMIT", "LMT"), "LIMIT"),
    **dict.fromkeys(("STOP", "STP", "STOP_MARKET"), "STOP"),
    **dict.fromkeys(("STOP_LIMIT", "STP_LMT", "STOPLIMIT"), "STOP_LIMIT"),
}
_SIGNED_PRICES = ("FUTURE", "OPTION")


def read_leg(fields: Fields, contract: Contract, action: Side | None = None) -> Leg:
    """
    Return the leg that trades *contract*, on the side of *action* or else of the field ``action``.

    A price, stop-loss or take-profit of 0 is none. ``direction`` never sets the side (RULES 2).

    Raises:
        Refused: a field is missing, wrong, or at odds with the order type.
    """
    side = action or action_of(fields)
    order_type = fields.choice(ORDER_TYPES, "order_type") or "MARKET"
    price = _price_of(fields, contract)
    stop_price = _stop_of(fields, order_type, price)
    if order_type in ("LIMIT", "STOP_LIMIT") and price is None:
        raise fields.refused("price", f"is missing: a {order_type} order needs one")
    return Leg(
        contract=contract,
        action=side,
        direction=_direction_of(fields, side),
        quantity=None if closes_all(fields) else quantity_of(fields),
        order_type=order_type,
        price=price,
        stop_price=stop_price,
        stop_loss=protection_of(fields, "stop_loss"),
        take_profit=protection_of(fields, "take_profit"),
    )


def action_of(fields: Fields) -> Side:
    """Return the side that the field ``action`` means; refuse a leg without one."""
    side = fields.choice(ACTIONS, "action", "side")
    if side is None:
        raise fields.refused("action", "is missing: BUY or SELL")
    return side


def closes_all(fields: Fields) -> bool:
    """Whether the action is to close all that the strategy holds."""
    return fields.word("action", "side") in CLOSING


def closing_intent(legs: Sequence[Fields]) -> SignalType | None:
    """
    Return EXIT for legs that can only close; None where none of them says so.

    Raises:
        Refused: some of them close all and others do not; the intent is the signal's, so half of it would be guessed.
    """
    closing = [closes_all(leg) or leg.values.get("stop_loss") is True for leg in legs]
    if not any(closing):
        return None
    if not all(closing):
        raise legs[closing.index(True)].refused(
            "action", "closes all, but other legs do not; send it as its own signal"
        )
    return "EXIT"


def quantity_of(fields: Fields) -> Decimal | None:
    """Return the sender's units, above 0; None where the sender leaves the size to the desk."""
    quantity = fields.number("quantity", "qty")
    if quantity is not None and quantity <= 0:
        raise fields.refused(fields.found("quantity", "qty")[0], "must be above 0: the action says which way")
    return quantity


def protection_of(fields: Fields, name: str) -> Decimal | None:
    """Return the price of a stop-loss or take-profit; 0 and false are none."""
    return None if fields.values.get(name) is False else fields.above_zero(name)


def _price_of(fields: Fields, contract: Contract) -> Decimal | None:
    price = fields.number("price", "limit_price")
    if price is not None and price < 0 and contract.type not in _SIGNED_PRICES:
        raise fields.refused("price", "must not be negative")
    return price or None


def _stop_of(fields: Fields, order_type: OrderType, price: Decimal | None) -> Decimal | None:
    stop = fields.above_zero("stop_price", "trigger_price")
    if order_type == "STOP":
        stop = stop or price
    if order_type in ("STOP", "STOP_LIMIT") and stop is None:
        raise fields.refused("stop_price", f"is missing: a {order_type} order needs one")
    return stop if order_type in ("STOP", "STOP_LIMIT") else None


def _direction_of(fields: Fields, side: Side) -> Direction | None:
    word = fields.word("direction")
    if word is None:
        return None
    direction = DIRECTIONS.get(word)
    if direction != {"BUY": "LONG", "SELL": "SHORT"}[side]:
        fields.warn(f"direction does not go with action; the action decides: {side}")
    return direction
