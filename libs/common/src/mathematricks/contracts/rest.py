"""Requests and answers that services exchange over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Contract, Instrument, Quote
from mathematricks.contracts.orders import OrderRecord


class MarketQuestion(Message):
    """
    What one decision needs to know of the market (``POST /api/v1/market`` of execution).

    ``seen`` holds the price a sender named, by instrument; only the simulated market of a demo
    uses it, and only to seed an instrument it has never quoted.
    """

    contracts: Annotated[tuple[Contract, ...], Field(min_length=1, max_length=20)]
    base_currency: Currency = "USD"
    seen: dict[str, Price] = Field(default_factory=dict)


class MarketView(Message):
    """
    The answer: what is known, by instrument key; what is unknown is absent.

    ``rates`` gives the value of one unit of each quote currency in the base currency.
    ``closed`` names the instruments whose market is closed now.
    """

    instruments: dict[str, Instrument] = Field(default_factory=dict)
    quotes: dict[str, Quote] = Field(default_factory=dict)
    rates: dict[str, Decimal] = Field(default_factory=dict)
    closed: tuple[str, ...] = ()


class OpenAccount(Message):
    """Open a paper account, or top one up to these balances if it has never traded."""

    account: Annotated[str, Field(pattern=r"^paper:[A-Za-z0-9_\-]{1,60}$")]
    base_currency: Currency = "USD"
    cash: dict[Currency, Money] = Field(min_length=1, max_length=20)


class BrokerAccount(Message):
    """One account the desk can trade, and through whom."""

    account: Id
    broker: str
    mode: Mode
    base_currency: Currency


class BrokerAccounts(Message):
    """The accounts that the desk can trade."""

    items: tuple[BrokerAccount, ...]


class Orders(Message):
    """Orders, the newest first."""

    items: tuple[OrderRecord, ...]


class Executions(Message):
    """Executions, the newest first."""

    items: tuple[Execution, ...]


class VenueExecution(Message):
    """One fill as the venue itself holds it; commission in the quote currency."""

    execution_id: Id
    client_order_id: Id | None = Field(description="Our id, `<order_id>.<attempt>`; None: not ordered here")
    account: Id
    instrument: Id
    side: Side
    quantity: Quantity
    price: Price
    commission: Money
    currency: Currency
    executed_at: Instant
    venue_seq: int


class VenueExecutions(Message):
    """What a venue holds, the newest first."""

    items: tuple[VenueExecution, ...]


class QuotesTaken(Message):
    """How many of the posted quotes were newer than those held."""

    taken: int
    older: int


class Failure(Message):
    """The one shape of every error answer; ``reason`` is there where a program should act on it."""

    error: str
    reason: str | None = None
