"""Executions: what the venue did, and what we tell the rest of the desk about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderStatus, Purpose

UNATTRIBUTED = "unattributed"
"""The sub-ledger of executions that no strategy ordered (RULES 7, EXTERNAL)."""


class Execution(Message):
    """
    One fill as the venue reported it, with the facts needed to book it to the cent.

    Sorted by ``(executed_at, venue_seq, execution_id)`` a set of them folds to the same position
    whatever order they arrived in.
    """

    schema_version: Literal[1] = 1
    execution_id: Id = Field(description="The broker's id: what makes a fill one fill")
    order_id: Id | None = Field(description="None: nobody here ordered it (EXTERNAL)")
    signal_id: Id | None = None
    strategy_id: Id = UNATTRIBUTED
    account: Id
    mode: Mode
    instrument: Id
    contract: Contract
    purpose: Purpose | None = None
    side: Side
    quantity: Quantity = Field(gt=0)
    price: Price
    multiplier: Decimal = Field(Decimal(1), gt=0)
    currency: Currency = Field(description="Quote currency of the instrument")
    commission: Money = Field(description="In the quote currency; negative is a rebate")
    fx_rate: Decimal = Field(gt=0, description="Quote currency to the account's base at the fill")
    base_currency: Currency
    executed_at: Instant = Field(description="Venue time")
    venue_seq: int = 0
    recorded_at: Instant = Field(description="When execution recorded it")
    crossed: bool = Field(False, description="Between the desk's own sub-ledgers: no venue knows of it (RULES 10)")


class ExecutionConfirmation(Message):
    """
    What just happened to an order: its state now, and the fill if there was one.

    Cumulative, so that the newest ``version`` of an order tells everything the older ones did.
    """

    schema_version: Literal[1] = 1
    order_id: Id | None
    signal_id: Id | None
    strategy_id: Id
    account: Id
    instrument: Id
    status: OrderStatus
    version: int = Field(description="Counts the changes of this order")
    quantity: Quantity | None
    filled: Quantity
    average_price: Price | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None
    purpose: Purpose | None = None
    lot: Id | None = Field(None, description="Entry whose lot a protective or unwinding order closes")
    shares: tuple[Quantity, ...] = Field((), description="Of an exit: our units of each lot it closes, once sized")
    execution: Execution | None = None
    recorded_at: Instant
