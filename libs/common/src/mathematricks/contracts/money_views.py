"""Documents of what people own and are owed, strategy cards, curves: a page only formats them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from mathematricks.contracts.agreements import Day, StatementLine, Zone
from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price, Quantity, Side
from mathematricks.contracts.clients import FlowKind, Units
from mathematricks.contracts.dashboard import Percent
from mathematricks.contracts.strategies import StrategyStatus

SignalStanding = Literal["waiting", "working", "executed", "dropped"]
"""``dropped``: refused, or ended without a fill; the reason says which."""


class Dated(Message):
    """A document that knows its age: amber past twice, red past four times ``expected_every`` seconds."""

    as_of: Instant | None = Field(None, description="When the records were read; None: never yet")
    expected_every: float = 60.0


class CurvePoint(Message):
    """One point of a curve; the drawdown is what the highest point before it has lost since, never above 0."""

    at: Instant
    value: Money
    drawdown: Percent


class CashMark(Message):
    """Money that came in (above 0) or went out: no profit, no loss."""

    at: Instant
    amount: Money


class Curve(Message):
    """A downsampled line, oldest first: first, last, highest and lowest points are always among its points."""

    span: Literal["day", "month", "all"]
    points: tuple[CurvePoint, ...] = ()
    flows: tuple[CashMark, ...] = ()


class EquityCurves(Dated):
    """Equity of all accounts of one mode over a day, a month and all time, in one currency."""

    mode: Mode
    currency: Currency = "USD"
    curves: tuple[Curve, ...] = ()


class RoiYear(Message):
    """Time-weighted returns of one year: twelve months, None where there was no capital, and the year."""

    year: int
    months: tuple[Percent | None, ...]
    total: Percent | None = None


class Performance(Message):
    """Returns in percent, and how they were measured."""

    since: Instant | None = Field(None, description="First day with capital")
    total: Percent | None = Field(None, description="Since then")
    annualized: Percent | None = Field(None, description="None within the first year")
    month: Percent | None = Field(None, description="This calendar month, UTC")
    year: Percent | None = Field(None, description="This calendar year, UTC")
    years: tuple[RoiYear, ...] = Field((), description="The newest first")
    method: str = "Time-weighted, net of senders' fees, UTC months, from unit prices struck at each flow and midnight"


class FlowLine(Message):
    """One deposit or withdrawal as its client sees it."""

    flow_id: Id
    kind: FlowKind
    amount: Money
    units: Units
    unit_price: Money | None = None
    at: Instant
    arrived: bool = Field(description="Its cash has reached, or left, the broker")


class ClientView(Dated):
    """Everything a client sees: capital, flows and returns; no trades."""

    client_id: Id
    display_name: str
    mode: Mode
    currency: Currency = "USD"
    capital: Money | None = Field(None, description="To the cent; with all others' it adds up to the fund")
    units: Units = Decimal(0)
    unit_price: Money | None = None
    share: Percent | None = Field(None, description="Of the fund")
    deposits: Money = Decimal(0)
    withdrawals: Money = Decimal(0)
    in_transit: Money = Decimal(0)
    gain: Money | None = Field(None, description="Capital + withdrawals - deposits")
    gain_percent: Percent | None = Field(None, description="Of all deposits")
    performance: Performance = Performance()
    curve: Curve = Field(Curve(span="all"), description="Capital; its drawdown is the unit price's")
    flows: tuple[FlowLine, ...] = Field((), description="Newest first")


class Holder(Message):
    """One client's part of the fund."""

    client_id: Id
    display_name: str
    units: Units
    capital: Money
    share: Percent | None = None
    total: Percent | None = Field(None, description="Time-weighted return since its first day")


class FundView(Dated):
    """The fund of one mode, for admins: what it is worth and whose it is; the capitals add up to the NAV."""

    mode: Mode
    currency: Currency = "USD"
    equity: Money | None = None
    in_transit: Money = Decimal(0)
    accrued_fees: Money = Decimal(0)
    nav: Money | None = None
    units: Units = Decimal(0)
    unit_price: Money | None = None
    holders: tuple[Holder, ...] = ()
    performance: Performance = Performance()
    curve: Curve = Field(Curve(span="all"), description="Net asset value; its drawdown is the unit price's")
    incomplete: str | None = Field(None, description="Why no value could be struck")


class NavRecord(Message):
    """What the fund of one mode was worth at the end of a UTC day; the first counts from its first flow."""

    mode: Mode
    day: Day
    at: Instant
    currency: Currency
    equity: Money
    in_transit: Money
    accrued_fees: Money
    nav: Money
    units: Units
    unit_price: Money


class SignalRow(Message):
    """One signal as its sender sees it: their price beside our fill, and what it made; of several legs, the first."""

    signal_id: Id
    external_id: str
    sender: Id
    strategy_id: Id
    strategy_seq: int
    mode: Mode
    instrument: str
    action: Side
    legs: int = 1
    sent_at: Instant
    received_at: Instant
    status: SignalStanding
    reason: str | None = None
    asked: Quantity | None = Field(None, description="Sender's units")
    ordered: Quantity | None = Field(None, description="Our units, as sized")
    filled: Quantity = Decimal(0)
    their_price: Price | None = None
    our_price: Price | None = Field(None, description="Average of our fills")
    price_currency: Currency | None = None
    profit: Money = Field(Decimal(0), description="Realised, less commission, in the account's base currency")
    profit_currency: Currency | None = None
    open: bool = Field(False, description="Some of what it bought or sold is still held")
    settled: bool = Field(False, description="Nothing more happens by itself")


class SignalRows(Message):
    """Signals, the newest first."""

    items: tuple[SignalRow, ...]


class Amount(Message):
    """Money of one currency."""

    currency: Currency
    amount: Money


class AgreementLine(Message):
    """One agreement and where it stands, in its currency."""

    agreement_id: Id
    strategies: tuple[Id, ...]
    share_percent: Percent
    minimum: Money
    currency: Currency
    time_zone: Zone
    starts_on: Day
    ends_on: Day | None = None
    cumulative: Money = Field(description="Realised P&L less commission, since the agreement began")
    mark: Money = Field(description="High-water mark: only what is above it is shared")
    accrued: Money = Field(description="Fee of the running month so far: an estimate")
    paid: Money = Field(description="Ever")
    due: Money = Field(description="Of the last statement and not yet paid")
    carried: Money = Field(description="Balance that is not due: below the minimum, or (below 0) overpaid")
    unconverted: int = Field(0, description="Fills this month in a currency without a known rate: they count nowhere")


class SenderView(Dated):
    """Everything a sender sees. On paper nothing is payable: every figure is an estimate."""

    sender: Id
    mode: Mode
    payable: bool = Field(description="LIVE: statements are made and paid")
    sent: int = 0
    executed: int = 0
    waiting: int = Field(0, description="Not decided yet, or on their way")
    dropped: int = 0
    dropped_reasons: dict[str, int] = Field(default_factory=dict)
    profit: tuple[Amount, ...] = Field((), description="Of all signals, by base currency")
    signals: tuple[SignalRow, ...] = Field((), description="The newest 50")
    agreements: tuple[AgreementLine, ...] = ()
    statements: tuple[StatementLine, ...] = Field((), description="Newest first; the running month is estimated")
    accrued: tuple[Amount, ...] = ()
    paid: tuple[Amount, ...] = ()
    due: tuple[Amount, ...] = ()
    next_payment_on: Day | None = Field(None, description="The 1st, in the time zone beside it")
    time_zone: Zone = "UTC"


class SenderViews(Message):
    """Every sender's document."""

    items: tuple[SenderView, ...]


class StrategyCard(Dated):
    """One strategy at a glance; money in its account's base currency."""

    strategy_id: Id
    strategy_name: str
    status: StrategyStatus
    mode: Mode
    account: Id = Field(description="Where its orders go: the paper twin, on paper")
    include_in_optimization: bool
    allocation_percent: Percent | None = Field(None, description="Of the ACTIVE allocation; None: there is none")
    currency: Currency | None = None
    pnl_today: Money | None = Field(None, description="Realised today, less commission, with what is unrealised")
    realized_pnl: Money | None = Field(None, description="Less commission, since inception")
    unrealized_pnl: Money | None = None
    open_positions: int = 0
    signals: int = Field(0, description="Ever received")
    last_signal_at: Instant | None = None
    last_signal: SignalRow | None = None


class StrategyCards(Message):
    """Every strategy's card, by id."""

    items: tuple[StrategyCard, ...]


class AllocationLine(Message):
    """One strategy's share of equity: as it is, and as proposed, in percent."""

    strategy_id: Id
    current: Percent | None = None
    proposed: Percent | None = None
    change: Percent | None = None
    capital: dict[Mode, Money] = Field(default_factory=dict, description="What *current* is of each mode's equity")


class AllocationView(Dated):
    """The ACTIVE allocation beside the newest proposal, and how alike the strategies are."""

    allocation_id: Id | None = None
    approved_by: str | None = None
    active_since: Instant | None = None
    proposal_id: Id | None = None
    proposed_at: Instant | None = None
    run_id: Id | None = None
    currency: Currency | None = Field(None, description="Of capital")
    lines: tuple[AllocationLine, ...] = ()
    current_total: Percent = Decimal(0)
    proposed_total: Percent | None = None
    measures: dict[str, Any] = Field(default_factory=dict, description="Of the proposal")
    names: tuple[Id, ...] = Field((), description="Strategies, in the order of correlation")
    correlation: tuple[tuple[float, ...], ...] = ()
