"""Quadratic programs corner by corner: slower than by active rows, and not led astray by what is nearly singular."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from mathematricks.quant.returns import Floats
from scipy.optimize import nnls

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.stillness import moves_of

MOST_CORNERS = 500


def by_corners(covariance: Floats, rows: Polytope, near: Floats) -> Iterator[tuple[Floats, Floats]]:
    """
    Yield weights of less and less variance with the prices that may prove them (von Hohenbalken 1977).

    The corner that the slope points to joins those before; among their mixes the one of the least variance is the
    nearest point to 0 of their movements, found by non-negative least squares without squaring anything.
    """
    moves, size = moves_of(covariance)
    moves = moves * size
    corners = [priced(covariance @ near, rows)[0]]
    for _ in range(MOST_CORNERS):
        held = np.column_stack(corners)
        moved = moves @ held
        most = float(np.abs(moved).max(initial=0.0)) or 1.0
        shares = nnls(np.vstack([moved / most, np.ones(len(corners))]), np.append(np.zeros(len(moved)), 1.0))[0]
        weights = held @ (shares / shares.sum())
        corner, prices = priced(moves.T @ (moves @ weights), rows)
        yield weights, prices
        corners = [one for one, share in zip(corners, shares, strict=True) if share > 0] + [corner]


def priced(slope: Floats, rows: Polytope) -> tuple[Floats, Floats]:
    """
    Return the best corner of the program that is linear with this *slope*, and the prices of its rows.

    Where weights are optimal they are optimal there, too, and its duals are theirs; unlike those of the active
    rows alone, they are right where more rows are active than weights are free.
    """
    unit = float(np.abs(slope).max()) or 1.0
    costs = np.concatenate([-slope / unit, np.zeros(rows.helping_upper.size)])
    upper = np.concatenate([rows.upper, rows.helping_upper])
    columns = highs.dense(np.hstack([rows.matrix, rows.helping]), costs, np.zeros(upper.size), upper)
    program = highs.program(columns, rows.limits)
    program.setOptionValue("presolve", "choose")  # costs that are rounding errors lead it astray without
    found = highs.run(program)
    if found is None:
        return np.zeros(rows.upper.size), np.zeros(rows.limits.size)
    return np.clip(found.values[: rows.upper.size], 0.0, rows.upper), np.maximum(found.duals, 0.0) * unit
