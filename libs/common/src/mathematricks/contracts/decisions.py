"""Decisions: what Cerebro made of a signal, cap by cap, and how it is kept."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.orders import LotClose, OrderCommand, TradingOrder
from mathematricks.contracts.strategies import Sizing

Outcome = Literal["APPROVED", "RESIZED", "REFUSED"]
Intent = Literal["ENTRY", "SCALE_IN", "EXIT", "CANCEL"]
PortfolioId = Literal["live", "paper"]


class Reason(StrEnum):
    """Why a signal, or a part of one, was refused."""

    STRATEGY_UNKNOWN = "STRATEGY_UNKNOWN"
    STRATEGY_INACTIVE = "STRATEGY_INACTIVE"
    LIVE_NOT_ALLOWED = "LIVE_NOT_ALLOWED"
    DUPLICATE = "DUPLICATE"
    STALE = "STALE"
    CANCELLED = "CANCELLED"
    SLIPPAGE_EXCEEDED = "SLIPPAGE_EXCEEDED"
    NO_ALLOCATION = "NO_ALLOCATION"
    FULLY_DEPLOYED = "FULLY_DEPLOYED"
    INVALID_PRICE = "INVALID_PRICE"
    NO_QUOTE = "NO_QUOTE"
    MARGIN_LIMIT = "MARGIN_LIMIT"
    CVAR_LIMIT = "CVAR_LIMIT"
    RISK_LIMIT = "RISK_LIMIT"
    TOO_SMALL = "TOO_SMALL"
    NO_OPEN_POSITION = "NO_OPEN_POSITION"
    ACCOUNT_STATE_STALE = "ACCOUNT_STATE_STALE"
    UNSUPPORTED_INSTRUMENT = "UNSUPPORTED_INSTRUMENT"
    INSTRUMENT_EXPIRED = "INSTRUMENT_EXPIRED"
    MARKET_CLOSED = "MARKET_CLOSED"
    KILL_SWITCH = "KILL_SWITCH"
    UNDECIDABLE = "UNDECIDABLE"


class Cap(Message):
    """One limit on the size of an entry, with its numbers; it bound where less is given than asked."""

    name: Annotated[str, Field(max_length=40)] = Field(examples=["strategy_capital", "account_margin", "lot"])
    asked: Quantity = Field(description="Units of the instrument before this cap")
    given: Quantity = Field(description="Units after it")
    facts: dict[str, Decimal] = Field(default_factory=dict, description="What it was computed from")


class LegDecision(Message):
    """
    What became of one leg, or of the closing or opening half of a leg that reverses a position.

    ``asked`` and ``excess`` are in the sender's units, everything else in ours.
    """

    leg_index: int
    instrument: Id
    intent: Intent
    side: Side
    asked: Quantity | None = Field(None, description="None: the sender left the size to us, or means all")
    wanted: Quantity | None = Field(None, description="Size of an entry before any cap")
    quantity: Quantity | None = Field(None, description="Units ordered; None: sized when the entries it closes end")
    price: Price | None = Field(None, description="Price that sized it, in the quote currency")
    caps: tuple[Cap, ...] = ()
    closes: tuple[LotClose, ...] = Field((), description="What an exit takes of which entries")
    supersedes: tuple[Id, ...] = Field((), description="Resting exits that this one takes the place of")
    excess: Quantity = Field(Decimal(0), description="Part of an exit that found nothing to close")
    refused: Reason | None = None
    lot_step: Quantity | None = None
    capital_per_unit: Money | None = Field(None, description="Strategy capital that one unit ties up, base currency")


class Grounds(Message):
    """The figures that an entry was sized from, in the account's base currency."""

    base_currency: Currency
    equity: Money = Field(description="Of all accounts of the mode")
    allocation_percent: Decimal
    allocation_id: Id | None = Field(None, description="None: no ACTIVE allocation, the fallback applied")
    capital: Money = Field(description="Allotted to the strategy")
    in_use: Money = Field(description="Of that, already tied up")
    sizing: Sizing
    expected_alpha: Decimal | None = Field(None, description="Fraction of price; None: unknown")
    adverse_move: Decimal | None = Field(None, description="Fraction of price that the market moved against the signal")
    alpha_lost: Decimal | None = Field(None, description="Share of the expected alpha that the move has cost")


class Tombstone(Message):
    """
    A cancellation that found nothing: an entry sent before it is refused when it arrives.

    ``reference`` is the sender's signalID that was named; None meant the instrument as a whole.
    """

    strategy_id: Id
    instrument: Id
    reference: str | None = None
    sent_at: Instant


class Decision(Message):
    """One decision, canonical: decided again from the same inputs it is the same text."""

    schema_version: Literal[1] = 1
    version: Id = Field(description="Of the decider, e.g. v1")
    code_version: str = Field(max_length=80)
    portfolio: PortfolioId
    seq: int = Field(ge=1, description="Number in its portfolio")
    epoch: int = Field(ge=0, description="Reign of the version's authority")
    signal_id: Id
    strategy_id: Id
    strategy_seq: int
    external_id: str
    mode: Mode
    account: Id | None = Field(None, description="None: the strategy is unknown")
    outcome: Outcome
    reason: str | None = Field(None, description="REFUSED: a Reason; RESIZED: the cap that bound; APPROVED: none")
    sentence: str = Field(description="The same for people: what was decided and why")
    warnings: tuple[str, ...] = ()
    legs: tuple[LegDecision, ...] = ()
    grounds: Grounds | None = Field(None, description="None where nothing was sized")
    orders: tuple[TradingOrder, ...] = Field((), description="Owed to execution")
    commands: tuple[OrderCommand, ...] = Field((), description="Owed to execution")
    would_order: tuple[TradingOrder, ...] = Field((), description="A shadow's orders; owed to nobody")
    tombstones: tuple[Tombstone, ...] = ()
    sent_at: Instant
    received_at: Instant
    decided_at: Instant


class DecisionRecord(Message):
    """
    An entry of a portfolio's sequence as stored: a decision with its complete inputs, or a promotion.

    ``_id`` is ``version:signal_id``, or ``shadow:version:signal_id`` for what a shadow would have decided.
    """

    version: Id
    portfolio: PortfolioId
    seq: int
    epoch: int
    signal_id: Id
    strategy_id: Id
    strategy_seq: int
    outcome: Outcome
    reason: str | None = None
    decided_at: Instant
    order_ids: tuple[Id, ...] = ()
    command_ids: tuple[Id, ...] = ()
    book_hash: str = Field(description="Content hash of the book it was decided against")
    code_version: str
    shadow: str = Field("", description="Version that decided it as a shadow; empty: it is of the authority's sequence")
    promotes: Id | None = Field(None, description="Version that holds the authority from here on; None: a decision")
    inputs: str = Field(description="Canonical JSON of everything that was read to decide")
    output: str = Field(description="Canonical JSON of the Decision")

    @property
    def decision(self) -> Decision:
        """The decision itself."""
        return Decision.model_validate_json(self.output)


class BookCheckpoint(Message):
    """The book after its decision ``seq``, compressed; later decisions are folded onto it."""

    version: Id
    portfolio: PortfolioId
    seq: int
    book_hash: str
    book: bytes = Field(description="zlib of the book's canonical JSON")
    taken_at: Instant


class Authority(Message):
    """Whose decisions owe orders in a portfolio, and from which sequence number on."""

    portfolio: PortfolioId
    version: Id
    epoch: int = Field(ge=0)
    from_seq: int = Field(ge=1)
    since: Instant
    by: Annotated[str, Field(max_length=200)] = Field("", description="Who promoted it; empty: it was the first")
    reason: Annotated[str, Field(max_length=2000)] = ""


class Promotion(Message):
    """An entry of the authority's sequence: from the number after it on, another version's decisions owe orders."""

    portfolio: PortfolioId
    seq: int = Field(ge=1)
    epoch: int = Field(ge=1, description="Reign that begins here")
    version: Id = Field(description="Who reigns from here on")
    before: Id = Field(description="Who reigned until here")
    by: Annotated[str, Field(max_length=200)]
    reason: Annotated[str, Field(max_length=2000)]
    at: Instant


class DecisionDetail(Decision):
    """A decision with everything it was made from."""

    book_hash: str
    inputs: dict[str, Any]


class DecisionList(Message):
    """Decisions, newest first."""

    items: tuple[Decision, ...]


class AccountStanding(Message):
    """An account as the book has it, in its base currency."""

    account: Id
    base_currency: Currency
    equity: Money
    initial_margin: Money
    reserved: Money = Field(description="Margin held for orders that no snapshot covers yet")
    as_of: Instant


class Stake(Message):
    """What one strategy has in one instrument, by the book."""

    strategy_id: Id
    instrument: Id
    units: Decimal = Field(description="Held or on their way; a short is negative")
    lots: int = Field(description="Entries with something left")


class BookSummary(Message):
    """The book that the next decision of a portfolio is made against."""

    portfolio: PortfolioId
    seq: int
    book_hash: str
    accounts: tuple[AccountStanding, ...]
    stakes: tuple[Stake, ...]
    in_use: dict[str, Money] = Field(description="Capital that each strategy ties up, base currency")
    live_orders: int
