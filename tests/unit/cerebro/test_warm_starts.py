"""A problem solved from the answer of a like one has the answer it has alone, and the same proof."""

from __future__ import annotations

import numpy as np
import pytest
from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.approach import approached
from cerebro.domain.allocation.constraints import Constraints, Group, Polytope, Turnover, polytope
from cerebro.domain.allocation.pulling import nothing_held
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_methods import max_return_cvar
from cerebro.domain.allocation.tail_problem import TailProblem
from cerebro.domain.allocation.tail_solver import scale_of
from support.returns import a_history, limit_for, scenarios

PAST = scenarios(a_history(40, 4_400))
LIMIT = limit_for(PAST)


def solved(past: Scenarios, limits: Constraints, warm: object = None) -> Answer:
    answer = max_return_cvar(past, limits, LIMIT, warm)
    assert isinstance(answer, Answer)
    return answer


def other_means(seed: int) -> Scenarios:
    rng = np.random.default_rng(seed)
    return scenarios(PAST.values + 0.3 * PAST.mean * rng.standard_normal(PAST.mean.size))


@pytest.mark.parametrize("seed", range(4))
def test_other_means(seed: int) -> None:
    first, changed = solved(PAST, Constraints()), other_means(seed)

    warm, cold = solved(changed, Constraints(), first.warm), solved(changed, Constraints())

    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.proof.holds()
    assert not np.allclose(warm.weights, first.weights)


@pytest.mark.parametrize("more", [1, 21, -300])
def test_other_days(more: int) -> None:
    values = a_history(40, 4_800)
    before, after = scenarios(values[:4_400]), scenarios(values[: 4_400 + more])

    warm, cold = solved(after, Constraints(), solved(before, Constraints()).warm), solved(after, Constraints())

    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.proof.holds()


@pytest.mark.parametrize(
    "limits",
    [
        Constraints(cap=0.2),
        Constraints(leverage=0.7, groups=(Group("g", ("s0", "s1", "s2", "s3"), 0.3),)),
        Constraints(invested=0.5, turnover=Turnover({"s1": 0.4, "s7": 0.2}, 0.9)),
        Constraints(floor=float(PAST.mean.mean()) / 2),
    ],
)
def test_other_constraints_that_the_old_answer_breaks(limits: Constraints) -> None:
    changed = other_means(9)

    warm, cold = solved(changed, limits, solved(PAST, Constraints()).warm), solved(changed, limits)

    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.proof.holds()


def test_the_neighbourhood_is_within_a_per_mille_of_the_optimum() -> None:
    first, changed = solved(PAST, Constraints()), other_means(2)
    optimum = solved(changed, Constraints())
    problem = TailProblem(changed, changed.mean, _rows(changed), LIMIT)

    near = approached(problem, nothing_held(problem), first.warm, scale_of(problem))  # type: ignore[arg-type]

    assert near is not None
    assert changed.cvar(near) <= LIMIT * (1 + 1e-9)
    assert changed.mean @ near == pytest.approx(optimum.objective, rel=2e-3)


def _rows(past: Scenarios) -> Polytope:
    return polytope(past.names, past.mean, Constraints())
