"""``max_return_cvar`` and ``min_cvar``: the optimisers whose risk is the mean of the worst days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cerebro.domain.allocation.answers import PROVED, Answer, Infeasible, Unproved
from cerebro.domain.allocation.band import Band
from cerebro.domain.allocation.constraints import Constraints, Polytope, polytope
from cerebro.domain.allocation.feasibility import feasible_weights
from cerebro.domain.allocation.pulling import Anchor
from cerebro.domain.allocation.reading_proofs import CVAR_LIMIT, TOUCHING, answer_of
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_problem import TailProblem
from cerebro.domain.allocation.tail_solver import Solved, solve_by_band


def max_return_cvar(
    scenarios: Scenarios, constraints: Constraints, limit: float, warm: object = None
) -> Answer | Infeasible:
    """
    Return the weights of the highest mean daily return whose CVaR is at most *limit*.

    Args:
        limit: Mean loss of the worst days, as a fraction of equity.
        warm: ``Answer.warm`` of a like problem over the same days.

    Raises:
        Unproved: no method could prove its answer.
    """
    rows = polytope(scenarios.names, scenarios.mean, constraints)
    problem = TailProblem(scenarios, scenarios.mean, rows, limit)
    anchor = within_limit(problem)
    if isinstance(anchor, Infeasible):
        return anchor
    if anchor.cvar > limit:  # by a rounding error
        problem = replace(problem, limit=anchor.cvar)
    return answer_of(problem, _solve(problem, anchor, warm))


def min_cvar(
    scenarios: Scenarios, constraints: Constraints, warm: object = None, limit: float | None = None
) -> Answer | Infeasible:
    """
    Return the weights of the lowest CVaR; without a floor or a least investment that is to hold nothing.

    Args:
        limit: What the lowest CVaR may be at most; None: whatever it is.

    Raises:
        Unproved: no method could prove its answer.
    """
    problem = TailProblem(scenarios, scenarios.mean, polytope(scenarios.names, scenarios.mean, constraints))
    lowest = _lowest_cvar(problem, limit, warm)
    return lowest if isinstance(lowest, Infeasible) else answer_of(problem, lowest)


def frontier(
    scenarios: Scenarios, constraints: Constraints, limits: Sequence[float]
) -> tuple[Answer | Infeasible, ...]:
    """
    Return ``max_return_cvar`` for each limit, in their order.

    They are solved from the loosest to the tightest, each from the one before: so the band and the strategies
    held only grow.
    """
    answers: dict[float, Answer | Infeasible] = {}
    warm: object = None
    for limit in sorted(set(limits), reverse=True):
        answer = answers[limit] = max_return_cvar(scenarios, constraints, limit, warm)
        warm = answer.warm if isinstance(answer, Answer) else warm
    return tuple(answers[limit] for limit in limits)


def within_limit(problem: TailProblem) -> Anchor | Infeasible:
    """Return feasible weights: nothing where nothing may be held, else those of the lowest CVaR."""
    if problem.polytope.holds_nothing() and (problem.limit or 0.0) > 0:
        return Anchor(np.zeros(problem.gain.size), 0.0)
    lowest = _lowest_cvar(replace(problem, limit=None), problem.limit)
    return lowest if isinstance(lowest, Infeasible) else Anchor(lowest.weights, lowest.cvar)


def _lowest_cvar(problem: TailProblem, limit: float | None, warm: object = None) -> Solved | Infeasible:
    """Return the weights of the lowest CVaR, or what keeps it above *limit*."""
    start = feasible_weights(problem.polytope)
    if isinstance(start, Infeasible):
        return start
    lowest = _solve(problem, Anchor(start, problem.scenarios.cvar(start)), warm)
    if limit is None or replace(problem, limit=limit).passed(lowest.weights, lowest.cvar) <= PROVED:
        return lowest
    return Infeasible(
        (CVAR_LIMIT, *_asked_for(lowest, problem.polytope)),
        f"The lowest CVaR that the other constraints allow is {lowest.cvar:.6g}.",
    )


def _asked_for(lowest: Solved, rows: Polytope) -> tuple[str, ...]:
    """Return what keeps the CVaR from being lower."""
    prices = zip(rows.names, lowest.bound.multipliers.rows, strict=True)
    named = [name for name, price in prices if price > 0 and not name.startswith("sold of")]
    capped = lowest.bound.reduced > TOUCHING * float(np.abs(lowest.bound.reduced).max(initial=0.0))
    return (*named, "cap") if bool(np.any(capped & (rows.upper > 0))) else tuple(named)


def _solve(problem: TailProblem, anchor: Anchor, warm: object) -> Solved:
    start = warm if isinstance(warm, Band) and warm.weights.size == problem.gain.size else None
    try:
        return solve_by_band(problem, anchor, start)
    except Unproved:
        from cerebro.domain.allocation.general import solve_generally  # a second to import: only when it is needed

        return solve_generally(problem)
