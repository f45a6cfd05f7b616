"""
The band: a program that sees only the days near the tail's edge and the strategies that may be held.

Days deep in the tail are summed into one row, days far from it are left out. Both are guesses, and
each round puts the days that were guessed wrong into the band; a strategy enters when its reduced
cost says that it pays. What remains true through all rounds is the simplex basis, so each round
starts where the last one ended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats
from numpy.typing import NDArray

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.highs import BASIC, LOWER, UPPER, Basis, Optimum
from cerebro.domain.allocation.scenarios import Indices
from cerebro.domain.allocation.tail_problem import Bound, Multipliers, TailProblem, admissible, bound_of

Mask = NDArray[np.bool_]
FIRST_DAYS = 40
FRACTION = 0.25
FIRST_STRATEGIES = 10


@dataclass(eq=False)
class Band:
    """
    What the program sees, and where the simplex basis stands.

    Attributes:
        near: The days in the band; *deep*: those summed up.
        open: Strategies in the program.
        strategy, excess, day, fixed: Statuses of the columns w, u and of the rows of days; *fixed* holds those
            of the columns e, a, v and of the CVaR's and polytope's rows.
        weights, edge: The last solution: weights and value at risk.
        reduced, cost: Of the answer it led to: what each strategy still promised, and what it had cost; None before.
    """

    near: Mask
    deep: Mask
    open: Mask
    strategy: highs.Statuses
    excess: highs.Statuses
    day: highs.Statuses
    fixed: Basis | None
    weights: Floats
    edge: float
    reduced: Floats | None = None
    cost: Floats | None = None

    def copy(self) -> Band:
        """Return a band that may be changed without changing this one."""
        return Band(
            self.near.copy(),
            self.deep.copy(),
            self.open.copy(),
            self.strategy.copy(),
            self.excess.copy(),
            self.day.copy(),
            self.fixed,
            self.weights,
            self.edge,
        )

    def in_units(self, unit: float) -> Band:
        """Return a copy whose weights are counted in *unit*; what an answer promised is the same in any."""
        band = self.copy()
        band.weights, band.edge = self.weights / unit, self.edge / unit
        band.reduced, band.cost = self.reduced, self.cost
        return band


def band_around(problem: TailProblem, weights: Floats) -> Band:
    """Return the band around the tail's edge at *weights*."""
    scenarios = problem.scenarios
    losses = scenarios.losses(weights)
    inside = math.ceil(scenarios.tail)
    edge = float(np.partition(losses, losses.size - inside)[losses.size - inside])
    size = min(losses.size, max(FIRST_DAYS, int(FRACTION * scenarios.tail)))
    near = np.zeros(losses.size, dtype=bool)
    near[np.argpartition(np.abs(losses - edge), size - 1)[:size]] = True
    deep = (losses > edge) & ~near
    opened = weights > 1e-9
    opened[np.argsort(-problem.gain)[:FIRST_STRATEGIES]] = True
    return Band(
        near,
        deep,
        opened,
        np.full(weights.size, LOWER, dtype=np.int8),
        np.full(losses.size, LOWER, dtype=np.int8),
        np.full(losses.size, BASIC, dtype=np.int8),
        None,
        weights,
        edge,
    )


@dataclass(frozen=True, eq=False)
class Seen:
    """The program's data that outlives a round: what lies where."""

    days: Indices
    deep: Indices
    strategies: Indices
    near_rows: Floats
    deep_sum: Floats


def seen(problem: TailProblem, band: Band) -> Seen:
    """Return which days and strategies the program sees, and their returns."""
    days, deep = np.flatnonzero(band.near), np.flatnonzero(band.deep)
    rows = problem.scenarios.rows
    return Seen(days, deep, np.flatnonzero(band.open), rows(days), rows(deep).sum(axis=0))


def columns_of(problem: TailProblem, what: Seen, scale: float) -> highs.Columns:
    """
    Return the program's columns: w, e, a (value at risk), u (excess of each day over it), v (CVaR).

    Rows: CVaR's definition, the polytope's, and for each day in the band its loss less a and u.
    """
    tail, polytope = problem.scenarios.tail, problem.polytope
    held, days, rows = what.strategies, what.days.size, polytope.matrix.shape[0]
    helping = polytope.helping.shape[1]
    dense = np.vstack([-scale * what.deep_sum[held] / tail, polytope.matrix[:, held], -scale * what.near_rows[:, held]])
    height = dense.shape[0]
    band_rows = np.arange(1 + rows, height, dtype=np.int32)
    indices: list[NDArray[np.int32]] = [
        np.tile(np.arange(height, dtype=np.int32), held.size),
        np.tile(np.arange(1, 1 + rows, dtype=np.int32), helping),
        np.concatenate([np.zeros(1, dtype=np.int32), band_rows]),
        np.column_stack([np.zeros(days, dtype=np.int32), band_rows]).ravel(),
        np.zeros(1, dtype=np.int32),
    ]
    values: list[Floats] = [
        dense.T.ravel(),
        polytope.helping.T.ravel(),
        np.concatenate([[1.0 - what.deep.size / tail], np.full(days, -1.0)]),
        np.tile([1.0 / tail, -1.0], days),
        np.array([-1.0]),
    ]
    counts = np.concatenate([np.full(held.size, height), np.full(helping, rows), [1 + days], np.full(days, 2), [1]])
    cost, lower, upper = _bounds(problem, what, scale)
    return highs.Columns(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        np.concatenate(indices).astype(np.int32),
        np.concatenate(values),
        cost,
        lower,
        upper,
    )


def _bounds(problem: TailProblem, what: Seen, scale: float) -> tuple[Floats, Floats, Floats]:
    helping, days, held = problem.polytope.helping.shape[1], what.days.size, what.strategies
    limited = problem.limit is not None
    cost = np.zeros(held.size + helping + days + 2)
    cost[: held.size] = scale * problem.cost[held]
    cost[-1] = 0.0 if limited else -1.0
    lower, upper = np.zeros(cost.size), np.full(cost.size, highs.INFINITY)
    upper[: held.size] = problem.polytope.upper[held]
    upper[held.size : held.size + helping] = problem.polytope.helping_upper
    lower[held.size + helping] = lower[-1] = -highs.INFINITY
    if problem.limit is not None:
        lower[-1] = upper[-1] = scale * problem.limit  # fixed: the CVaR may be lower, by the row's slack
    return cost, lower, upper


def basis_of(band: Band, what: Seen) -> Basis | None:
    """Return the basis that the last round ended with, as the program is now; None before there is one."""
    if band.fixed is None:
        return None
    columns, rows = band.fixed.columns, band.fixed.rows
    return Basis(
        np.concatenate([band.strategy[what.strategies], columns[:-1], band.excess[what.days], columns[-1:]]),
        np.concatenate([rows, band.day[what.days]]),
    )


def keep_basis(band: Band, what: Seen, found: Optimum) -> None:
    """Remember where every column and row stands."""
    held, days = what.strategies.size, what.days.size
    columns, rows = found.basis.columns, found.basis.rows
    last = columns.size - 1
    band.strategy[what.strategies] = columns[:held]
    band.excess[what.days] = columns[last - days : last]
    band.day[what.days] = rows[rows.size - days :]
    band.fixed = Basis(
        np.concatenate([columns[held : last - days], columns[last:]]).astype(np.int8), rows[: rows.size - days]
    )


def multipliers_of(problem: TailProblem, what: Seen, found: Optimum, scale: float) -> Multipliers:
    """Return the dual point of the whole problem that the program's duals stand for: deep days count in full."""
    rows = problem.polytope.matrix.shape[0]
    duals = np.abs(found.duals)
    price, band = duals[0], duals[1 + rows :]
    tail = problem.scenarios.tail
    near = band / price if price > 0 else np.full(band.size, 0.0)
    return Multipliers(
        float(price),
        np.concatenate([what.deep, what.days]),
        np.concatenate([np.full(what.deep.size, 1.0 / tail), near]),
        duals[1 : 1 + rows] / scale,
    )


def bound_seen(problem: TailProblem, what: Seen, given: Multipliers) -> Bound:
    """Return the same as ``bound``, from the rows in hand."""
    made = admissible(problem, given)
    deep, near = made.shares[: what.deep.size], made.shares[what.deep.size :]
    share = float(deep[0]) if deep.size else 0.0  # those in the deep have the same share: they can only be full
    return bound_of(problem, made, share * what.deep_sum + near @ what.near_rows)


def widen(band: Band, losses: Floats) -> int:
    """
    Put the days that were guessed wrong into the band, the worst of them first, and return how many there were.

    A deep day that loses less than the edge was counted with a basic excess and a binding row; a
    far day that loses more, with neither: so the basis stays one.
    """
    short = np.where(band.deep, band.edge - losses, np.where(band.near, 0.0, losses - band.edge))
    wrong = np.flatnonzero(short > 1e-13)
    most = 30 + 2 * int(np.count_nonzero(band.weights))
    count = wrong.size
    if count > most:
        wrong = wrong[np.argpartition(-short[wrong], most)[:most]]
    was_deep = wrong[band.deep[wrong]]
    band.excess[wrong], band.day[wrong] = LOWER, BASIC
    band.excess[was_deep], band.day[was_deep] = BASIC, UPPER
    band.near[wrong], band.deep[wrong] = True, False
    return int(count)


def narrowed(problem: TailProblem, start: Band) -> Band:
    """Return a copy of *start* without the strategies that its answer does not hold and the days far from the edge."""
    band = start.copy()
    distance = problem.scenarios.losses(band.weights) - band.edge
    keep = min(distance.size, FIRST_DAYS + 2 * int(np.count_nonzero(band.weights)))
    beyond = band.near & (np.abs(distance) > np.partition(np.abs(distance), keep - 1)[keep - 1])
    deep = beyond & (distance > 0) & (band.excess == BASIC) & (band.day != BASIC)
    far = beyond & (distance < 0) & (band.excess != BASIC) & (band.day == BASIC)
    band.near &= ~(deep | far)
    band.deep |= deep
    band.open &= band.strategy != LOWER
    return band


def open_strategies(band: Band, reduced: Floats, most: int) -> int:
    """Let the strategies that promise the most into the program and return how many promise anything."""
    promising = np.flatnonzero((reduced > 1e-13) & ~band.open)
    count = promising.size
    if count > most:
        promising = promising[np.argpartition(-reduced[promising], most)[:most]]
    band.open[promising] = True
    band.strategy[promising] = LOWER
    return int(count)
