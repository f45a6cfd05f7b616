"""Several legs as one: none is sent before all pass; if one fails, the others are undone (RULES 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.base import opposite
from mathematricks.contracts.orders import LotClose, OrderRecord, OrderStatus, TradingOrder, order_id_for

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


def to_unwind(leg: OrderRecord, unwinds: Sequence[OrderRecord], now: datetime) -> TradingOrder | None:
    """
    Return the order that closes what *leg* of a failed group has filled; None where nothing is to do yet.

    A fill that comes after the leg was unwound is unwound by another order.
    """
    mine = [order for order in unwinds if order.lot == leg.order_id]
    left = leg.filled - sum((order.filled for order in mine), Decimal(0))
    if leg.live or left <= 0 or any(order.live for order in mine):
        return None
    return closing_order(leg, "unwind", len(mine) + 1, left, now)


def is_unwound(legs: Iterable[OrderRecord], unwinds: Sequence[OrderRecord]) -> bool:
    """Return whether nothing of a failed group lives and nothing of it is held."""
    return not any(order.live for order in unwinds) and not any(
        leg.live or leg.filled > sum((order.filled for order in unwinds if order.lot == leg.order_id), Decimal(0))
        for leg in legs
    )


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
