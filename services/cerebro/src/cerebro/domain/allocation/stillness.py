"""Mixes that never move: without a risk to measure by, a ratio to risk has no bound and a share of it no meaning."""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats
from numpy.typing import NDArray

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Infeasible

STILL = 1e-12
"""Deviations below this share of what a strategy earns, or of the largest deviation, are rounding errors."""
ROUNDING = 1e-15
"""Variances below this share of the largest that any mix of normalised strategies has are rounding errors."""
HARDLY = 1e-6
"""Share of the variance without any cancelling below which a double no longer holds the digits of a proof."""
STILL_MIX = Infeasible(("volatility",), "A mix of the strategies never moves: there are too few days to tell its risk.")


def never_moving(covariance: Floats, mean: Floats) -> NDArray[np.bool_]:
    """Return which strategies earn, or lose, the same every day."""
    deviation = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    still: NDArray[np.bool_] = deviation <= STILL * np.maximum(np.abs(mean), deviation.max(initial=0.0))
    return still


def named_still(names: tuple[str, ...], still: NDArray[np.bool_]) -> Infeasible:
    """Return that the strategies that are *still* have no risk."""
    which = [names[one] for one in np.flatnonzero(still)]
    return Infeasible(tuple(f"volatility of {name}" for name in which), f"{' and '.join(which)} never moved.")


def moves_of(covariance: Floats, rounding: float = ROUNDING) -> tuple[Floats, Floats]:
    """
    Return R with R'R = *covariance*, less what is *rounding*, per unit of each strategy's size; and the sizes.

    A size is the deviation, or 1 where there is none: so that a strategy that hardly moves keeps its digits.
    """
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    size = np.where(spread > 0, spread, 1.0)
    sizes, directions = np.linalg.eigh(covariance / np.outer(size, size))
    moving = sizes > rounding * sizes.max()
    return np.sqrt(sizes[moving])[:, None] * directions.T[moving], size


def still_mix(covariance: Floats, worth: Floats) -> Infeasible | None:
    """
    Return that a long-only mix whose *worth* is positive never moves; None if there is none.

    It is a linear program over the directions in which anything moves at all: with fewer days than strategies
    there are not enough of them.
    """
    moving, size = moves_of(covariance, STILL)
    count, rows = covariance.shape[0], np.vstack([moving, (worth / size)[None, :] / np.abs(worth / size).max()])
    columns = highs.dense(rows, np.zeros(count), np.zeros(count), np.full(count, highs.INFINITY))
    limits = np.append(np.zeros(len(moving)), 1.0)
    if highs.run(highs.program(columns, limits, limits)) is None:
        return None
    return STILL_MIX


def hardly_moves(covariance: Floats, mix: Floats) -> bool:
    """Return whether strategies cancel out in *mix* but for a variance of which rounding errors are a good part."""
    return float(mix @ covariance @ mix) <= HARDLY * float(np.sqrt(np.maximum(np.diag(covariance), 0.0)) @ mix) ** 2
