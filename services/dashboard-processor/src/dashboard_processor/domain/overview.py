"""The overview: one mode's figures, rolled up from what the records say. Live and paper never meet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import (
    Overview,
    OverviewAccount,
    OverviewFill,
    OverviewOrder,
    OverviewPosition,
    OverviewSignal,
    ServiceHealth,
)

from dashboard_processor.domain.currency import Rates, percent, rates_of

SHOWN = 10
"""Signals, orders and fills shown (brief, Milestone 1.3)."""
MOST_POSITIONS = 5_000
"""Positions listed, so that the document stays far from MongoDB's limit; all are counted."""


@dataclass(frozen=True)
class AccountFigures:
    """
    One account as its newest state says, in its base currency.

    *day* is the midnight (UTC) that *day_open_equity* and *realized_today* (net of commission) belong to.
    """

    line: OverviewAccount
    mode: Mode
    day: datetime | None = None
    day_open_equity: Decimal | None = None
    realized_today: Decimal = Decimal(0)
    rates: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Activity:
    """The newest signals, orders and fills of one mode, newest first."""

    signals: tuple[OverviewSignal, ...] = ()
    orders: tuple[OverviewOrder, ...] = ()
    fills: tuple[OverviewFill, ...] = ()


@dataclass(frozen=True)
class Seen:
    """Everything that the overviews are made of."""

    accounts: tuple[AccountFigures, ...] = ()
    positions: tuple[OverviewPosition, ...] = ()
    activity: dict[Mode, Activity] = field(default_factory=dict)
    open_alerts: int = 0
    services: tuple[ServiceHealth, ...] = ()


@dataclass(frozen=True)
class Terms:
    """How to report: in which currency, against which share of equity, how often (seconds)."""

    currency: str = "USD"
    margin_limit: Decimal = Decimal("0.40")
    expected_every: float = 5.0


def overview_of(mode: Mode, seen: Seen, terms: Terms, now: datetime) -> Overview:
    """Return the overview of *mode*; *now* is when the records were read."""
    activity = seen.activity.get(mode, Activity())
    mine = [account for account in seen.accounts if account.mode == mode]
    held = _held(seen.positions, {account.line.account for account in mine})
    rates = rates_of((account.line.base_currency, account.rates) for account in seen.accounts)
    return Overview(
        mode=mode,
        currency=terms.currency,
        **_figures(mine, rates, terms, now),
        open_positions=len(held),
        positions=tuple(held[:MOST_POSITIONS]),
        accounts=tuple(account.line for account in mine),
        signals=activity.signals[:SHOWN],
        orders=activity.orders[:SHOWN],
        fills=activity.fills[:SHOWN],
        services=seen.services,
        open_alerts=seen.open_alerts,
        as_of=now,
        expected_every=terms.expected_every,
    )


def pnl_today(account: AccountFigures, now: datetime) -> Decimal:
    """
    Return what the account won or lost since 00:00 UTC, in its base currency.

    That is its equity less the equity the day began with; where nobody knows that one (the account
    is new today), what it realized and has unrealized. An account not heard of since midnight has
    won nothing yet.
    """
    if account.day is not None and account.day.date() < now.date():
        return Decimal(0)
    if account.day_open_equity is not None:
        return account.line.equity - account.day_open_equity
    return account.realized_today + account.line.unrealized_pnl


def _held(positions: Sequence[OverviewPosition], accounts: Collection[str]) -> list[OverviewPosition]:
    mine = [held for held in positions if held.account in accounts and held.quantity != 0]
    return sorted(mine, key=lambda held: (held.account, held.strategy_id, held.instrument))


def _figures(accounts: Sequence[AccountFigures], rates: Rates, terms: Terms, now: datetime) -> dict[str, Any]:
    """Return the summed figures; all absent where no account can be told in the reporting currency."""

    def told(account: AccountFigures, amount: Decimal) -> Decimal | None:
        return rates.convert(amount, account.line.base_currency, terms.currency)

    known = [account for account in accounts if told(account, Decimal(1)) is not None]
    unconverted = tuple(account.line.account for account in accounts if account not in known)
    if not known:
        return {"unconverted": unconverted}

    def total(figure: Callable[[AccountFigures], Decimal]) -> Decimal:
        return sum((told(account, figure(account)) or Decimal(0) for account in known), Decimal(0))

    equity, margin = total(lambda one: one.line.equity), total(lambda one: one.line.initial_margin)
    won = total(lambda one: pnl_today(one, now))
    limit = equity * terms.margin_limit
    return {
        "equity": equity,
        "pnl_today": won,
        "pnl_today_percent": percent(won, equity - won),
        "unrealized_pnl": total(lambda one: one.line.unrealized_pnl),
        "margin_used": margin,
        "maintenance_margin": total(lambda one: one.line.margin_used),
        "margin_limit": limit,
        "margin_percent_of_limit": percent(margin, limit),
        "margin_percent_of_equity": percent(margin, equity),
        "unconverted": unconverted,
    }
