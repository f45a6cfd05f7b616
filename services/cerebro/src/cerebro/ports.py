"""What Cerebro needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.allocations import (
    AllocationStatus,
    OptimizationTerms,
    PortfolioAllocation,
)
from mathematricks.contracts.decisions import (
    Authority,
    BookCheckpoint,
    Decision,
    DecisionRecord,
    Outcome,
    PortfolioId,
    Promotion,
)
from mathematricks.contracts.orders import OrderCommand, TradingOrder
from mathematricks.contracts.rest import MarketQuestion, MarketView
from mathematricks.contracts.shadows import VersionSeen
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.runtime.clock import Clock

from cerebro.domain.approval import Change
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.comparing import Pair
from cerebro.domain.inputs import Allotted
from cerebro.domain.policy import Policy

Entry = Decision | Promotion
"""What stands in a portfolio's sequence under one number."""


class Unavailable(Exception):
    """A service did not answer: nothing is known, which is not the same as nothing being there."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about to be recorded: with its canonical texts, and whether orders are owed."""

    decision: Decision
    book_hash: str
    inputs: str
    output: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the admin has settled for one strategy, as of now."""

    strategy: StrategyConfiguration | None
    allotted: Allotted


class Decisions(Protocol):
    """The authority's sequence of each portfolio: decisions and promotions, numbered without gaps."""

    async def find(self, signal_id: str) -> DecisionRecord | None:
        """Return the authority's decision on the signal, whichever version had it."""

    async def add(self, batch: Sequence[Decided]) -> int:
        """
        Record a batch in its order and return how many were recorded.

        Fewer than all: the next number or signal was taken by another process in the meantime.
        """

    async def after(self, portfolio: PortfolioId, seq: int) -> Sequence[Entry]:
        """Return the entries with a higher number, in order, at most a few hundred at a time."""

    async def strategy_heads(self) -> Mapping[str, int]:
        """Return the number of the newest signal that was decided, by strategy."""

    async def strategy_head(self, strategy_id: str) -> int:
        """Return the same for one strategy; 0 for none."""

    async def newest(self, limit: int, strategy_id: str | None, outcome: Outcome | None) -> Sequence[DecisionRecord]:
        """Return the authority's newest decisions, newest first."""


class Checkpoints(Protocol):
    """Books as they were, so that a start need not fold every decision ever made."""

    async def newest(self, portfolio: PortfolioId) -> BookCheckpoint | None:
        """Return the newest checkpoint."""

    async def keep(self, checkpoint: BookCheckpoint) -> None:
        """Keep it, and the one before; forget older ones."""


class AdminTerms(Protocol):
    """Strategy configurations and the ACTIVE allocation."""

    async def current(self, strategies: Collection[str]) -> Mapping[str, Terms]:
        """Return the terms of each strategy as they are now, in one cheap read."""


class Allocations(Protocol):
    """Share of equity per strategy; at most one document is ACTIVE."""

    async def active(self) -> PortfolioAllocation | None:
        """Return the ACTIVE one."""

    async def find(self, allocation_id: str) -> PortfolioAllocation | None:
        """Return the one with this id."""

    async def by_key(self, key: str) -> PortfolioAllocation | None:
        """Return the one on which something was done under this idempotency key."""

    async def newest(self, limit: int, status: AllocationStatus | None = None) -> Sequence[PortfolioAllocation]:
        """Return the newest, in this status if one is named."""

    async def apply(self, changes: Sequence[Change]) -> bool:
        """Write all *changes* or none; False where a document has changed since it was read."""


class Authorities(Protocol):
    """Whose decisions owe orders."""

    async def of(self, portfolio: PortfolioId, version: str, now: datetime) -> Authority:
        """Return who holds the authority over *portfolio*; *version* takes it where nobody does."""

    async def current(self, portfolio: PortfolioId) -> Authority | None:
        """Return who holds it; None: nobody yet."""

    async def head(self, portfolio: PortfolioId) -> int:
        """Return the number of the newest entry of the authority's sequence; 0 for none."""

    async def promote(self, promotion: Promotion, authority: Authority) -> bool:
        """Record *promotion* as the next entry and *authority* with it; False where somebody was faster."""

    async def promotions(self, portfolio: PortfolioId) -> Sequence[Promotion]:
        """Return every promotion, in order."""

    async def tell(self, seen: VersionSeen) -> None:
        """Note that a version runs."""

    async def versions(self) -> Sequence[VersionSeen]:
        """Return every version that ever ran."""


class Shadows(Protocol):
    """What this version makes of entries that others decided."""

    async def followed(self, portfolio: PortfolioId) -> int | None:
        """Return the number of the newest entry that this version has shadowed; None: of none."""

    async def after(self, portfolio: PortfolioId, seq: int, most: int) -> Sequence[DecisionRecord]:
        """Return other versions' decisions with a higher number, in order."""

    async def add(self, batch: Sequence[Decided]) -> None:
        """Record what this version would have decided; what stands already stays."""

    async def pairs(self, version: str, most: int) -> Sequence[Pair]:
        """Return the newest decisions of a shadow, each beside the authority's."""

    async def undecided(self) -> Sequence[StandardSignal]:
        """Return accepted signals without a decision of the authority, each strategy's in order."""


class MarketData(Protocol):
    """What execution knows of instruments and prices."""

    async def ask(self, question: MarketQuestion) -> MarketView:
        """Return what is known; raise ``Unavailable`` if execution does not answer."""


class Orders(Protocol):
    """What execution knows of orders."""

    async def states(self, order_ids: Sequence[str]) -> Sequence[OrderNews]:
        """Return the state of each order it knows; raise ``Unavailable`` if it does not answer."""

    async def guards(self, entries: Sequence[str]) -> Sequence[OrderNews]:
        """Return the state of every order that protects or unwinds one of these entries."""

    async def flattened(self, since: datetime) -> Sequence[OrderNews]:
        """Return what the kill switch has closed since then, lot by lot."""


class Accounts(Protocol):
    """What account-data knows of accounts."""

    async def all(self) -> Sequence[AccountState]:
        """Return every account's state; raise ``Unavailable`` if it does not answer."""


class Debts(Protocol):
    """Orders and commands that execution has not been seen to have."""

    async def sweep(self, now: datetime) -> tuple[int, int]:
        """Settle what was seen, publish the rest again; return how many of each."""


class Outbox(Protocol):
    """The way to execution, and to a person."""

    async def order(self, order: TradingOrder) -> None: ...

    async def command(self, command: OrderCommand) -> None: ...

    async def alarm(self, key: str, severity: Severity, title: str, now: datetime) -> None:
        """Have a person told; the same key is the same trouble."""


Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Rules:
    """
    How this decider works, apart from what it decides.

    Attributes:
        version: Names this decider's decisions; only the authority's owe orders.
        patience: Seconds that a signal waits for its predecessor before it is put back.
        account_patience: Seconds that a fresh signal's entry waits for a fresh account state.
        quote_life: Seconds that a quote is good for.
        facts_life: Seconds that instrument facts, rates and market hours are good for.
        batch: Most decisions recorded in one write.
        proposal: What the nightly optimisation is run with.
        shadow: It waits to be promoted: it takes no authority, though nobody holds it.
    """

    version: str
    code_version: str
    policy: Policy
    patience: float = 0.5
    account_patience: float = 5.0
    quote_life: float = 5.0
    facts_life: float = 10.0
    batch: int = 32
    proposal: OptimizationTerms = field(default_factory=OptimizationTerms)
    shadow: bool = False


@dataclass(frozen=True)
class World:
    """Everything outside that deciding touches."""

    decisions: Decisions
    checkpoints: Checkpoints
    terms: AdminTerms
    authorities: Authorities
    market: MarketData
    orders: Orders
    accounts: Accounts
    outbox: Outbox
    clock: Clock
    rules: Rules
