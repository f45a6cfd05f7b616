"""The general form, by cvxpy: what is left when the fast way proves nothing, and what tests compare with."""

from __future__ import annotations

from typing import Any

import cvxpy as cp
import numpy as np

from cerebro.domain.allocation.answers import Unproved
from cerebro.domain.allocation.tail_problem import Multipliers, TailProblem, bound
from cerebro.domain.allocation.tail_solver import Solved

TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def solve_generally(problem: TailProblem) -> Solved:
    """
    Return proved weights from the textbook program: one row and one column for every day.

    Raises:
        Unproved: the solver's answer fails its own proof.
    """
    scenarios, polytope = problem.scenarios, problem.polytope
    scale = 100.0
    weights, edge = cp.Variable(len(scenarios.names), nonneg=True), cp.Variable()
    excess = cp.Variable(scenarios.values.shape[0], nonneg=True)
    days = excess >= -scale * (scenarios.values @ weights) - edge
    risk = edge + cp.sum(excess) / scenarios.tail
    rows, extra = _rows(problem, weights)
    wanted: Any = cp.Maximize(scale * (problem.gain @ weights)) if problem.limit is not None else cp.Minimize(risk)
    capped = [risk <= scale * problem.limit] if problem.limit is not None else []
    program = cp.Problem(wanted, [days, rows, weights <= polytope.upper, *capped, *extra])
    program.solve(solver=cp.HIGHS, **TIGHT)
    if weights.value is None:
        raise Unproved(f"the general solver says {program.status}")
    found = np.clip(weights.value, 0.0, polytope.upper)
    price = float(np.abs(capped[0].dual_value)) if capped else 1.0
    made = Multipliers(
        price,
        np.arange(scenarios.values.shape[0]),
        np.abs(days.dual_value) / (price or 1.0),
        np.abs(rows.dual_value) / scale,
    )
    return _proved(problem, found, made)


def _rows(problem: TailProblem, weights: Any) -> tuple[Any, list[Any]]:
    polytope = problem.polytope
    if not polytope.helping_upper.size:
        return polytope.matrix @ weights <= polytope.limits, []
    helping = cp.Variable(polytope.helping_upper.size, nonneg=True)
    bounds = [helping <= polytope.helping_upper]
    return polytope.matrix @ weights + polytope.helping @ helping <= polytope.limits, bounds


def _proved(problem: TailProblem, weights: Any, made: Multipliers) -> Solved:
    cvar = problem.scenarios.cvar(weights)
    if problem.limit is not None and problem.polytope.holds_nothing() and cvar > problem.limit:
        weights, cvar = weights * (problem.limit / cvar), problem.limit
    proved = bound(problem, made)
    proof = problem.proof((weights, cvar), proved.value, "cvxpy")
    if not proof.holds():
        raise Unproved(
            f"the general solver leaves a gap of {proof.gap:.1e} and passes a limit by {proof.violation:.1e}"
        )
    return Solved(weights, cvar, proof, proved, None)
