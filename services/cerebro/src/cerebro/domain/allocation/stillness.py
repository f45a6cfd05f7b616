"""Mixes that never move: without a risk to measure by, a ratio to risk has no bound and a share of it no meaning."""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats
from numpy.typing import NDArray

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Infeasible

STILL = 1e-12
"""Deviations below this share of what a strategy earns, or of the largest deviation, are rounding errors."""


def never_moving(covariance: Floats, mean: Floats) -> NDArray[np.bool_]:
    """Return which strategies earn, or lose, the same every day."""
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    still: NDArray[np.bool_] = deviation <= STILL * np.maximum(np.abs(mean), deviation.max(initial=0.0))
    return still


def named_still(names: tuple[str, ...], still: NDArray[np.bool_]) -> Infeasible:
    """Return that the strategies that are *still* have no risk."""
    which = [names[one] for one in np.flatnonzero(still)]
    return Infeasible(tuple(f"volatility of {name}" for name in which), f"{' and '.join(which)} never moved.")


def still_mix(covariance: Floats, worth: Floats) -> Infeasible | None:
    """
    Return that a long-only mix whose *worth* is positive never moves; None if there is none.

    It is a linear program over the directions in which anything moves at all: with fewer days than strategies
    there are not enough of them.
    """
    spread = np.sqrt(np.diag(covariance))
    size = np.where(spread > 0, spread, 1.0)
    sizes, directions = np.linalg.eigh(covariance / np.outer(size, size))
    moving = directions[:, sizes > STILL * sizes.max()].T
    count, rows = covariance.shape[0], np.vstack([moving, (worth / size)[None, :] / np.abs(worth / size).max()])
    columns = highs.dense(rows, np.zeros(count), np.zeros(count), np.full(count, highs.INFINITY))
    limits = np.append(np.zeros(len(moving)), 1.0)
    if highs.run(highs.program(columns, limits, limits)) is None:
        return None
    return Infeasible(("volatility",), "A mix of the strategies never moves: there are too few days to tell its risk.")
