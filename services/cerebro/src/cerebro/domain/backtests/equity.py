"""The equity behind a backtest's dollars, rebuilt; P&L of many files lags its return by one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.backtests.reading import DayRow

ENOUGH = 20
NEARLY_ALL = 0.95
AGREEMENT = 0.02
"""How far single rows may be from the equity that most rows agree on: amounts and returns are rounded."""
LAGS = "P&L lags one row: row i holds the P&L of row i−1's return, in the order of the file; it is not used as profit."


@dataclass(frozen=True, eq=False)
class Equity:
    """
    Equity before each row's return, in the order of the file.

    Attributes:
        values: One per row; None: the file does not say, and nothing follows from its dollars.
        lags: The P&L of a row belongs to the return of the row before.
    """

    values: Floats | None
    lags: bool
    why: str


def rebuild_equity(days: Sequence[DayRow]) -> Equity:
    """Return the equity that the rows' own columns, or their P&L and returns together, stand for."""
    if all(one.equity is not None and one.equity > 0 for one in days):
        return Equity(np.array([one.equity for one in days], dtype=float), False, "Equity: the file's own column.")
    returns = np.array([one.ret for one in days])
    pnl = np.array([np.nan if one.pnl is None else one.pnl for one in days])
    same, lagged = _agreeing(pnl, returns), _agreeing(pnl[1:], returns[:-1])
    lags = lagged >= NEARLY_ALL and lagged > same
    if not lags and same < NEARLY_ALL:
        return Equity(None, False, "Equity: unknown, the file has no P&L that goes with its returns.")
    growth = np.concatenate([[1.0], np.cumprod(1 + returns)[:-1]])
    implied = _implied(pnl[1:], (returns * growth)[:-1]) if lags else _implied(pnl, returns * growth)
    start = float(np.median(implied))
    spread = float(np.quantile(np.abs(implied / start - 1), 0.5)) if start > 0 else np.inf
    if spread > AGREEMENT:
        return Equity(None, lags, (LAGS + " " if lags else "") + "Equity: unknown, P&L over return does not compound.")
    said = f"Equity: rebuilt from {start:,.0f} at the first row, compounding in the order of the file."
    return Equity(start * growth, lags, f"{LAGS} {said}" if lags else said)


def _implied(pnl: Floats, grown: Floats) -> Floats:
    """Return the equity at the first row that each row with a profit and a return stands for."""
    told = np.isfinite(pnl) & (grown != 0) & (pnl != 0)
    found: Floats = pnl[told] / grown[told]
    return found


def _agreeing(pnl: Floats, returns: Floats) -> float:
    """Return how often P&L and return have the same sign, among the rows where both say something."""
    both = np.isfinite(pnl) & ((returns != 0) | (pnl != 0))
    if both.sum() < ENOUGH:
        return 0.0
    return float(np.mean(np.sign(pnl[both]) == np.sign(returns[both])))
