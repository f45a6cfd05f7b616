"""Requests and answers that services exchange over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Message, Mode, Money, Price
from mathematricks.contracts.instruments import Contract, Instrument, Quote


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


class Failure(Message):
    """The one shape of every error answer."""

    error: str
