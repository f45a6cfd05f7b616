"""What a backtest comes to: its measures, its margin, and what a trade of it can be expected to gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mathematricks.quant import measures
from mathematricks.quant.returns import Floats, Series, series_of

from cerebro.domain.backtests.equity import Equity, rebuild_equity
from cerebro.domain.backtests.reading import Backtest, DayRow

MARGIN_QUANTILE = 0.95


@dataclass(frozen=True)
class ExpectedAlpha:
    """Expected gain per trade as a fraction of price; *value* None: unknown. *explained* says how it was found."""

    value: float | None
    sample: int
    explained: str


@dataclass(frozen=True, eq=False)
class Measured:
    """
    The measures of a backtest.

    Attributes:
        margin_per_unit: Margin per unit of equity, the 95th percentile of its days; None: unknown.
    """

    series: Series
    mean: float
    volatility: float
    sharpe: float
    max_drawdown: float
    margin_per_unit: float | None
    alpha: ExpectedAlpha
    notes: tuple[str, ...]


def measure(name: str, backtest: Backtest) -> Measured:
    """Return the measures of *backtest*; returns are the only truth, dollars only give ratios (RULES 12)."""
    days = backtest.days
    series = series_of(
        name, np.array([one.day for one in days], dtype="datetime64[D]"), np.array([one.ret for one in days])
    )
    equity = rebuild_equity(days)
    enough = series.values.size > 1
    return Measured(
        series,
        float(measures.mean(series.values)),
        float(measures.volatility(series.values)) if enough else 0.0,
        float(measures.sharpe(series.values)) if enough else 0.0,
        float(measures.max_drawdown(series.values)),
        margin_per_unit(days, equity),
        expected_alpha(days, equity),
        (*backtest.notes, equity.why),
    )


def margin_per_unit(days: Sequence[DayRow], equity: Equity) -> float | None:
    """Return the 95th percentile of margin over equity; None without margins or equity."""
    margins = _amounts([one.margin for one in days])
    told = np.isfinite(margins)
    if equity.values is None or not told.any():
        return None
    return float(np.quantile(margins[told] / equity.values[told], MARGIN_QUANTILE))


def expected_alpha(days: Sequence[DayRow], equity: Equity) -> ExpectedAlpha:
    """Return the mean, over the days with a position, of return × equity / notional."""
    notional = _amounts([one.notional for one in days])
    active = np.isfinite(notional) & (notional > 0)
    if not active.any():
        return ExpectedAlpha(None, 0, "Unknown: the file names no notional.")
    if equity.values is None:
        return ExpectedAlpha(None, 0, "Unknown: without equity a return cannot be set against the notional.")
    returns = np.array([one.ret for one in days])
    gains = returns[active] * equity.values[active] / notional[active]
    value, sample = float(gains.mean()), int(active.sum())
    error = float(gains.std(ddof=1) / np.sqrt(sample)) if sample > 1 else float("nan")
    return ExpectedAlpha(
        value,
        sample,
        f"Mean of return × equity / notional over {sample} days with a position; standard error {error:.2g}.",
    )


def _amounts(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if one is None else one for one in values], dtype=float)
