"""What execution needs of the world, in its own words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Side
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.orders import OrderRecord, TimeInForce
from mathematricks.contracts.rest import BrokerAccount
from mathematricks.contracts.signals import OrderType
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock

from execution.domain.blotter import Blotter
from execution.domain.orders import Happened
from execution.domain.policy import Policy
from execution.domain.submission import Step
from execution.oversight import Oversight
from execution.records import ControlStore, DecisionReader, ExecutionStore, OrderStore


class BrokerUnavailable(Exception):
    """The call may or may not have arrived: ambiguous, never to be taken for a rejection."""


class BrokerRejected(Exception):
    """The venue answered no; the text is its reason."""


@dataclass(frozen=True)
class BrokerOrder:
    """An order as a venue takes it. Orders of one *oco_group* cancel each other as they fill."""

    client_order_id: str
    account: str
    contract: Contract
    side: Side
    quantity: Decimal
    order_type: OrderType = "MARKET"
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce = "DAY"
    oco_group: str | None = None


@dataclass(frozen=True)
class BrokerFill:
    """One fill as the venue tells it; commission in the instrument's quote currency."""

    execution_id: str
    client_order_id: str | None
    account: str
    contract: Contract
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    currency: str
    multiplier: Decimal
    executed_at: datetime
    venue_seq: int


VenueStatus = Literal["WORKING", "FILLED", "CANCELLED", "REJECTED", "EXPIRED"]


@dataclass(frozen=True)
class BrokerOrderState:
    """What the venue knows of one order, by our id."""

    client_order_id: str
    account: str
    status: VenueStatus
    quantity: Decimal
    filled: Decimal
    reason: str = ""
    fills: tuple[BrokerFill, ...] = ()


@dataclass(frozen=True)
class BrokerEvent:
    """
    Something the venue tells unasked: an order's new status, or a fill.

    ``fill`` without a ``client_order_id`` of ours is EXTERNAL (a liquidation, a trade by hand).
    ``reconnected`` says that nobody listened for a while: the account is to be asked what happened.
    ``filled`` is what a status says that its order had filled by then; None where the venue does not say.
    """

    kind: Literal["status", "fill", "cancel_rejected", "reconnected"]
    account: str
    client_order_id: str | None
    status: VenueStatus | None
    at: datetime
    fill: BrokerFill | None = None
    reason: str = ""
    filled: Decimal | None = None


class Broker(Protocol):
    """
    A venue that carries our ids. One conformance suite runs on every implementation.

    Every call may raise ``BrokerUnavailable``: then nothing is known about its effect.
    """

    name: str

    def accounts(self) -> Sequence[str]:
        """Return the accounts that this broker serves."""

    async def submit(self, order: BrokerOrder) -> None:
        """
        Hand *order* over; return once the venue has durably accepted it.

        The same ``client_order_id`` again is one order, not two. Raise ``BrokerRejected`` on a no.
        """

    async def cancel(self, account: str, client_order_id: str) -> None:
        """Ask for cancellation; the outcome comes as an event. Unknown or ended: nothing happens."""

    async def find(self, account: str, client_order_id: str) -> BrokerOrderState | None:
        """Return the order by our id, live or ended; None if the venue never had it."""

    async def open_orders(self, account: str) -> Sequence[BrokerOrderState]:
        """Return every live order of the account, ours or not."""

    async def executions(self, account: str, since: datetime) -> Sequence[BrokerFill]:
        """Return the fills at or after *since*, oldest first."""

    async def snapshot(self, account: str) -> AccountUpdate:
        """Return the account as the venue sees it now, with net positions; as_of is now."""

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Yield what happens, from now on; ends only by failing."""


class Market(Protocol):
    """What is known of instruments and their prices, all in memory: nothing here waits."""

    def quote(self, contract: Contract) -> Quote | None:
        """Return the newest quote; None where there is none that is fresh enough."""

    def instrument(self, contract: Contract) -> Instrument | None:
        """Return the instrument's facts; None where the desk cannot trade it."""

    def named(self, instrument: str) -> Instrument | None:
        """Return an instrument that was met before, by its key."""

    def rate(self, currency: str, base: str) -> Decimal | None:
        """Return the value of one unit of *currency* in *base*; None where no quote tells it."""

    def take(self, quotes: Sequence[Quote]) -> list[Quote]:
        """Keep those of *quotes* that are newer than what is held, and return them."""

    async def seed(self, contract: Contract, price: Decimal | None) -> None:
        """Let the simulated market of a demo begin to quote *contract* near *price*; elsewhere nothing happens."""


class Brokers(Protocol):
    """Which broker serves which account."""

    def all(self) -> Sequence[Broker]:
        """Return every broker of the desk."""

    def accounts(self) -> list[BrokerAccount]:
        """Return every account that can be traded now."""

    def account(self, name: str) -> BrokerAccount | None:
        """Return one account; a paper account that was never opened counts, and opens when it is used."""

    def of(self, account: str) -> Broker:
        """Return the broker that serves *account*; raise ``KeyError`` where none does."""

    async def ensure_open(self, account: str) -> None:
        """Open *account* with the desk's paper cash if it is a paper account that is new."""

    async def quotes_moved(self, quotes: Sequence[Quote]) -> None:
        """Tell the paper venue of new quotes, and what time it is."""

    async def open_paper(self, account: str, base_currency: str, cash: Mapping[str, Decimal]) -> BrokerAccount:
        """Open a paper account; raise ``BrokerRejected`` where it has traded on other balances."""


@dataclass(frozen=True)
class Change:
    """
    Something to record: an event of one order, or a fill that nobody here ordered.

    Attributes:
        order_id: None for a fill that carries no id of ours.
        fill: The venue's fill, where the event is one.
        crossed: An execution that the desk made itself, between its own sub-ledgers.
    """

    order_id: str | None
    event: Happened
    fill: BrokerFill | None = None
    crossed: Execution | None = None


@dataclass(frozen=True)
class Recorded:
    """
    What recording a change did.

    Attributes:
        after: The order as it is now; None for an EXTERNAL fill.
        execution: The execution booked by it; None where there is none, or it was on record already.
        late: The fill came when nobody expected one any more.
        superseded: A later change of the same order was recorded with it.
    """

    before: OrderRecord | None
    after: OrderRecord | None
    execution: Execution | None = None
    late: bool = False
    superseded: bool = False


@dataclass(frozen=True)
class Claimed:
    """
    An order that was asked to go, and what it may do.

    Attributes:
        step: None where it was on record already and did not wait.
        changed: The claim changed what is on record.
    """

    order: OrderRecord
    step: Step | None
    changed: bool = True


@dataclass
class Ports:
    """
    Everything execution's handlers use.

    Attributes:
        claim: Claim orders that belong together; batched with whoever asks at the same time.
        record: Record one change; batched likewise, in the order of arrival.
        sweep: Settle and publish again what is owed; returns how many of each.
        quote_file: Quotes of the file, where there is one that changed.
        submitted: When an order was first handed to its venue, until that is on record.
        in_flight: Orders that this process is handing over right now.
        stale_accounts: Accounts whose snapshot is older than their last execution.
        unexplained: Accounts that hold what no execution on record explains.
        through: By account, the recording time of the last execution recorded.
        snapshot_at: By account, when its last snapshot was asked for.
        quoted: Instruments asked for or traded, and when last; their quotes are published.
        tidying: Lots and groups that are being looked at; True: look once more.
        looked_at: When the venue was last asked about an order in doubt.
        feeds: What each broker tells unasked, listened to since before the start.
        fenced: Set once a newer process has taken over.
    """

    worker: str
    bus: Bus
    clock: Clock
    policy: Policy
    orders: OrderStore
    executions: ExecutionStore
    controls: ControlStore
    oversight: Oversight
    decisions: DecisionReader
    brokers: Brokers
    market: Market
    blotter: Blotter
    claim: Callable[[tuple[OrderRecord, ...]], Awaitable[list[Claimed]]]
    record: Callable[[Change], Awaitable[Recorded]]
    sweep: Callable[[datetime], Awaitable[tuple[int, int]]]
    quote_file: Callable[[], Awaitable[list[Quote]]]
    feeds: Sequence[AsyncIterator[BrokerEvent]] = ()
    submitted: dict[str, datetime] = field(default_factory=dict)
    in_flight: set[str] = field(default_factory=set)
    stale_accounts: set[str] = field(default_factory=set)
    unexplained: set[str] = field(default_factory=set)
    through: dict[str, datetime] = field(default_factory=dict)
    snapshot_at: dict[str, datetime] = field(default_factory=dict)
    quoted: dict[str, tuple[Contract, datetime]] = field(default_factory=dict)
    tidying: dict[str, bool] = field(default_factory=dict)
    looked_at: dict[str, datetime] = field(default_factory=dict)
    fenced: asyncio.Event = field(default_factory=asyncio.Event)
