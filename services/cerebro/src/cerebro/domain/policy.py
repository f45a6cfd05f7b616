"""The desk's limits, all in one place; each decision stores the ones it was made under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """
    Limits that hold for every strategy.

    Attributes:
        margin_limit: Share of equity that margin may tie up, per account and overall.
        fallback_percent: Per cent of equity for a strategy while no allocation is ACTIVE.
        slippage_limit: Share of the expected alpha that the market may have taken already.
        drift_per_minute: Assumed adverse move, as a fraction of price, where none can be measured.
        max_signal_age: Older entries are STALE.
        max_account_age: Entries are refused on account state older than this.
        acceptance: How long after its decision an entry may be sent or kept.
        allow_live: Whether the deployment lets real money move.
        cvar_limit: CVaR of the book per day that an entry may bring it to, as a share of equity.
        cvar_confidence: Of that CVaR: the mean loss of the worst 1 − confidence of days.
        correlation_threshold: With the rest of the book, above which a strategy's capital shrinks.
    """

    margin_limit: Decimal = Decimal("0.40")
    fallback_percent: Decimal = Decimal(5)
    slippage_limit: Decimal = Decimal("0.30")
    drift_per_minute: Decimal = Decimal("0.001")
    max_signal_age: timedelta = timedelta(minutes=15)
    max_account_age: timedelta = timedelta(seconds=90)
    acceptance: timedelta = timedelta(seconds=60)
    allow_live: bool = False
    cvar_limit: Decimal = Decimal("0.02")
    cvar_confidence: Decimal = Decimal("0.95")
    correlation_threshold: Decimal = Decimal("0.80")
