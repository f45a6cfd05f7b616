"""Orders: what Cerebro asks of Execution, and the states an order passes through."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message, Mode, Money, Price, Quantity, Side, derive_id
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.signals import OrderType

TimeInForce = Literal["DAY", "GTC", "IOC", "FOK"]
Purpose = Literal["entry", "exit", "stop_loss", "take_profit", "unwind", "flatten"]


class OrderStatus(StrEnum):
    """FIX OrdStatus, as far as the desk needs it, with our own UNKNOWN and PARKED (RULES 7)."""

    PENDING = "PENDING"
    SUBMITTING = "SUBMITTING"
    SUBMITTED = "SUBMITTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    PENDING_CANCEL = "PENDING_CANCEL"
    CANCELLED = "CANCELLED"
    PENDING_REPLACE = "PENDING_REPLACE"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"
    PARKED = "PARKED"


TERMINAL = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED})
AttemptEnd = Literal["FILLED", "CANCELLED", "REJECTED", "EXPIRED", "ABSENT"]


def order_id_for(signal_id: str, account: str, leg: int, purpose: str) -> str:
    """Return the id of the order that *signal_id* causes; the broker knows it by this id too."""
    return derive_id("o", signal_id, account, leg, purpose)


class LotClose(Message):
    """
    What an exit takes from one entry's lot, in the sender's units.

    The quantity in our units is ``filled x asked / lot_asked`` of that entry, or all that is
    left of it where ``last`` says that this exit closes the lot.
    """

    lot: Id = Field(description="order_id of the entry")
    asked: Quantity
    lot_asked: Quantity
    last: bool
    quantity: Quantity | None = Field(None, description="Our units, where the entry had ended when it was decided")


class TradingOrder(Message):
    """
    One sized order for one account; Cerebro asks, Execution obeys.

    ``order_id`` is derived from the signal, so a redelivered signal yields the same order and
    Execution can refuse to submit it twice.
    """

    schema_version: Literal[1] = 1
    order_id: Id = Field(examples=["o3k7q2m5v6w4x2y7z5a4b3c2d6"])
    signal_id: Id
    strategy_id: Id
    external_id: Annotated[str, Field(max_length=200)] = ""
    portfolio: Id = Field(description="The book it was decided against: live or paper")
    version: Annotated[str, Field(max_length=40)] = "v1"
    epoch: int = 0
    seq: int = Field(description="Number of the decision in its portfolio")
    account: Id
    mode: Mode
    instrument: Id
    contract: Contract
    leg_index: int = 0
    total_legs: int = Field(1, description="Of an entry: entries of its decision that go together, or not at all")
    purpose: Purpose
    side: Side
    order_type: OrderType = "MARKET"
    quantity: Quantity | None = Field(description="Units; None: sized from `closes` when the entries it waits for end")
    asked: Quantity | None = Field(None, description="The sender's units behind it")
    limit_price: Price | None = None
    stop_price: Price | None = None
    time_in_force: TimeInForce = "DAY"
    worst_price: Price | None = Field(None, description="An entry is not sent or kept beyond this market price")
    valid_until: Instant | None = Field(None, description="An entry is not sent or kept after this time")
    stop_loss: Price | None = None
    take_profit: Price | None = None
    closes: tuple[LotClose, ...] = ()
    waits_for: tuple[Id, ...] = Field((), description="Working entries whose remainder is cancelled before this exit")
    after: tuple[Id, ...] = Field((), description="Exits to its side that must have ended before this entry is sent")
    reserved_margin: Money = Field(description="Initial margin held for it, in the account's base currency")
    sent_at: Instant
    received_at: Instant
    decided_at: Instant


class OrderCommand(Message):
    """An instruction about an order already decided: cancel it, wherever it is."""

    schema_version: Literal[1] = 1
    command_id: Id
    kind: Literal["CANCEL"] = "CANCEL"
    order_id: Id
    signal_id: Id
    strategy_id: Id
    account: Id
    given_at: Instant


class Attempt(Message):
    """
    One time that an order was handed to its venue, under an id of its own.

    The next one is made only after this one ended, or after the venue was twice seen not to have it.
    """

    number: int = Field(ge=1)
    client_order_id: Id = Field(description="`<order_id>.<number>`: our id at the venue")
    quantity: Quantity = Field(description="Units asked for: what was open then")
    filled: Quantity = Decimal(0)
    begun_at: Instant
    ended_at: Instant | None = None
    outcome: AttemptEnd | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None
    absent_at: Instant | None = Field(None, description="When a completed query first showed that the venue lacks it")


class Happening(Message):
    """One change of an order's state, and what caused it."""

    at: Instant
    event: Annotated[str, Field(max_length=40)] = Field(description="FIX ExecType, or the desk's own word")
    status: OrderStatus
    reason: Annotated[str, Field(max_length=500)] | None = None


class OrderRecord(TradingOrder):
    """
    One order's whole life as execution keeps it: what was asked, attempts, fills, state.

    ``quantity`` stays what was decided; ``working_quantity`` is what the desk is trying to trade:
    an exit's is cut to what can be reduced, a protective order's follows its entry's lot.
    """

    status: OrderStatus
    revision: int = Field(description="Counts the changes; the `version` of its confirmations")
    live: bool = Field(description="Not in a terminal state")
    working_quantity: Quantity | None = Field(None, description="None: not sized yet")
    filled: Quantity = Decimal(0)
    average_price: Price | None = None
    commission: Money = Field(Decimal(0), description="Quote currency")
    reason: Annotated[str, Field(max_length=500)] | None = Field(None, description="Why it is in this state")
    status_before: OrderStatus | None = Field(None, description="What a refused cancellation returns to")
    ends_as: OrderStatus | None = Field(None, description="What it becomes once its cancellation is confirmed")
    attempts: tuple[Attempt, ...] = ()
    history: tuple[Happening, ...] = ()
    commands: tuple[Id, ...] = Field((), description="Commands obeyed")
    lot: Id | None = Field(None, description="Entry whose lot a protective or unwinding order closes")
    shares: tuple[Quantity, ...] = Field((), description="Our units of each of `closes`, once sized")
    unwinding: bool = Field(False, description="Its group failed: whatever it fills is closed again")
    watched: bool = Field(False, description="Needs care even once it ended: protection to keep, a group to unwind")
    tries: int = Field(0, description="Refusals, expiries and failures to size since it last worked")
    next_try_at: Instant | None = Field(None, description="Not looked at again before this time")
    facts: dict[str, str] = Field(default_factory=dict, description="Numbers of the control that refused it")
    worker: Id = Field(description="Process that last claimed it")
    lease_until: Instant | None = Field(None, description="The claiming process answers for it until then")
    generation: int = Field(0, description="Of the controls it was claimed under")
    recorded_at: Instant = Field(description="When execution first recorded it")
    submitted_at: Instant | None = Field(None, description="When the venue was first called")
    ended_at: Instant | None = None
    updated_at: Instant

    @property
    def open_quantity(self) -> Decimal:
        """Units still to be traded; 0 where it is not sized yet."""
        return max(Decimal(0), (self.working_quantity or Decimal(0)) - self.filled)


class OrderTombstone(Message):
    """A cancellation that arrived before its order: the order is cancelled as it arrives."""

    order_id: Id
    command_id: Id
    kept_at: Instant
