"""Orders: what Cerebro asks of Execution, and the states an order passes through."""

from __future__ import annotations

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
    total_legs: int = 1
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
