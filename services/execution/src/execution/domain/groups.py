"""Several legs as one: none is sent before all pass; if one fails, the others are undone (RULES 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.base import opposite
from mathematricks.contracts.orders import LotClose, OrderRecord, OrderStatus, TradingOrder, order_id_for

from execution.domain.exits import taken_of
from execution.domain.submission import End, Step, Wait

PATIENCE = timedelta(seconds=10)
"""How long a leg may take from its claim until it works at its venue."""

WORKS = frozenset(
    {OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED, OrderStatus.PENDING_REPLACE}
)


def group_of(order: TradingOrder) -> tuple[str, str] | None:
    """Return the name of the group that *order* is a leg of; None for one that stands alone. Exits always do."""
    if order.purpose != "entry" or order.total_legs < 2:
        return None
    return order.signal_id, order.account


def all_or_none(steps: Sequence[Step]) -> list[Step]:
    """Return the legs' steps made one: all go, or all wait, or all end as the first one that ends."""
    ending = next((step for step in steps if isinstance(step, End)), None)
    if ending is not None:
        return [step if step is ending else End(ending.status, f"GROUP: {ending.reason}") for step in steps]
    waiting = next((step for step in steps if isinstance(step, Wait)), None)
    return [waiting] * len(steps) if waiting is not None else list(steps)


def failure(legs: Iterable[OrderRecord], now: datetime) -> str | None:
    """Return why a group that was sent has failed; None while it has not."""
    for leg in legs:
        started = leg.attempts[-1].begun_at if leg.attempts else None
        if started is not None and not leg.live and leg.status is not OrderStatus.FILLED:
            return f"leg {leg.leg_index} ({leg.instrument}) ended {leg.status}: {leg.reason or 'no reason given'}"
        if started is not None and leg.live and leg.status not in WORKS and now - started > PATIENCE:
            return f"leg {leg.leg_index} ({leg.instrument}) was not working after {PATIENCE.seconds} s"
    return None


def to_unwind(leg: OrderRecord, closers: Sequence[OrderRecord], now: datetime) -> TradingOrder | None:
    """
    Return the order that closes what is left of *leg* of a failed group; None where nothing is to do yet.

    What exits of its lot have taken, or are about to, is theirs: one that is not sized yet is waited for.
    A fill that comes after the leg was unwound is unwound by another order.

    Args:
        closers: Every order that closes the leg's lot, or another one's.
    """
    mine = _unwinds(leg, closers)
    exits = [order for order in closers if _is_on_its_way(order) and _closes(order, leg)]
    if leg.live or any(order.live for order in mine) or any(order.working_quantity is None for order in exits):
        return None
    left = _left(leg, closers)
    return closing_order(leg, "unwind", len(mine) + 1, left, now) if left > 0 else None


def in_the_way(legs: Sequence[OrderRecord], closers: Iterable[OrderRecord]) -> list[OrderRecord]:
    """Return the live exits that rest and close nothing but these *legs* of a failed group."""
    lots = {leg.order_id for leg in legs}
    resting = [order for order in closers if order.live and order.purpose == "exit" and order.order_type != "MARKET"]
    return [order for order in resting if {close.lot for close in order.closes} <= lots]


def is_unwound(legs: Iterable[OrderRecord], closers: Sequence[OrderRecord]) -> bool:
    """Return whether nothing of a failed group lives, nothing of it is held, and nothing that closes it lives."""
    return not any(order.live for order in closers) and not any(leg.live or _left(leg, closers) > 0 for leg in legs)


def _left(leg: OrderRecord, closers: Sequence[OrderRecord]) -> Decimal:
    """Return what nobody closes. An unwinding order that ended short found no more to reduce, so it took its all."""
    mine = _unwinds(leg, closers)
    others = [order for order in closers if order not in mine]
    undone = sum((order.quantity or Decimal(0) for order in mine), Decimal(0))
    return leg.filled - undone - taken_of(leg.order_id, others, _is_on_its_way)


def _unwinds(leg: OrderRecord, closers: Iterable[OrderRecord]) -> list[OrderRecord]:
    return [order for order in closers if order.purpose == "unwind" and order.lot == leg.order_id]


def _closes(order: OrderRecord, leg: OrderRecord) -> bool:
    return any(close.lot == leg.order_id for close in order.closes)


def _is_on_its_way(order: OrderRecord) -> bool:
    """What rests may never trade; it keeps no share of a lot that is undone."""
    return order.live and order.order_type == "MARKET"


def closing_order(entry: OrderRecord, purpose: str, number: int, quantity: Decimal, now: datetime) -> TradingOrder:
    """Return the market order that closes *quantity* of *entry*'s lot; *number* counts those of one purpose."""
    name = purpose if number == 1 else f"{purpose}.{number}"
    order_id = order_id_for(entry.signal_id, entry.account, entry.leg_index, name)
    asked = entry.asked if entry.asked else quantity
    fields = {name: getattr(entry, name) for name in TradingOrder.model_fields}
    return TradingOrder(
        **fields
        | {
            "order_id": order_id,
            "purpose": purpose,
            "side": opposite(entry.side),
            "order_type": "MARKET",
            "quantity": quantity,
            "asked": None,
            "limit_price": None,
            "stop_price": None,
            "time_in_force": "DAY",
            "worst_price": None,
            "valid_until": None,
            "stop_loss": None,
            "take_profit": None,
            "waits_for": (),
            "total_legs": 1,
            "reserved_margin": Decimal(0),
            "closes": (LotClose(lot=entry.order_id, asked=asked, lot_asked=asked, last=True),),
            "decided_at": now,
        }
    )
