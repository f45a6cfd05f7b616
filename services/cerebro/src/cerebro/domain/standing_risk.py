"""How the CVaR of a book stands, and how near it is to its limit (RULES 10)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.risk import PortfolioRisk

from cerebro.domain.book import Book
from cerebro.domain.policy import Policy
from cerebro.domain.reading import standings_of
from cerebro.domain.tail_risk import History, contributions

WARNS, IS_CRITICAL = 0.8, 0.95
"""Shares of the limit. At all of it, the gate lets nothing in that would raise it further."""


def risk_of(book: Book, history: History, policy: Policy, now: datetime) -> PortfolioRisk | None:
    """Return the CVaR of *book* with who contributes what; None while nothing is known of its equity."""
    first = min(book.accounts, default=None)
    standings = list(standings_of(book, first))
    equity = sum((one.equity * one.rate for one in standings if one.rate is not None), ZERO)
    if equity <= 0:
        return None
    shares = {name: float(capital / equity) for name, capital in sorted(book.in_use.items())}
    parts = contributions(history, shares, float(policy.cvar_confidence))
    return PortfolioRisk(
        portfolio=book.portfolio,
        as_of=now,
        equity=equity,
        at_work=dict(sorted(book.in_use.items())),
        cvar=sum(parts.values()),
        limit=float(policy.cvar_limit),
        confidence=float(policy.cvar_confidence),
        contributions=parts,
        unknown=tuple(name for name in shares if not history.knows(name)),
        history_id=history.history_id,
    )


def alarm_at(cvar: float, limit: Decimal) -> Literal["warning", "critical"] | None:
    """Return how loudly to say that CVaR comes near its limit."""
    share = cvar / float(limit)
    if share >= IS_CRITICAL:
        return "critical"
    return "warning" if share >= WARNS else None
