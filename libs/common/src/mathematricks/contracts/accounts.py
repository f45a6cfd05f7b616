"""Accounts: the broker's own figures, and the state we serve from them and from our fills."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Contract


class BrokerPosition(Message):
    """The venue's net position in one instrument; a short is negative."""

    instrument: Id
    contract: Contract
    quantity: Decimal
    average_price: Price
    market_price: Price | None = None
    multiplier: Decimal = Decimal(1)
    currency: Currency = "USD"
    unrealized_pnl: Money = Decimal(0)


class OpenOrder(Message):
    """A live order at the venue, by our client order id."""

    client_order_id: Id
    instrument: Id
    side: Literal["BUY", "SELL"]
    quantity: Decimal
    filled: Decimal
    order_type: str
    status: str


class AccountUpdate(Message):
    """
    An account as its broker reports it, all figures in its base currency.

    ``as_of`` is when the snapshot was *requested*; ``through_execution`` the recording time of the
    last execution recorded before that. Older updates than the one held are ignored.
    """

    schema_version: Literal[1] = 1
    account: Id
    mode: Mode
    base_currency: Currency
    equity: Money = Field(description="NetLiquidation")
    cash_balance: Money = Field(description="TotalCashValue")
    cash: dict[str, Money] = Field(default_factory=dict, description="Per currency")
    rates: dict[str, Decimal] = Field(default_factory=dict, description="Currency to base")
    buying_power: Money
    excess_liquidity: Money
    initial_margin: Money
    margin_used: Money = Field(description="MaintMarginReq")
    margin_available: Money = Field(description="AvailableFunds")
    unrealized_pnl: Money
    realized_pnl: Money
    open_positions: tuple[BrokerPosition, ...] = ()
    open_orders: tuple[OpenOrder, ...] = ()
    as_of: Instant
    through_execution: Instant | None = None


class SubLedger(Message):
    """One strategy's share of an account; all of them sum to the account (RULES 8)."""

    strategy_id: Id
    realized_pnl: Money = Field(description="Gross of commission, base currency, since inception")
    commission: Money
    realized_today: Money = Field(description="Net realized P&L of the current UTC day, base currency")
    unrealized_pnl: Money = Decimal(0)
    cash: dict[str, Money] = Field(default_factory=dict, description="Effect on cash, per currency")


class StrategyPosition(Message):
    """One strategy's position in one instrument of one account: a fold of its executions."""

    account: Id
    strategy_id: Id
    instrument: Id
    contract: Contract
    quantity: Decimal = Field(description="A short is negative")
    average_price: Price
    multiplier: Decimal = Decimal(1)
    currency: Currency
    realized_pnl: Money = Field(description="Quote currency, gross of commission")
    commission: Money = Field(description="Quote currency")
    market_price: Price | None = None
    unrealized_pnl: Money = Field(Decimal(0), description="Quote currency")


class AccountState(AccountUpdate):
    """
    What account-data serves: the broker's figures with our sub-ledgers beside them.

    Once reconciled, for each currency ``cash = deposits + sum of the sub-ledgers' cash``, and for each
    instrument the positions sum to the broker's. ``unattributed`` holds what no strategy explains.
    """

    sub_ledgers: tuple[SubLedger, ...] = ()
    positions: tuple[StrategyPosition, ...] = Field((), description="Open ones only")
    deposits: dict[str, Money] = Field(default_factory=dict, description="Cash the account was opened with")
    through_seq: int = Field(0, description="Newest ledger entry contained")
    day: Instant | None = Field(None, description="Midnight (UTC) that the current day began at")
    day_open_equity: Money | None = Field(None, description="Equity the day began with, base currency")
    day_open_unrealized: Money | None = Field(None, description="Unrealized P&L the day began with, base currency")


class FoldPoint(Message):
    """A fold of executions up to one of them, exact, so that folding can go on from there."""

    quantity: Decimal
    cost: Money = Field(description="Signed money behind the open quantity, quote currency")
    realized_pnl: Money = Field(description="Quote currency, gross of commission")
    commission: Money = Field(description="Quote currency")
    multiplier: Decimal
    cash: Money = Field(description="Effect on cash, quote currency")
    realized_base: Money = Field(description="Base currency, converted at each closing fill's rate")
    commission_base: Money
    day: Instant | None = Field(description="UTC day of the newest execution")
    realized_day: Money = Field(description="Net realized P&L of that day, base currency")
    last_price: Price
    fx_rate: Decimal
    executed_at: Instant | None = Field(description="Of the newest execution; None: nothing folded yet")
    venue_seq: int
    execution_id: str


class FoldRecord(Message):
    """Where a fold stands, and an older point for a late execution to be folded from."""

    head: FoldPoint
    checkpoint: FoldPoint
    through_seq: int = Field(description="Newest ledger entry folded")


class PositionRecord(StrategyPosition, FoldRecord):
    """A position as stored; flat ones stay, for their P&L counts."""


class NetPosition(FoldRecord):
    """The account's own fold of one margined instrument: its venue settles the net of all strategies."""

    instrument: Id
    contract: Contract
    currency: Currency


class AccountRecord(AccountState):
    """An account's state as stored, with what a start goes on from."""

    netted: tuple[NetPosition, ...] = ()
    corrections: dict[str, Money] = Field(default_factory=dict, description="Cash corrected, per currency")
    opened: bool = Field(description="Its opening balance is booked")
    executions: int = Field(description="How many are booked")
    recorded_through: Instant | None = Field(description="Newest recording time of a booked execution")
    agreed_at: Instant | None = Field(description="When the books last agreed with the broker's")
    proven: bool = Field(False, description="They have agreed since the account first traded")


EntryKind = Literal["execution", "opening", "correction"]
PointKind = Literal["snapshot", "day_open"]


class HistoryEntry(Message):
    """What every document of an account's history has: a ledger entry or a point of its equity."""

    kind: EntryKind | PointKind
    account: Id
    at: Instant = Field(description="Venue time of an execution; as_of of a broker's figure")


class LedgerEntry(HistoryEntry):
    """
    One booking, never changed. What it moved, it moved in its strategy's sub-ledger.

    A late execution is booked with the change it makes to the sub-ledger when folded in its place,
    so that the entries sum to the sub-ledger whatever order they arrived in.
    """

    entry_id: Id = Field(description="The execution's id, or one derived from what was corrected")
    kind: EntryKind
    seq: int = Field(ge=1, description="Numbers the account's entries without gaps")
    strategy_id: Id
    instrument: Id | None = None
    order_id: Id | None = None
    signal_id: Id | None = None
    booked_at: Instant
    quantity: Decimal = Field(Decimal(0), description="Change of position; a sale is negative")
    currency: Currency = Field(description="Of cash and realized_pnl")
    cash: Money = Field(Decimal(0), description="Change of cash, commission included")
    realized_pnl: Money = Field(Decimal(0), description="Gross, quote currency")
    realized_base: Money = Field(Decimal(0), description="Gross, base currency")
    commission_base: Money = Decimal(0)
    base_currency: Currency
    mode: Mode
    execution: Execution | None = Field(None, description="What moved the position; None: cash alone")
    reason: Annotated[str, Field(max_length=500)] = ""


class EquityPoint(HistoryEntry):
    """One point of an account's equity curve, base currency."""

    kind: PointKind
    mode: Mode
    base_currency: Currency
    equity: Money
    cash_balance: Money
    margin_used: Money
    unrealized_pnl: Money
    realized_pnl: Money
    rates: dict[str, Decimal] = Field(default_factory=dict, description="Currency to base, as then reported")


class AccountStates(Message):
    """Every account known, by name."""

    items: tuple[AccountState, ...]


class AccountMargin(Message):
    """How much of an account's equity margin ties up, in its base currency."""

    account: Id
    base_currency: Currency
    equity: Money
    initial_margin: Money
    margin_used: Money
    margin_available: Money
    buying_power: Money
    excess_liquidity: Money
    utilization: Decimal | None = Field(description="initial_margin / equity; None without equity")
    as_of: Instant


class StrategyPositions(Message):
    """Positions of one account, by strategy and instrument."""

    items: tuple[StrategyPosition, ...]


class Ledger(Message):
    """Ledger entries, the newest first."""

    items: tuple[LedgerEntry, ...]


class Difference(Message):
    """One figure on which our books and the broker's disagree."""

    subject: Literal["position", "cash"]
    name: Id = Field(description="Instrument or currency")
    ours: Decimal
    theirs: Decimal


class SyncReport(Message):
    """What a comparison with the broker found and did; the broker wins."""

    account: Id
    agreed: bool
    differences: tuple[Difference, ...] = ()
    corrected: bool = Field(False, description="The differences are booked as corrections")
    executions_booked: int = Field(0, description="Executions that had not reached us")
    waiting_for: str | None = Field(None, description="Why nothing could be judged yet")
    as_of: Instant
