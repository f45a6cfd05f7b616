"""Signals as their senders see them: how each ended, at what price, and what it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, ZERO, booked
from mathematricks.contracts.base import Mode
from mathematricks.contracts.money_views import SignalRow, SignalStanding
from mathematricks.contracts.orders import LotClose, OrderStatus
from mathematricks.contracts.signals import SignalRecord

from dashboard_processor.domain.earnings import Entry
from dashboard_processor.domain.payouts import tidy

OPENS, CLOSES = "entry", "exit"
DUST = Decimal("1E-9")
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Verdict:
    """What was decided on a signal, as far as its sender sees it; *ordered* is of its first leg."""

    mode: Mode
    refused: str | None
    ordered: Decimal | None
    commands: bool = False
    orders: int = 0


@dataclass(frozen=True)
class Order:
    """One order of a signal, as far as its sender sees it."""

    order_id: str
    signal_id: str
    purpose: str
    leg_index: int
    status: OrderStatus
    live: bool
    filled: Decimal
    average_price: Decimal | None
    closes: tuple[LotClose, ...]


@dataclass(frozen=True)
class Trail:
    """
    Everything that a signal's row is made of.

    ``entries`` are those of its own orders and of the orders that close its lots; ``orders`` both kinds.
    ``held`` is whether its strategy still holds any of its instruments.
    """

    signal: SignalRecord
    mode: Mode
    verdict: Verdict | None
    orders: Mapping[str, Order]
    entries: Sequence[tuple[Entry, Decimal]]
    held: bool


def row_of(trail: Trail, now: datetime) -> SignalRow:
    """
    Return the signal's row; what its lots made counts here, whichever signals closed them.

    What was closed by nobody's order (a flattening, a hand at the venue) leaves its lots unbalanced: they are
    looked at for a day more, for positions are written a little after the fills that they come from.
    """
    signal, first = trail.signal, trail.signal.legs[0]
    mine = [order for order in trail.orders.values() if order.signal_id == signal.signal_id]
    traded = [order for order in mine if order.purpose in (OPENS, CLOSES)]
    status, reason = _standing(trail.verdict, traded)
    leading = [order for order in traded if order.leg_index == 0 and order.filled > 0]
    filled, names = sum((order.filled for order in leading), ZERO), {order.order_id for order in leading}
    profit, left = _made(trail)
    balanced = abs(left) <= DUST
    over = balanced or (not trail.held and now - signal.received_at >= A_DAY)
    told = all(order.filled == _booked_of(order.order_id, trail) for order in mine)
    return SignalRow(
        **signal.model_dump(
            include={"signal_id", "external_id", "sender", "strategy_id", "strategy_seq", "sent_at", "received_at"}
        ),
        mode=trail.mode,
        instrument=first.contract.key,
        action=first.action,
        legs=len(signal.legs),
        status=status,
        reason=reason,
        asked=first.quantity,
        ordered=trail.verdict.ordered if trail.verdict else None,
        filled=filled,
        their_price=first.price,
        our_price=_average(leading, filled),
        price_currency=next((entry.currency for entry, _ in trail.entries if entry.order_id in names), None),
        profit=tidy(profit),
        profit_currency=next((entry.base_currency for entry, _ in trail.entries), None),
        open=trail.held and not balanced,
        settled=status in ("executed", "dropped") and told and over and not any(each.live for each in mine),
    )


def shares(entry_amount: Decimal, order: Order, lots: Mapping[str, str]) -> list[tuple[str, Decimal]]:
    """
    Return which signal gets how much of what *order* made: its own, or those whose lots it closes.

    By the sender's units that it takes of each lot, the last taking the rest, so that nothing is lost.
    *lots* says which signal each lot is of.
    """
    whole = sum((close.asked for close in order.closes), ZERO)
    if not order.closes or whole <= 0:
        return [(order.signal_id, entry_amount)]
    parts, left = [], entry_amount
    with localcontext(EXACT):
        for close in order.closes[:-1]:
            part = booked(entry_amount * close.asked / whole)
            parts.append((lots.get(close.lot, order.signal_id), part))
            left -= part
    return [*parts, (lots.get(order.closes[-1].lot, order.signal_id), left)]


def _made(trail: Trail) -> tuple[Decimal, Decimal]:
    """Profit and units left of the signal's own lots, after everything that closes them."""
    lots = {order.order_id: order.signal_id for order in trail.orders.values()}
    profit = units = ZERO
    with localcontext(EXACT):
        for entry, quantity in trail.entries:
            order = trail.orders.get(entry.order_id or "")
            if order is not None:
                me = trail.signal.signal_id
                profit += sum((part for name, part in shares(entry.net_base, order, lots) if name == me), ZERO)
                units += sum((part for name, part in shares(quantity, order, lots) if name == me), ZERO)
    return booked(profit), units


def _standing(verdict: Verdict | None, orders: Sequence[Order]) -> tuple[SignalStanding, str | None]:
    if verdict is None:
        return "waiting", None
    if verdict.refused is not None:
        return "dropped", verdict.refused
    if any(order.filled > 0 for order in orders):
        return "executed", None
    if len(orders) < verdict.orders or any(order.live for order in orders):
        return "working", None
    if orders:
        return "dropped", str(orders[0].status)
    return ("executed", None) if verdict.commands else ("dropped", "NOTHING_TO_TRADE")


def _booked_of(order_id: str, trail: Trail) -> Decimal:
    return sum((abs(quantity) for entry, quantity in trail.entries if entry.order_id == order_id), ZERO)


def _average(orders: Sequence[Order], filled: Decimal) -> Decimal | None:
    with localcontext(EXACT):
        money = sum((order.filled * (order.average_price or ZERO) for order in orders), ZERO)
        return booked(money / filled) if filled else None
