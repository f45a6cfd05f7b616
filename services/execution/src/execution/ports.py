"""What execution needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.orders import TimeInForce
from mathematricks.contracts.signals import OrderType


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
    """

    kind: Literal["status", "fill", "cancel_rejected"]
    account: str
    client_order_id: str | None
    status: VenueStatus | None
    at: datetime
    fill: BrokerFill | None = None
    reason: str = ""


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

    def rate(self, currency: str, base: str) -> Decimal | None:
        """Return the value of one unit of *currency* in *base*; None where no quote tells it."""

    def on_quote(self, listener: Callable[[Quote], None]) -> None:
        """Call *listener* with every new quote, on the event loop, from now on."""
