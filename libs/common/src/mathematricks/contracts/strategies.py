"""Strategy configurations: which strategies trade, where, in what mode and how large."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Instant, Message, Mode, Money

StrategyStatus = Literal["ACTIVE", "INACTIVE", "TESTING"]
Sizing = Literal["capital", "units", "share_of_equity", "target"]
AccountName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-]{1,60}$", examples=["IBKR_Main"])]
"""The broker's account, without ``paper:``: a PAPER strategy trades on its paper twin (RULES 9)."""

StrategyId = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x20\x7f/][^\x00-\x1f\x7f/]*$", examples=["SPX_1-D_Opt"])
]
"""Any name without control characters or slashes: it is part of a path."""


class RiskLimits(Message):
    """Hard limits of one strategy, in the account's base currency; None: no limit."""

    max_position_size: Money | None = Field(None, gt=0)
    max_daily_loss: Money | None = Field(None, gt=0)


class StrategySettings(Message):
    """What an admin may set of a strategy."""

    strategy_name: Annotated[str, Field(min_length=1, max_length=200)]
    status: StrategyStatus = "ACTIVE"
    trading_mode: Mode = "PAPER"
    account: AccountName
    include_in_optimization: bool = True
    sizing: Sizing | None = Field(None, description="Kind of sizing (RULES 3); None: inferred from each body")
    expected_alpha: Annotated[Decimal, Field(gt=0, lt=10, max_digits=34)] | None = Field(
        None, description="Expected gain per trade as a fraction of price; None: unknown, the 30 % rule is skipped"
    )
    risk_limits: RiskLimits = RiskLimits()
    developer_contact: Annotated[str, Field(max_length=200)] = ""
    notes: Annotated[str, Field(max_length=5000)] = ""


class NewStrategy(StrategySettings):
    """A strategy to create."""

    strategy_id: StrategyId


class StrategyConfiguration(NewStrategy):
    """A strategy as stored; ``version`` counts its changes."""

    version: int = 1
    created_at: Instant
    updated_at: Instant


class Strategies(Message):
    """Every strategy, by id."""

    items: tuple[StrategyConfiguration, ...]
