"""A few dozen cutting planes of the CVaR: not the answer, but a good place to start looking for it."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.pulling import Anchor, pulled
from cerebro.domain.allocation.tail_problem import TailProblem

MOST_CUTS = 60
NEAR = 3e-2
"""The gap at which the cuts have done their work: closing the rest is the band's."""


@dataclass
class _Search:
    """The best point so far, and the outer problem that the cuts make."""

    best: Floats
    value: float
    cvar: float
    master: highspy.Highs


def near_optimum(problem: TailProblem, anchor: Anchor, scale: float) -> Floats:
    """
    Return feasible weights whose objective is within a few per cent of the best.

    Each cut is made half way between the outer problem's optimum and the best point known
    (in-out separation), without which cutting planes wander.

    Args:
        scale: What returns are multiplied by so that the solver sees numbers around 1.
    """
    return searched(problem, anchor, anchor, (scale, NEAR, MOST_CUTS))


def searched(problem: TailProblem, anchor: Anchor, begin: Anchor, reach: tuple[float, float, int]) -> Floats:
    """
    Return the best feasible weights found, starting from the feasible *begin*.

    Args:
        reach: The scale, the relative gap that is near enough, and the most cuts.
    """
    scale, near, most_cuts = reach
    search = _Search(begin.weights, problem.value(begin.weights, begin.cvar), begin.cvar, _master(problem, scale))
    strategies = problem.gain.size
    for _ in range(most_cuts):
        values = highs.best_values(search.master)
        if values is None:
            break
        outer = values[:strategies]
        most = float(problem.gain @ outer) if problem.limit is not None else -float(values[-1]) / scale
        if most - search.value <= near * abs(most):
            break
        _cut(problem, anchor, search, (outer, scale))
    return search.best


def _master(problem: TailProblem, scale: float) -> highspy.Highs:
    """Columns: weights, helping, and the CVaR; rows: the polytope, and that CVaR is at least the mean loss."""
    polytope = problem.polytope
    rows, helping = polytope.matrix.shape[0], polytope.helping.shape[1]
    matrix = np.hstack([polytope.matrix, polytope.helping, np.zeros((rows, 1))])
    mean = np.concatenate([-scale * problem.scenarios.mean, np.zeros(helping), [-1.0]])
    minimised = problem.limit is None
    size = scale if problem.limit is not None else 1.0
    columns = highs.dense(
        np.vstack([matrix, mean]),
        np.concatenate([size * problem.cost, np.zeros(helping), [-1.0 if minimised else 0.0]]),
        np.concatenate([np.zeros(problem.gain.size + helping), [-highs.INFINITY]]),
        np.concatenate(
            [polytope.upper, polytope.helping_upper, [highs.INFINITY if minimised else scale * (problem.limit or 0.0)]]
        ),
    )
    return highs.program(columns, np.concatenate([polytope.limits, [0.0]]))


def _cut(problem: TailProblem, anchor: Anchor, search: _Search, found: tuple[Floats, float]) -> None:
    outer, scale = found
    between = 0.5 * outer + 0.5 * search.best
    days, shares, cvar = problem.scenarios.worst(problem.scenarios.losses(between))
    if problem.limit is not None and cvar <= problem.limit:
        _keep(problem, search, between, cvar)
        between = outer
        days, shares, cvar = problem.scenarios.worst(problem.scenarios.losses(between))
    slope = -scale * (shares @ problem.scenarios.rows(days))
    last = search.master.getNumCol() - 1
    indices = np.concatenate([np.arange(slope.size), [last]]).astype(np.int32)
    search.master.addRow(-highs.INFINITY, 0.0, indices.size, indices, np.concatenate([slope, [-1.0]]))
    inside, risk = _inside(problem, between, cvar, anchor)
    _keep(problem, search, inside, risk)


def _inside(problem: TailProblem, weights: Floats, cvar: float, anchor: Anchor) -> tuple[Floats, float]:
    """Return *weights* pulled back to the limit; towards nothing held the CVaR shrinks in proportion."""
    if problem.limit is None or cvar <= problem.limit or anchor.cvar != 0 or np.any(anchor.weights):
        return pulled(problem, weights, cvar, anchor)
    return weights * (problem.limit / cvar), problem.limit


def _keep(problem: TailProblem, search: _Search, weights: Floats, cvar: float) -> None:
    value = problem.value(weights, cvar)
    if value > search.value:
        search.best, search.value, search.cvar = weights, value, cvar
