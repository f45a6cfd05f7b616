"""Backtests: the files that developers send, and what is kept of each strategy's history."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from mathematricks.contracts.base import Id, Instant, Message, Money

IsoDay = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2025-09-27"])]

Units = Literal["percent", "fraction", "bps"]


class BacktestFile(Message):
    """One file of a strategy, with what cannot be read from it."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Com1-Met.csv"])]
    content: Base64Bytes = Field(max_length=900_000, description="The CSV or XLSX file, in base64")
    units: Units | None = Field(None, description="What a return without a % sign means; bps: basis points")
    dates: Literal["month-first", "day-first"] | None = Field(None, description="How 3/4/25 is to be read")
    return_column: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class BacktestPeriod(Message):
    """First and last day, and how many days have a return."""

    start: IsoDay
    end: IsoDay
    days: int


class RefusedLine(Message):
    """A row of the file that was not taken; *row* counts from 1."""

    row: int
    reason: str


class BacktestSummary(Message):
    """
    What a strategy's backtest comes to; returns are fractions per day.

    ``expected_alpha`` is the mean of return × equity / notional over the days with a position: the gain per
    trade as a fraction of price.
    """

    strategy_id: Id
    mean_return_daily: float
    volatility_daily: float
    sharpe_ratio: float
    max_drawdown: float = Field(description="A fraction, at most 0")
    margin_per_unit: float | None = Field(description="Margin per unit of equity, 95th percentile; null: unknown")
    expected_alpha: float | None = Field(description="Null: unknown")
    expected_alpha_sample: int
    expected_alpha_explained: str
    backtest_period: BacktestPeriod
    notes: tuple[str, ...] = ()
    refused: tuple[RefusedLine, ...] = ()
    file: str
    file_hash: str
    synced_by: str
    synced_at: Instant


class DailyReturn(Message):
    """The return of one day, as a fraction."""

    day: Instant
    value: float


class LiveMark(Message):
    """What a strategy had made with real money when it was last looked at, and the capital it had then."""

    at: Instant
    account: Id
    made: Money = Field(description="Realized and open, net of commission, since inception, in base currency")
    capital: Money = Field(description="Allotted to it, in base currency")


class BacktestRecord(BacktestSummary):
    """The same with the returns, oldest first; live returns count before the backtest's of the same day."""

    daily_returns: tuple[DailyReturn, ...]
    live_returns: tuple[DailyReturn, ...] = ()
    live_mark: LiveMark | None = None
