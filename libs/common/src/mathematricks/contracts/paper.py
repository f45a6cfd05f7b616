"""What the paper venue keeps: its orders with their fills, its accounts with their deposits and checkpoints."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Money, Price, Quantity, Side
from mathematricks.contracts.instruments import Instrument
from mathematricks.contracts.orders import TimeInForce
from mathematricks.contracts.signals import OrderType


class PaperFill(Message):
    """One fill inside its order; commission in the quote currency."""

    execution_id: Id
    quantity: Quantity
    price: Price
    commission: Money
    rate: Decimal | None = Field(None, description="Quote currency to the account's base")
    executed_at: Instant
    venue_seq: int = Field(description="Counts the fills of the account")


class PaperOrderRecord(Message):
    """One order of the venue's book, from its arrival to its end; ``_id`` is ``account|client_order_id``."""

    account: Id
    client_order_id: Id
    number: int = Field(description="Counts the orders of the account as they arrived")
    instrument: Instrument
    side: Side
    quantity: Quantity
    order_type: OrderType
    limit_price: Price | None = None
    stop_price: Price | None = None
    time_in_force: TimeInForce
    oco_group: Id | None = None
    status: Literal["WORKING", "FILLED", "CANCELLED", "REJECTED", "EXPIRED"]
    reason: Annotated[str, Field(max_length=500)] = ""
    filled: Quantity
    fills: tuple[PaperFill, ...]
    accepted_at: Instant
    last_fill_at: Instant | None = None
    expires_at: Instant | None = None
    quote_at: Instant | None = Field(None, description="Time of the quote it last traded on")
    taken: Quantity = Field(Decimal(0), description="What it took of that quote")
    triggered: bool = True
    reduced: Quantity = Field(Decimal(0), description="What its OCO group's fills took away from it")
    reserved: Money = Field(Decimal(0), description="Initial margin it holds while it works, base currency")
    version: int = Field(description="Counts the changes of this order")


class PaperPosition(Message):
    """A position in a checkpoint; cost is signed, in the quote currency, with the multiplier."""

    instrument: Instrument
    quantity: Decimal
    cost: Money


class PaperCheckpoint(Message):
    """An account after its fill number ``seq``; amounts by currency unless said."""

    seq: int
    last_at: Instant
    cash: dict[str, Money]
    positions: tuple[PaperPosition, ...]
    realized: dict[str, Money]
    fees: dict[str, Money]
    rates: dict[str, Decimal]
    realized_base: Money


class PaperAccountRecord(Message):
    """One account of the venue: what was paid in, and a checkpoint so that a start need not fold every fill."""

    account: Id
    base_currency: Currency
    deposits: dict[str, Money]
    opened_at: Instant
    checkpoint: PaperCheckpoint | None = None
