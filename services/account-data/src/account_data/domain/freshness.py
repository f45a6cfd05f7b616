"""Which of two broker's snapshots counts, and what the UTC day began with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, ZERO, booked
from mathematricks.contracts.accounts import AccountUpdate, EquityPoint, PointKind
from mathematricks.contracts.base import derive_id

POINT_EVERY = timedelta(seconds=30)
"""At most one point of the equity curve per account and half minute."""


@dataclass(frozen=True)
class View:
    """
    The broker's newest figures of one account, beside what the current UTC day began with.

    ``marks`` keeps the newest market price of every instrument ever reported, in quote currency:
    where strategies hold opposite positions, the venue's net is zero and it reports none.
    """

    update: AccountUpdate
    marks: Mapping[str, Decimal]
    day: date
    open_equity: Decimal
    open_unrealized: Decimal


def seen(view: View | None, update: AccountUpdate, *, traded: bool) -> View | None:
    """
    Return the view after *update*; None: it is not newer than the one held (RULES 5).

    Until an account has *traded*, what it holds is what it was opened with: the day begins with it.
    """
    if view is None:
        return View(update, _marks({}, update), update.as_of.date(), update.equity, update.unrealized_pnl)
    if update.as_of <= view.update.as_of:
        return None
    turned = rolled(view, update.as_of)
    newer = replace(turned, update=update, marks=_marks(view.marks, update))
    return newer if traded and update.as_of.date() == turned.day else _begun_with(newer, update)


def rolled(view: View, now: datetime) -> View:
    """Return *view* in the UTC day of *now*, which begins with the newest figures known before it."""
    return _begun_with(replace(view, day=now.date()), view.update) if now.date() > view.day else view


def begun_with_cash(view: View, cash: Mapping[str, Decimal]) -> View:
    """Return *view* of an account whose day began with *cash* alone, by currency: paid in, it is no profit."""
    rates = {view.update.base_currency: Decimal(1), **view.update.rates}
    with localcontext(EXACT):
        equity = sum((booked(amount * rates.get(name, ZERO)) for name, amount in cash.items()), ZERO)
    return replace(view, open_equity=equity, open_unrealized=ZERO)


def due_points(view: View, saved: View | None) -> list[EquityPoint]:
    """Return the points of the equity curve that *view* adds to what was *saved*: its half minute's, its day's."""
    slot, begun = _points(view)
    if saved is None:
        return [slot, begun]
    slot_then, begun_then = _points(saved)
    return [*([slot] if slot.at != slot_then.at else []), *([begun] if begun != begun_then else [])]


def point_id(point: EquityPoint) -> str:
    """Return the id of a point: another of the same account, kind and time is the same."""
    return derive_id("p", point.account, point.kind, point.at.isoformat())


def midnight(day: date) -> datetime:
    """Return the moment that *day* begins at, UTC."""
    return datetime.combine(day, time(), UTC)


def _points(view: View) -> tuple[EquityPoint, EquityPoint]:
    seconds = POINT_EVERY.total_seconds()
    slot = datetime.fromtimestamp(view.update.as_of.timestamp() // seconds * seconds, UTC)
    opened = view.update.model_copy(update={"equity": view.open_equity, "unrealized_pnl": view.open_unrealized})
    return _point("snapshot", slot, view.update), _point("day_open", midnight(view.day), opened)


def _begun_with(view: View, update: AccountUpdate) -> View:
    return replace(view, open_equity=update.equity, open_unrealized=update.unrealized_pnl)


def _marks(held: Mapping[str, Decimal], update: AccountUpdate) -> dict[str, Decimal]:
    told = {each.instrument: each.market_price for each in update.open_positions}
    return {**held, **{name: price for name, price in told.items() if price is not None}}


def _point(kind: PointKind, at: datetime, update: AccountUpdate) -> EquityPoint:
    return EquityPoint(
        kind=kind,
        account=update.account,
        at=at,
        mode=update.mode,
        base_currency=update.base_currency,
        equity=update.equity,
        cash_balance=update.cash_balance,
        margin_used=update.margin_used,
        unrealized_pnl=update.unrealized_pnl,
        realized_pnl=update.realized_pnl,
        rates=update.rates,
    )
