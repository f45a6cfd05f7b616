"""Everything that one decision reads, and its canonical text: decided again, it gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from mathematricks.accounting.lots import ZERO, Lot
from mathematricks.contracts.base import Mode, Side
from mathematricks.contracts.decisions import PortfolioId, Tombstone
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.strategies import StrategyConfiguration
from pydantic import TypeAdapter

from cerebro.domain.book_orders import Exit
from cerebro.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Allotted:
    """
    What the ACTIVE allocation gives the strategy.

    Attributes:
        allocation_id: None: no allocation is ACTIVE.
        percent: Per cent of equity; None: the ACTIVE allocation does not name the strategy.
    """

    allocation_id: str | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What the strategy made today, in base currency: realized net of commission, and open."""

    realized: Decimal
    unrealized: Decimal
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """
    One account of the mode as the book has it, in its own base currency.

    Attributes:
        reserved: Margin held for decided orders that no snapshot covers.
        rate: Value of its base currency in that of the account traded on; None: unknown.
    """

    account: str
    base_currency: str
    equity: Decimal
    initial_margin: Decimal
    reserved: Decimal
    rate: Decimal | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Cancellable:
    """An order of the strategy that a CANCEL may end."""

    order_id: str
    account: str
    signal_id: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Holding:
    """
    The strategy's stake in one instrument, as far as the signal can touch it.

    Attributes:
        long_asked: The sender's open units of entries that bought; *short_asked* of those that sold.
        units: Our units held or on their way, a short negative.
        lots: Those an exit may take, newest first, the one it names among them even if nothing is left of it.
        stakes: Strategy capital that each of them ties up, in base currency.
        resting: Exits that wait for a price; a newer exit may take their place.
        leaving: Exits on their way to the market, by the side they trade.
    """

    long_asked: Decimal = ZERO
    short_asked: Decimal = ZERO
    units: Decimal = ZERO
    lots: tuple[Lot, ...] = ()
    stakes: Mapping[str, Decimal] = field(default_factory=dict)
    resting: tuple[Exit, ...] = ()
    leaving: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    cancellable: tuple[Cancellable, ...] = ()


@dataclass(frozen=True, slots=True)
class BookSlice:
    """What one decision reads of its portfolio's book; *hash* is the whole book's."""

    portfolio: PortfolioId
    hash: str
    account: str | None
    standings: tuple[Standing, ...]
    in_use: Decimal
    holdings: Mapping[str, Holding]
    tombstones: tuple[Tombstone, ...] = ()


@dataclass(frozen=True, slots=True)
class Market:
    """What is known of the signal's instruments; what is unknown is absent. *rates* are per base unit."""

    instruments: Mapping[str, Instrument] = field(default_factory=dict)
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    """
    What the CVaR of the book is computed from.

    Attributes:
        history_id: The aligned returns, by the hash of their content; they are kept under it.
        at_work: Capital that each strategy ties up, in base currency, as in the book.
        known: Whether the strategy's own returns are among them.
    """

    history_id: str
    at_work: Mapping[str, Decimal] = field(default_factory=dict)
    known: bool = True


@dataclass(frozen=True, slots=True)
class Ordinal:
    """Where and by whom a decision is made. *shadow*: another version's decisions owe the orders."""

    seq: int
    epoch: int
    version: str
    code_version: str
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class DecisionInputs:
    """
    Everything that ``decide`` reads. Nothing else may influence a decision.

    Attributes:
        failed: What deciding raised, try after try: a fault of ours, so the signal is refused and the next goes on.
    """

    signal: StandardSignal
    strategy: StrategyConfiguration | None
    allotted: Allotted
    book: BookSlice
    market: Market
    day: Day | None
    policy: Policy
    ordinal: Ordinal
    now: datetime
    risk: Risk | None = None
    failed: str | None = None

    @property
    def mode(self) -> Mode:
        """Whether real money moves; a property of the portfolio."""
        return "LIVE" if self.book.portfolio == "live" else "PAPER"

    def standing(self) -> Standing | None:
        """Return the account traded on, None if nothing is known of it."""
        return next((one for one in self.book.standings if one.account == self.book.account), None)

    def holding(self, instrument: str) -> Holding:
        """Return the strategy's stake in *instrument*."""
        return self.book.holdings.get(instrument, NOTHING_HELD)


NOTHING_HELD = Holding()
_INPUTS = TypeAdapter(DecisionInputs)


def canonical(adapter: TypeAdapter[Any], value: object) -> str:
    """Return *value* as JSON with sorted keys and exact decimals as text: one value, one text."""
    return orjson.dumps(orjson.loads(adapter.dump_json(value)), option=orjson.OPT_SORT_KEYS).decode()


def inputs_text(inputs: DecisionInputs) -> str:
    """Return the canonical text of *inputs*."""
    return canonical(_INPUTS, inputs)


def inputs_from(text: str) -> DecisionInputs:
    """Return the inputs that *text* holds."""
    return _INPUTS.validate_json(text)
