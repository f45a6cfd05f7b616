"""Risk of a whole portfolio: the returns it is computed from, and how it stands."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message, Money
from mathematricks.contracts.decisions import PortfolioId


class ReturnHistory(Message):
    """Aligned daily returns, kept for ever under the hash of their content: decisions refer to them."""

    history_id: Id
    strategies: tuple[Id, ...] = Field(description="In the order of the columns")
    first_day: Instant
    last_day: Instant
    days: Annotated[int, Field(ge=1)]
    returns: bytes = Field(description="days × strategies of float64, little-endian, row by row, deflated")
    made_at: Instant


class PortfolioRisk(Message):
    """
    The CVaR of a portfolio's book as it stands, a share of equity per day, and who contributes what.

    ``contributions`` add up to ``cvar``; strategies in ``unknown`` have capital at work but no returns.
    """

    portfolio: PortfolioId
    as_of: Instant
    equity: Money
    at_work: dict[str, Money]
    cvar: float
    limit: float
    confidence: float
    contributions: dict[str, float]
    unknown: tuple[Id, ...] = ()
    history_id: Id
