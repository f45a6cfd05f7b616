"""What travels between execution and a venue of its own: the port's own values as JSON, decimals as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.instruments import Contract, Quote
from pydantic import TypeAdapter

from execution.ports import BrokerEvent, BrokerFill, BrokerOrder, BrokerOrderState

ACCOUNTS = "/v1/accounts"
ORDERS = "/v1/orders"
CANCELS = "/v1/cancels"
OPEN_ORDERS = "/v1/open-orders"
EXECUTIONS = "/v1/executions"
SNAPSHOT = "/v1/snapshot"
QUOTES = "/v1/quotes"
MARKET = "/v1/market"
STREAM = "/v1/stream"

TOLD = "venue-told"
"""Header of every answer: ``<epoch>:<number>``, the last event that happened before it was given."""
UNTIL = "venue-until"
"""Header of a submission: the time (ISO 8601) after which nobody waits for it and it must not be taken any more."""
REJECTED = 422
"""The one status that is a venue's no; every other failure says nothing of what became of the call."""


@dataclass(frozen=True)
class Rejection:
    """The venue's no, and why."""

    rejected: str


@dataclass(frozen=True)
class Account:
    """An account to open; without ``cash``, one that is open."""

    account: str
    base_currency: str
    cash: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderName:
    """One order, by our id."""

    account: str
    client_order_id: str


@dataclass(frozen=True)
class Cancelled:
    """What came of one cancellation that was asked for: the venue's no, or why nobody knows; neither is a yes."""

    rejected: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class Period:
    """Everything of one account since a time."""

    account: str
    since: datetime


@dataclass(frozen=True)
class Wanted:
    """An instrument that is to be quoted, and the price somebody saw."""

    contract: Contract
    price: Decimal | None = None


@dataclass(frozen=True)
class Hello:
    """
    The first word on a stream.

    Attributes:
        epoch: Names this run of the venue; events are numbered anew in each.
        told: The number of the last event that happened before.
        accounts: Base currency by account.
    """

    epoch: str
    told: int
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Numbered:
    """An event with its place in this run of the venue."""

    number: int
    event: BrokerEvent


@dataclass(frozen=True)
class Word:
    """One message of the stream: a hello, or what happened, or what is quoted."""

    hello: Hello | None = None
    events: tuple[Numbered, ...] = ()
    quotes: tuple[Quote, ...] = ()


REJECTION = TypeAdapter(Rejection)
ACCOUNT = TypeAdapter(Account)
ACCOUNT_LIST = TypeAdapter(tuple[Account, ...])
ORDER = TypeAdapter(BrokerOrder)
ORDER_NAMES = TypeAdapter(tuple[OrderName, ...])
CANCELLED = TypeAdapter(tuple[Cancelled, ...])
STATE = TypeAdapter(BrokerOrderState | None)
STATES = TypeAdapter(tuple[BrokerOrderState, ...])
PERIOD = TypeAdapter(Period)
FILLS = TypeAdapter(tuple[BrokerFill, ...])
UPDATE = TypeAdapter(AccountUpdate)
QUOTE_LIST = TypeAdapter(tuple[Quote, ...])
WANTED_LIST = TypeAdapter(tuple[Wanted, ...])
WORD = TypeAdapter(Word)
