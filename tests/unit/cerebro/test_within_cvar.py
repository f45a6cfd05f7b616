"""A CVaR limit holds for every optimiser, and the best within it is found."""

from __future__ import annotations

import cvxpy as cp
import numpy as np
import pytest
from cerebro.domain.allocation.answers import Answer, Infeasible
from cerebro.domain.allocation.constraints import Constraints, Turnover
from cerebro.domain.allocation.methods import Wanted, optimise
from mathematricks.quant.covariance import sample_covariance
from support.returns import a_history, scenarios

PAST = scenarios(a_history(10, 500))
FULL = Constraints(cap=0.4, leverage=1.0, invested=1.0, floor=float(np.sort(PAST.mean)[-3]) * 0.9)


def answered(method: str, limit: float | None, constraints: Constraints) -> Answer:
    found = optimise(PAST, constraints, Wanted(method, cvar_limit=limit))
    assert isinstance(found, Answer)
    assert found.proof.holds()
    return found


def test_the_least_volatility_within_a_cvar_is_that_of_the_textbook_program():
    free, least = answered("min_volatility", None, FULL), answered("min_cvar", None, FULL)
    limit = (free.measures["cvar"] + least.measures["cvar"]) / 2
    found = answered("min_volatility", limit, FULL)

    weights, edge = cp.Variable(10, nonneg=True), cp.Variable()
    risk = edge + cp.sum(cp.pos(-PAST.values @ weights - edge)) / PAST.tail
    rows = [
        cp.sum(weights) == 1,
        weights <= 0.4,
        PAST.mean @ weights * 1e4 >= FULL.floor * 1e4,
        risk * 1e2 <= limit * 1e2,
    ]
    spread = np.linalg.cholesky(sample_covariance(PAST.values)).T * 1e2
    cp.Problem(cp.Minimize(cp.sum_squares(spread @ weights)), rows).solve(solver=cp.CLARABEL)

    assert found.measures["cvar"] <= limit * (1 + 1e-9) < free.measures["cvar"]
    assert found.objective == pytest.approx(np.linalg.norm(spread @ weights.value) / 1e2, rel=1e-6)
    assert found.objective > free.objective
    assert "cvar limit" in found.binding
    assert found.binding.count("cvar limit") == 1


@pytest.mark.parametrize("method", ["min_volatility", "max_cagr_drawdown", "min_cvar"])
def test_a_limit_that_is_kept_anyway_changes_nothing_and_one_that_cannot_be_is_named(method):
    free = answered(method, None, FULL)

    assert answered(method, free.measures["cvar"] * 1.01, FULL).weights == pytest.approx(free.weights, abs=1e-12)
    lowest = answered("min_cvar", None, FULL).objective
    refused = optimise(PAST, FULL, Wanted(method, cvar_limit=lowest * 0.99))
    assert isinstance(refused, Infeasible)
    assert refused.which == ("cvar limit", "leverage", "return floor")
    assert refused == optimise(PAST, FULL, Wanted("max_return_cvar", cvar_limit=lowest * 0.99))


def test_growth_within_a_cvar_grows_less_and_more_than_any_other_weights_there_are():
    constraints = Constraints(cap=0.4, leverage=1.0, turnover=Turnover({"s1": 0.3}, 1.2))
    free = answered("max_cagr_drawdown", None, constraints)
    limit = free.measures["cvar"] * 0.6
    found = answered("max_cagr_drawdown", limit, constraints)

    assert found.measures["cvar"] <= limit * (1 + 1e-9)
    assert found.objective < free.objective
    dice = np.random.default_rng(5)
    current = np.array([0.3 if name == "s1" else 0.0 for name in PAST.names])
    for weights in dice.dirichlet(np.ones(10), 3000) * dice.uniform(0, 1, (3000, 1)):
        path = np.concatenate([[0], np.cumsum(PAST.values @ weights)])
        moved, drawdown = np.abs(weights - current).sum(), (np.maximum.accumulate(path) - path).max()
        if weights.max() <= 0.4 and moved <= 1.2 and drawdown <= 0.2 and PAST.cvar(weights) <= limit:
            growth = np.expm1(252 * np.log1p(PAST.values @ weights).mean())
            assert growth <= found.objective * (1 + 1e-9)
