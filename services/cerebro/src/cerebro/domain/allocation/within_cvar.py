"""A CVaR limit for optimisers that know only linear rows: the worst days of each answer are a row of the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cerebro.domain.allocation.answers import PROVED, Answer, Infeasible, Unproved
from cerebro.domain.allocation.constraints import Constraints, polytope
from cerebro.domain.allocation.reading_proofs import CVAR_LIMIT
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_methods import within_limit
from cerebro.domain.allocation.tail_problem import TailProblem

MOST_ROUNDS = 300


def within_cvar(
    solve: Callable[[Constraints], Answer | Infeasible], scenarios: Scenarios, constraints: Constraints, limit: float
) -> Answer | Infeasible:
    """
    Return the best answer of *solve* whose CVaR is at most *limit*.

    No weights within the limit lose more than it on the mean of any days that could be the tail. So such a row cuts
    off nothing that is allowed, and an answer that is proved under some of them and keeps the limit is the best.

    Raises:
        Unproved: the rounds ended above the limit.
    """
    rows = polytope(scenarios.names, scenarios.mean, constraints)
    if isinstance(met := within_limit(TailProblem(scenarios, scenarios.mean, rows, limit)), Infeasible):
        return met
    unit = limit if limit > 0 else 1.0
    for _ in range(MOST_ROUNDS):
        answer = solve(constraints)
        if isinstance(answer, Infeasible):
            return answer
        days, share, cvar = scenarios.worst(scenarios.losses(answer.weights))
        if cvar - limit <= PROVED * unit:
            return answer
        loss = tuple(float(each) / unit for each in -(share @ scenarios.rows(days)))
        constraints = replace(constraints, most=(*constraints.most, (CVAR_LIMIT, loss, limit / unit)))
    raise Unproved(f"{MOST_ROUNDS} rounds left the CVaR above {limit:.6g}")
