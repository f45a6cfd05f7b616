"""What the documents of money are read from and written to, in the processor's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.allocations import OptimizationSummary, PortfolioAllocation
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import Client, Flow
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    NavRecord,
    SenderView,
    SignalRow,
    StrategyCard,
)
from mathematricks.contracts.strategies import StrategyConfiguration

from dashboard_processor.domain.earnings import Entry, RateSeries
from dashboard_processor.domain.signal_rows import Trail

View = AllocationView | ClientView | EquityCurves | FundView | SenderView | StrategyCard


@dataclass(frozen=True)
class AccountWorth:
    """One account's equity in its base currency, and what other currencies are worth in that one."""

    account: str
    equity: Decimal
    base_currency: str
    rates: Mapping[str, Decimal]


@dataclass(frozen=True)
class StrategyFigures:
    """One strategy's results in one account, base currency; realised is less commission."""

    account: str
    mode: Mode
    strategy_id: str
    currency: str
    realized: Decimal
    realized_today: Decimal
    unrealized: Decimal
    open_positions: int


@dataclass(frozen=True)
class SignalCount:
    """How many signals of a sender ended in one way, and what they made in one currency."""

    status: str
    reason: str | None
    currency: str | None
    count: int
    profit: Decimal


class MoneyRecords(Protocol):
    """Records of the other services, read-only."""

    async def agreements(self) -> Sequence[Agreement]:
        """Return every agreement, the oldest first."""

    async def payments(self) -> Mapping[str, Sequence[Payment]]:
        """Return every payment by agreement, the oldest first."""

    async def entries(self, strategies: Sequence[str], mode: Mode, since: datetime) -> Sequence[Entry]:
        """Return what fills of *strategies* moved that were booked from *since* on."""

    async def rates(self, accounts: Sequence[str], currency: str) -> RateSeries:
        """Return what *currency* was worth in the base currency of each of *accounts*, ever."""

    async def clients(self) -> Mapping[str, Client]:
        """Return every client by id."""

    async def flows(self, mode: Mode) -> Sequence[Flow]:
        """Return the ledger of one mode's fund, in order."""

    async def worth_at(self, mode: Mode, at: datetime) -> Sequence[AccountWorth]:
        """Return every account of *mode* as last known at that moment."""

    async def worth_now(self, mode: Mode) -> Sequence[AccountWorth]:
        """Return every account of *mode* as its newest state says."""

    async def equity(
        self, mode: Mode, since: datetime | None, minutes: int
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal, str, Mapping[str, Decimal]]]]:
        """
        Return points of each account's equity curve, oldest first: the last of every *minutes* since then.

        None: what each day began with, ever.
        """

    async def strategies(self) -> Sequence[StrategyConfiguration]:
        """Return every strategy, by id."""

    async def figures(self) -> Sequence[StrategyFigures]:
        """Return the results of every strategy in every account."""

    async def senders(self) -> Sequence[str]:
        """Return every sender, by name."""

    async def allocation(self) -> PortfolioAllocation | None:
        """Return the ACTIVE allocation."""

    async def proposal(self) -> PortfolioAllocation | None:
        """Return the newest allocation that waits for approval."""

    async def run(self, run_id: str) -> OptimizationSummary | None:
        """Return the optimisation that proposed an allocation, without its panel."""


class SignalTrails(Protocol):
    """Records of signals and what became of them, read-only."""

    async def newer(self, known: Mapping[str, int], most: int) -> Sequence[str]:
        """Return ids of signals whose strategy's number is above the one in *known*, the oldest first."""

    async def trails(self, signal_ids: Sequence[str]) -> Sequence[Trail]:
        """Return everything that the rows of these signals are made of."""


class Views(Protocol):
    """The documents of money that this service writes."""

    async def write(self, view: View) -> None:
        """Put it in the place of an older one; one that says the same and is not due yet is left."""

    async def statements(self, agreement_id: str, mode: Mode) -> Sequence[Statement]:
        """Return the statements made, the oldest first."""

    async def state(self, statement: Statement) -> None:
        """Keep a statement for ever; one that is there stays."""

    async def navs(self, mode: Mode) -> Sequence[NavRecord]:
        """Return the daily values struck, the oldest first."""

    async def strike(self, nav: NavRecord) -> None:
        """Keep a daily value for ever; one that is there stays."""


class RowStore(Protocol):
    """The rows of signals that this service writes."""

    async def known(self) -> Mapping[str, int]:
        """Return the highest number of each strategy's signals that has a row."""

    async def unsettled(self) -> Sequence[str]:
        """Return signals whose rows may still change: the undecided and working ones, and others in turn."""

    async def keep(self, rows: Sequence[SignalRow]) -> None:
        """Write rows in the place of older ones."""

    async def rows(self, sender: str, mode: Mode, most: int) -> Sequence[SignalRow]:
        """Return a sender's newest rows."""

    async def last_of(self, strategy_id: str) -> SignalRow | None:
        """Return the newest row of a strategy."""

    async def counts(self) -> Mapping[tuple[str, Mode], Sequence[SignalCount]]:
        """Return how signals ended, by sender and mode."""
