"""Stop-loss and take-profit of an entry: a pair that cancel each other, as large as what is left of its lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.orders import OrderRecord, OrderStatus, TradingOrder

from execution.domain.exits import counts_when_guarded, taken_of
from execution.domain.groups import closing_order
from execution.domain.orders import PROTECTIVE

ZERO = Decimal(0)
BEING_CANCELLED = frozenset({OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE})


@dataclass(frozen=True)
class Guard:
    """
    What is to be done for one lot.

    Attributes:
        cancel: Protective orders that no longer fit.
        place: The pair that fits, to be placed once nothing of the old one lives.
        over: The lot is closed and its entry ended: nobody needs to look at it again.
    """

    cancel: tuple[str, ...] = ()
    place: tuple[TradingOrder, ...] = ()
    over: bool = False


def guard(entry: OrderRecord, closers: Sequence[OrderRecord], there_is: Decimal, now: datetime) -> Guard:
    """
    Return what brings *entry*'s protection in line with what is left of its lot.

    Args:
        closers: Every order that closes this lot: protective ones of the past and present, exits, unwinding.
        there_is: What the account holds to reduce at all; it can be less than the lot after a trade by hand.
    """
    pairs = [order for order in closers if order.lot == entry.order_id and order.purpose in PROTECTIVE]
    others = [order for order in closers if order not in pairs]
    hit = sum((order.filled for order in pairs), ZERO)
    left = entry.filled - hit - taken_of(entry.order_id, others, counts_when_guarded)
    live = [order for order in pairs if order.live]
    wanted = ZERO if entry.unwinding else max(ZERO, min(left, there_is))
    if live:
        fits = len(live) == _legs(entry) and _pair_open(live, pairs) == wanted
        stay = fits or any(order.status in BEING_CANCELLED or order.ends_as for order in live)
        return Guard(cancel=() if stay else tuple(order.order_id for order in live))
    if wanted > 0:
        return Guard(place=_pair(entry, wanted, 1 + _pairs_made(pairs), now))
    return Guard(over=left <= 0 and not entry.live and not any(order.live for order in others))


def oco_group(order: TradingOrder, lot: str) -> str:
    """Return the name under which the venue lets the orders of one pair cancel each other."""
    return f"{lot}.{order.decided_at.timestamp():.3f}"


def _pairs_made(pairs: Sequence[OrderRecord]) -> int:
    return max(sum(order.purpose == purpose for order in pairs) for purpose in PROTECTIVE)


def _pair_open(live: Sequence[OrderRecord], pairs: Sequence[OrderRecord]) -> Decimal:
    """What one of the two fills, the venue takes from the other."""
    filled = sum((order.filled for order in pairs if order.decided_at == live[0].decided_at), ZERO)
    return (live[0].working_quantity or ZERO) - filled


def _legs(entry: OrderRecord) -> int:
    return (entry.stop_loss is not None) + (entry.take_profit is not None)


def _pair(entry: OrderRecord, quantity: Decimal, number: int, now: datetime) -> tuple[TradingOrder, ...]:
    orders = []
    if entry.stop_loss is not None:
        stop = closing_order(entry, "stop_loss", number, quantity, now)
        orders.append(stop.model_copy(update={"order_type": "STOP", "stop_price": entry.stop_loss}))
    if entry.take_profit is not None:
        target = closing_order(entry, "take_profit", number, quantity, now)
        orders.append(target.model_copy(update={"order_type": "LIMIT", "limit_price": entry.take_profit}))
    return tuple(order.model_copy(update={"time_in_force": "GTC"}) for order in orders)
