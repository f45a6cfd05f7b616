"""Dashboard documents: everything a page draws, so that a browser only formats."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.orders import OrderStatus, Purpose

Percent = Decimal
"""A share times 100, rounded half-even to two decimals."""

Readiness = Literal["ready", "not_ready", "unreachable"]
Standing = Literal["waiting", "approved", "resized", "refused"]
"""What Cerebro made of a signal; ``waiting``: it has not decided yet."""


class Notice(Message):
    """That something happened, read from any message; what happened stands in the records."""


class OverviewAccount(Message):
    """One account, in its own base currency, as of its newest snapshot."""

    account: Id
    base_currency: Currency
    equity: Money
    initial_margin: Money
    margin_used: Money = Field(description="Maintenance margin")
    unrealized_pnl: Money
    as_of: Instant


class OverviewPosition(Message):
    """One strategy's open position, in the instrument's quote currency; a short is negative."""

    account: Id
    strategy_id: Id
    instrument: Id
    quantity: Decimal
    average_price: Price
    market_price: Price | None = None
    multiplier: Decimal = Decimal(1)
    currency: Currency
    unrealized_pnl: Money = Decimal(0)


class OverviewSignal(Message):
    """One signal and what became of it so far; instrument, action and price are its first leg's."""

    signal_id: Id
    external_id: str
    strategy_id: Id
    instrument: str
    action: Side
    price: Price | None = None
    legs: int = 1
    received_at: Instant
    status: Standing
    reason: str | None = None


class OverviewOrder(Message):
    """One order and where it stands."""

    order_id: Id
    signal_id: Id
    strategy_id: Id
    account: Id
    instrument: Id
    side: Side
    purpose: Purpose
    order_type: str
    quantity: Quantity | None = None
    filled: Quantity = Decimal(0)
    average_price: Price | None = None
    status: OrderStatus
    decided_at: Instant


class OverviewFill(Message):
    """One fill, in the instrument's quote currency."""

    execution_id: Id
    order_id: Id | None = None
    signal_id: Id | None = None
    strategy_id: Id
    account: Id
    instrument: Id
    side: Side
    quantity: Quantity
    price: Price
    commission: Money
    currency: Currency
    executed_at: Instant


class ServiceHealth(Message):
    """Whether a service takes work; latency is of its readiness probe, in milliseconds."""

    service: Id
    status: Readiness
    latency_ms: float | None = None
    checked_at: Instant
    last_seen: Instant | None = Field(None, description="When it last answered that it was ready")


class Overview(Message):
    """
    The admin's overview of one mode; live and paper are never summed.

    Money is in ``currency``. A figure that nobody has reported yet is None, never zero. Accounts whose
    currency has no known rate are in ``unconverted`` and in no sum.
    """

    mode: Mode
    currency: Currency = "USD"
    equity: Money | None = None
    pnl_today: Money | None = Field(
        None, description="Equity less what the UTC day began with; a deposit counts as well"
    )
    pnl_today_percent: Percent | None = Field(None, description="Of the equity the day began with")
    unrealized_pnl: Money | None = None
    margin_used: Money | None = Field(None, description="Initial margin: what the margin limit counts")
    maintenance_margin: Money | None = None
    margin_limit: Money | None = Field(None, description="The most initial margin that entries may tie up")
    margin_percent_of_limit: Percent | None = None
    margin_percent_of_equity: Percent | None = None
    open_positions: int = 0
    positions: tuple[OverviewPosition, ...] = ()
    accounts: tuple[OverviewAccount, ...] = ()
    unconverted: tuple[Id, ...] = ()
    signals: tuple[OverviewSignal, ...] = Field((), description="The last 10 received, newest first")
    orders: tuple[OverviewOrder, ...] = Field((), description="The last 10 decided, newest first")
    fills: tuple[OverviewFill, ...] = Field((), description="The last 10, newest first")
    services: tuple[ServiceHealth, ...] = ()
    open_alerts: int = 0
    as_of: Instant | None = Field(None, description="When the records were read; None: never yet")
    expected_every: float = Field(5.0, description="Seconds within which a newer document is due")
