"""The standardized signal: what every sender's body becomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Environment, Id, Instant, Message, Money, Price, Quantity, Side
from mathematricks.contracts.instruments import Contract

SignalType = Literal["ENTRY", "EXIT", "SCALE_IN", "SCALE_OUT", "CANCEL"]
Direction = Literal["LONG", "SHORT"]
OrderType = Literal["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]


class Leg(Message):
    """One instrument of a signal, in the sender's own units."""

    contract: Contract
    action: Side = Field(description="The order's side; direction never sets it (RULES 2)")
    direction: Direction | None = None
    quantity: Quantity | None = Field(None, description="Sender's units; None: all of it, or as the desk sizes it")
    order_type: OrderType = "MARKET"
    price: Price | None = Field(None, description="Price the sender saw or asks; None where it sent none or 0")
    stop_price: Price | None = None
    stop_loss: Price | None = None
    take_profit: Price | None = None

    @property
    def instrument(self) -> str:
        return self.contract.key


class StandardSignal(Message):
    """
    One accepted signal in the desk's own words.

    ``signal_id`` is a hash of what the signal says, so the same content through any intake is
    the same signal. ``strategy_seq`` numbers a strategy's signals without gaps.
    """

    schema_version: Literal[1] = 1
    signal_id: Id = Field(examples=["s4k7q2m5v6w4x2y7z5a4b3c2d6"])
    environment: Environment
    strategy_id: Id
    strategy_seq: int = Field(ge=1)
    sender: Id
    external_id: Annotated[str, Field(max_length=200)] = Field(description="The sender's signalID")
    sent_at: Instant
    received_at: Instant
    signal_type: SignalType | None = None
    entry_ref: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="The entry an exit names: our signal id or the sender's signalID"
    )
    account_equity: Money | None = Field(None, description="Equity the sender's quantities are meant for")
    legs: Annotated[tuple[Leg, ...], Field(min_length=1, max_length=20)]
    provider: Annotated[str, Field(max_length=40)] = Field(description="Format that parsed the body")
    warnings: tuple[str, ...] = ()


class RawBody(Message):
    """A body that arrived by another way than HTTP (collector, TCP, replay), for the front door to judge."""

    schema_version: Literal[1] = 1
    raw_id: Id
    sender: Id
    intake: Annotated[str, Field(max_length=20)]
    body: str
    received_at: Instant
    environment: Environment | None = None


def decimal_text(number: Decimal) -> str:
    """Return the one way to write *number*: no exponent, no trailing zeros."""
    text = f"{number.normalize():f}"
    return "0" if text == "-0" else text
