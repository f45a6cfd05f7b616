"""
Measures of return series: arrays of T days, or T × N and one answer per column.

A NaN is a day without a return: it counts as a day of the period, not as a return.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from mathematricks.quant.returns import Floats, growth

DAYS_PER_YEAR = 252
WHOLE = 1e-9
"""A tail count this near to a whole number is that number: (1 − 0.95) × 5000 is not exactly 250."""


def mean(returns: Floats) -> Floats:
    """Return the arithmetic mean per day."""
    return np.asarray(np.nanmean(returns, axis=0))


def volatility(returns: Floats) -> Floats:
    """Return the sample standard deviation per day (ddof 1)."""
    return np.asarray(np.nanstd(returns, axis=0, ddof=1))


def sharpe(returns: Floats) -> Floats:
    """Return mean over standard deviation × √252, with a risk-free rate of 0; 0 where nothing moves."""
    spread = volatility(returns)
    still = spread <= 1e-15
    return np.asarray(np.where(still, 0.0, mean(returns) / np.where(still, 1.0, spread)) * math.sqrt(DAYS_PER_YEAR))


def drawdowns(returns: Floats) -> Floats:
    """Return how far below its highest value, the start included, each day ends: fractions ≤ 0."""
    value = growth(returns)
    fallen: Floats = value / np.maximum(np.maximum.accumulate(value, axis=0), 1.0) - 1.0
    return fallen


def max_drawdown(returns: Floats) -> Floats:
    """Return the worst drawdown, a fraction ≤ 0."""
    return np.asarray(drawdowns(returns).min(axis=0))


def annual_return(returns: Floats) -> Floats:
    """Return the compound growth per 252 days (CAGR); −1 where everything was lost."""
    end = growth(returns)[-1]
    return np.asarray(np.maximum(end, 0.0) ** (DAYS_PER_YEAR / returns.shape[0]) - 1.0)


def annual_volatility(returns: Floats) -> Floats:
    """Return the daily volatility × √252."""
    return np.asarray(volatility(returns) * math.sqrt(DAYS_PER_YEAR))


def calmar(returns: Floats) -> Floats:
    """Return annual return over the size of the worst drawdown; infinite without one."""
    with np.errstate(divide="ignore"):
        return np.asarray(annual_return(returns) / np.abs(max_drawdown(returns)))


def tail_count(days: int, confidence: float) -> float:
    """Return how many of *days* lie in the tail, a fraction of a day included."""
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence is {confidence}, not between 0 and 1")
    count = (1 - confidence) * days
    return float(round(count)) if abs(count - round(count)) < WHOLE * days and round(count) > 0 else count


def value_at_risk(returns: Floats, confidence: float) -> Floats:
    """
    Return the loss that is exceeded on at most (1 − *confidence*) of the days, positive for a loss.

    It is the lowest such loss: the one that CVaR's tail begins with.
    """
    return _per_column(returns, lambda losses: _var(losses, confidence))


def cvar(returns: Floats, confidence: float) -> Floats:
    """
    Return the mean loss of the worst (1 − *confidence*) of the days, positive for a loss.

    The tail is fractional (Rockafellar & Uryasev): its last day counts by the part that belongs to it.
    """
    return _per_column(returns, lambda losses: _cvar(losses, confidence))


def normal_cvar(mean_return: float, deviation: float, confidence: float) -> tuple[float, float]:
    """Return value at risk and CVaR of a normal return with this mean and standard deviation."""
    quantile = NormalDist().inv_cdf(confidence)
    density = math.exp(-quantile * quantile / 2) / math.sqrt(2 * math.pi)
    return quantile * deviation - mean_return, density / (1 - confidence) * deviation - mean_return


def _per_column(returns: Floats, measure: Callable[[Floats], float]) -> Floats:
    if returns.ndim == 1:
        return np.asarray(measure(-returns))
    return np.array([measure(-returns[:, column]) for column in range(returns.shape[1])])


def _var(losses: Floats, confidence: float) -> float:
    inside = math.ceil(tail_count(losses.size, confidence))
    return float(np.partition(losses, losses.size - inside)[losses.size - inside])


def _cvar(losses: Floats, confidence: float) -> float:
    count = tail_count(losses.size, confidence)
    inside = math.ceil(count)
    tail = np.partition(losses, losses.size - inside)[losses.size - inside :]
    return float((tail.sum() - (inside - count) * tail.min()) / count)
