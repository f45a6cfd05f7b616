"""The least volatility is proved whatever the turnover, the floor and the investment ask."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.constraints import Constraints, Margins, Turnover
from cerebro.domain.allocation.volatility import Moments, min_volatility
from mathematricks.quant.covariance import sample_covariance
from support.returns import a_history, scenarios


def least(strategies: int, seed: int, limits: Constraints) -> Answer:
    past = scenarios(a_history(strategies, 500, seed))
    answer = min_volatility(Moments(past.names, past.mean, sample_covariance(past.values)), limits)
    assert isinstance(answer, Answer)
    assert answer.proof.holds()
    return answer


def held(strategies: int, seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(strategies)) * rng.uniform(0.2, 1.5)
    weights = np.minimum(weights, 0.5)
    weights[rng.random(strategies) < 0.4] = 0
    return {f"s{number}": float(weight) for number, weight in enumerate(weights)}


@pytest.mark.parametrize("limit", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("strategies", [3, 12, 30])
def test_with_a_limit_on_turnover(strategies: int, limit: float) -> None:
    for seed in range(10, 16):
        current = held(strategies, seed)
        answer = least(strategies, seed, Constraints(turnover=Turnover(current, limit)))

        moved = sum(abs(w - current[n]) for n, w in zip(answer.names, answer.weights, strict=True))
        assert moved <= limit * (1 + 1e-9)


def test_it_is_what_a_general_solver_finds() -> None:
    current = held(12, 12)
    past = scenarios(a_history(12, 500, 12))
    covariance = sample_covariance(past.values) * 1e4
    weights = cp.Variable(12, nonneg=True)
    moved = cp.norm1(weights - np.array(list(current.values()))) <= 0.1
    program = cp.Problem(cp.Minimize(cp.quad_form(weights, cp.psd_wrap(covariance))), [moved, weights <= 0.5])
    program.solve(solver=cp.CLARABEL)

    answer = least(12, 12, Constraints(turnover=Turnover(current, 0.1)))

    assert answer.objective == pytest.approx(np.sqrt(program.value / 1e4), rel=1e-5)


def test_nothing_is_held_where_nothing_must_be() -> None:
    answer = least(6, 3, Constraints(margins=Margins({"s0": 0.5}), turnover=Turnover({"s0": 0.2}, 0.5)))

    assert (answer.objective, answer.weights.sum(), answer.proof.gap) == (0.0, 0.0, 0.0)
