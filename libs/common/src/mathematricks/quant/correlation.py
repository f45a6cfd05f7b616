"""Correlation of return series, all with all and one with what is held."""

from __future__ import annotations

import numpy as np

from mathematricks.quant.returns import Floats


def correlation(returns: Floats) -> Floats:
    """Return the N × N correlation of T × N returns; a strategy that never moves correlates with nothing."""
    unit = _unit(returns)
    matrix: Floats = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def correlation_to(returns: Floats, candidate: Floats) -> Floats:
    """Return the correlation of the T days of *candidate* with each column of T × N *returns*."""
    found: Floats = np.clip(_unit(returns).T @ _unit(candidate), -1.0, 1.0)
    return found


def _unit(returns: Floats) -> Floats:
    centred = returns - returns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    still = length <= 1e-15
    unit: Floats = np.where(still, 0.0, centred / np.where(still, 1.0, length))
    return unit
