"""Accounts: the broker's own figures, and the state we serve from them and from our fills."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from mathematricks.contracts.base import Currency, Id, Instant, Message, Mode, Money, Price
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
    """What account-data serves: the broker's figures with our sub-ledgers beside them."""

    sub_ledgers: tuple[SubLedger, ...] = ()
    positions: tuple[StrategyPosition, ...] = ()
