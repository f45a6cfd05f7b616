"""What account-data needs of the world, in its own words, and what it keeps in memory."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from mathematricks.contracts.accounts import (
    AccountRecord,
    AccountUpdate,
    Difference,
    EquityPoint,
    LedgerEntry,
    PositionRecord,
)
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.rest import BrokerAccount
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock

from account_data.domain.freshness import View
from account_data.domain.holding import Holding
from account_data.domain.ledger import Booking, Books, Key
from account_data.domain.reconcile import NEVER, Agreement
from account_data.records import MoneyRecords


class BrokersUnavailable(Exception):
    """Execution does not answer, or not with an answer; try again later."""


class UnknownAccount(Exception):
    """Execution has no such account."""


class Ledger(Protocol):
    """The record that is the truth; entries are added and never changed."""

    async def append(self, entries: Sequence[LedgerEntry]) -> bool:
        """
        Add *entries* in their order, durably; return whether all of them are in.

        False: an id or a number was taken. What stood before the taken one is in.
        """

    async def known(self, entry_ids: Sequence[str]) -> set[str]:
        """Return those of *entry_ids* that are booked."""

    def after(self, account: str, seq: int) -> AsyncIterator[Sequence[LedgerEntry]]:
        """Yield the account's entries numbered above *seq*, in order, some thousand at a time."""

    async def of_chain(self, account: str, key: Key, start: Holding) -> Sequence[LedgerEntry]:
        """Return the entries that move a chain's position, from the time of *start* on."""

    async def newest(self, limit: int, account: str | None, signal_id: str | None) -> Sequence[LedgerEntry]:
        """Return the newest entries, of one account or caused by one signal where asked."""

    async def accounts(self) -> Sequence[str]:
        """Return every account that has an entry."""


class Checkpoints(Protocol):
    """Derived documents: what a start goes on from, and what others may read."""

    async def load(self, account: str | None = None) -> Sequence[tuple[AccountRecord, Sequence[PositionRecord]]]:
        """Return every account (or the one asked for) as it was last saved, with its positions."""

    async def reached(self) -> Sequence[tuple[str, int, datetime]]:
        """Return account, ledger number and as_of of what is saved: enough to see who has moved on."""

    async def save_positions(self, positions: Sequence[PositionRecord]) -> None:
        """Save positions; one that is saved newer already stays."""

    async def save_account(self, record: AccountRecord) -> None:
        """Save an account, after its positions; if it is saved newer already, that stays."""

    async def keep(self, points: Sequence[EquityPoint]) -> None:
        """Keep points of the equity curve; a later one of the same time replaces the earlier."""


class Brokers(Protocol):
    """The brokers, asked through the execution service."""

    async def accounts(self) -> Sequence[BrokerAccount]:
        """Return every account the desk can trade; raise ``BrokersUnavailable``."""

    async def snapshot(self, account: str) -> AccountUpdate:
        """Return the account as its broker sees it now; raise also ``UnknownAccount``."""


class Executions(Protocol):
    """What execution recorded, read-only."""

    async def unbooked(self, account: str, since: datetime) -> Sequence[Execution]:
        """Return the account's executions from the venue time *since* on that the ledger lacks, 5,000 at most."""


class Orders(Protocol):
    """Execution's orders, read-only."""

    async def live(self, strategy_id: str) -> Sequence[str]:
        """Return the ids of the strategy's live orders, at most a hundred."""


class Strategies(Protocol):
    """The registry of strategies."""

    async def all(self) -> Sequence[StrategyConfiguration]:
        """Return every strategy, by id."""

    async def find(self, strategy_id: str) -> StrategyConfiguration | None:
        """Return one strategy."""

    async def add(self, strategy: StrategyConfiguration) -> bool:
        """Add it; False: the id is taken."""

    async def replace(self, strategy: StrategyConfiguration, version: int) -> bool:
        """Put it in the place of its *version*; False: that is no longer the stored one."""

    async def remove(self, strategy_id: str, version: int) -> bool:
        """Remove its *version*; False: that is no longer the stored one."""


@dataclass(frozen=True)
class Suspicion:
    """What differed from the broker when it was last asked, as of then."""

    differences: tuple[Difference, ...]
    as_of: datetime


@dataclass
class Account:
    """One account in memory: a cache of the ledger and of the broker's newest figures."""

    books: Books
    view: View | None = None
    agreement: Agreement = NEVER
    saved: tuple[Books, View, Agreement] | None = None
    examined_at: datetime | None = None
    suspicion: Suspicion | None = None
    behind_at: datetime | None = None
    """Recording time of our newest execution when execution last knew of a newer one."""


@dataclass
class Agenda:
    """What is being reconciled now, and when the brokers' accounts were last listed."""

    listed_at: datetime | None = None
    judging: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


@dataclass(frozen=True)
class Terms:
    """What the deployment has set; see ``settings``."""

    gather: timedelta = timedelta(0)
    settle: timedelta = timedelta(0)
    reconcile_every: timedelta = timedelta(seconds=30)
    allow_live: bool = False
    fund_currency: str = "USD"


@dataclass(frozen=True)
class Ports:
    """Everything account-data's handlers, jobs and routes use."""

    ledger: Ledger
    checkpoints: Checkpoints
    brokers: Brokers
    executions: Executions
    orders: Orders
    strategies: Strategies
    money: MoneyRecords
    bus: Bus
    clock: Clock
    book: Callable[[Booking], Awaitable[LedgerEntry | None]]
    """Book durably, together with whatever else is waiting; None: it was booked before."""
    accounts: dict[str, Account] = field(default_factory=dict)
    agenda: Agenda = field(default_factory=Agenda)
    terms: Terms = Terms()
