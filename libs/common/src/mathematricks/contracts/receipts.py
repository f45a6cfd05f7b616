"""Receipts: what became of one signal, from the bytes that arrived to the money it moved; and lists of activity."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from mathematricks.contracts.accounts import EntryKind
from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.dashboard import OverviewOrder, OverviewSignal
from mathematricks.contracts.decisions import Grounds, LegDecision, Outcome, PortfolioId
from mathematricks.contracts.orders import Attempt, Happening, OrderStatus, Purpose
from mathematricks.contracts.signals import BodyFacts, OrderType, StandardSignal

End = Literal[
    "waiting",
    "refused",
    "working",
    "resting",
    "parked",
    "filled",
    "partly_filled",
    "unwound",
    "cancelled",
    "rejected",
    "expired",
    "done",
]
"""
Where a signal stands. ``waiting``: not decided. ``working``: an order is on its way. ``resting``: what is
still alive rests at the venue until the market reaches its price. ``parked``: a person must look.
``partly_filled``: ended with less than was ordered. ``unwound``: a failed group, closed again.
``done``: decided and obeyed, and there was nothing to trade.
"""

HopName = Literal["sent", "received", "decided", "recorded", "submitted", "first_fill", "booked"]


class ReceiptDecision(Message):
    """What Cerebro decided and why, each cap with its numbers."""

    outcome: Outcome
    reason: str | None = None
    sentence: str
    warnings: tuple[str, ...] = ()
    mode: Mode
    account: Id | None = None
    legs: tuple[LegDecision, ...] = ()
    grounds: Grounds | None = None
    decided_at: Instant


class ReceiptFill(Message):
    """One fill, in the instrument's quote currency."""

    execution_id: Id
    quantity: Quantity
    price: Price
    commission: Money
    currency: Currency
    executed_at: Instant


class ReceiptOrder(Message):
    """One order of the signal with its whole life."""

    order_id: Id
    leg_index: int = 0
    purpose: Purpose
    account: Id | None = None
    instrument: Id
    side: Side
    order_type: OrderType
    quantity: Quantity | None = Field(None, description="As decided; None: sized when the entries it closes ended")
    working_quantity: Quantity | None = Field(None, description="What the desk is trying to trade")
    limit_price: Price | None = None
    stop_price: Price | None = None
    filled: Quantity = Decimal(0)
    average_price: Price | None = None
    status: OrderStatus
    reason: str | None = None
    facts: dict[str, str] = Field(default_factory=dict, description="Numbers of the control that refused it")
    attempts: tuple[Attempt, ...] = ()
    history: tuple[Happening, ...] = ()
    fills: tuple[ReceiptFill, ...] = ()


class ReceiptCommand(Message):
    """A cancellation that the signal ordered, and whether the order has obeyed."""

    command_id: Id
    order_id: Id
    status: OrderStatus | None = Field(None, description="Of the order; None: execution does not know it yet")
    obeyed: bool


class ReceiptBooking(Message):
    """What one fill moved in the books."""

    entry_id: Id
    kind: EntryKind
    account: Id | None = None
    instrument: Id | None = None
    quantity: Decimal = Decimal(0)
    currency: Currency
    cash: Money = Decimal(0)
    realized_pnl: Money = Field(Decimal(0), description="Gross, quote currency")
    realized_base: Money = Field(Decimal(0), description="Gross, base currency")
    commission_base: Money = Decimal(0)
    base_currency: Currency
    booked_at: Instant


class ReceiptResult(Message):
    """What the signal's fills realized, in one base currency."""

    currency: Currency
    gross: Money
    commission: Money
    net: Money


class Hop(Message):
    """When the signal passed one station, in milliseconds since the one before and since it was received."""

    name: HopName
    at: Instant
    after_previous_ms: int | None = None
    after_received_ms: int


class ReceiptVersions(Message):
    """What decided: enough to decide it again."""

    version: Id
    code_version: str
    portfolio: PortfolioId
    seq: int
    epoch: int
    allocation_id: Id | None = None


class Receipt(Message):
    """Everything that became of one signal; a sender's copy lacks what is not the sender's to know."""

    signal_id: Id
    end: End
    settled: bool = Field(description="Nothing more happens by itself, and every fill is booked")
    summary: str
    raw: BodyFacts = Field(description="The body as it came, secrets blanked")
    signal: StandardSignal
    decision: ReceiptDecision | None = None
    orders: tuple[ReceiptOrder, ...] = ()
    commands: tuple[ReceiptCommand, ...] = ()
    bookings: tuple[ReceiptBooking, ...] = ()
    results: tuple[ReceiptResult, ...] = ()
    hops: tuple[Hop, ...] = ()
    versions: ReceiptVersions | None = None


class SignalLine(OverviewSignal):
    """One signal in a list."""

    sender: Id
    mode: Mode | None = Field(None, description="It was decided for; None: not decided yet")
    sent_at: Instant
    warnings: tuple[str, ...] = ()


class SignalLines(Message):
    """Signals, newest first."""

    items: tuple[SignalLine, ...]


class OrderLine(OverviewOrder):
    """One order in a list."""

    mode: Mode
    leg_index: int = 0
    total_legs: int = 1
    limit_price: Price | None = None
    stop_price: Price | None = None
    reason: str | None = None
    submitted_at: Instant | None = None
    ended_at: Instant | None = None


class OrderLines(Message):
    """Orders, newest first."""

    items: tuple[OrderLine, ...]


class DecisionLine(ReceiptDecision):
    """One decision in a list, with how it sized each leg."""

    signal_id: Id
    strategy_id: Id
    external_id: str = ""
    portfolio: PortfolioId
    seq: int


class DecisionLines(Message):
    """Decisions, newest first."""

    items: tuple[DecisionLine, ...]
