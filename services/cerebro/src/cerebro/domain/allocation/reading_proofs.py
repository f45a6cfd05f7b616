"""From a proved point to an answer: which constraints bind, at what price, and how the portfolio measures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from mathematricks.quant import measures
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_problem import TailProblem
from cerebro.domain.allocation.tail_solver import Solved

TOUCHING = 1e-7
CVAR_LIMIT = "cvar limit"


def portfolio_measures(scenarios: Scenarios, weights: Floats) -> Mapping[str, float]:
    """Return what the weights would have done: per day, except where the name says annual."""
    returns = -scenarios.losses(weights)
    return {
        "mean": float(measures.mean(returns)),
        "volatility": float(measures.volatility(returns)),
        "sharpe": float(measures.sharpe(returns)),
        "annual_return": float(measures.annual_return(returns)),
        "max_drawdown": float(measures.max_drawdown(returns)),
        "cvar": float(measures.cvar(returns, scenarios.confidence)),
        "value_at_risk": float(measures.value_at_risk(returns, scenarios.confidence)),
        "leverage": float(weights.sum()),
    }


def binding_rows(polytope: Polytope, names: tuple[str, ...], weights: Floats) -> tuple[str, ...]:
    """Return the rows and caps that *weights* touch; several of one name count once."""
    slack = polytope.limits - polytope.matrix @ weights - polytope.helping @ polytope.help_for(weights)
    rows = [
        name
        for name, left, limit in zip(polytope.names, slack, polytope.limits, strict=True)
        if left <= TOUCHING * (1 + abs(limit)) and not name.startswith("sold of")
    ]
    full = (weights >= polytope.upper * (1 - TOUCHING)) & (polytope.upper > 0)
    return (*dict.fromkeys(rows), *(f"cap of {names[one]}" for one in np.flatnonzero(full)))


def answer_of(problem: TailProblem, solved: Solved) -> Answer:
    """Return *solved* with its measures; shadow prices are of the objective as it is named."""
    names, polytope = problem.scenarios.names, problem.polytope
    made = solved.bound.multipliers
    prices = {name: float(price) for name, price in zip(polytope.names, made.rows, strict=True) if price > 0}
    promised = solved.bound.reduced
    full = (promised > TOUCHING * float(np.abs(promised).max() or 1.0)) & (solved.weights >= polytope.upper - TOUCHING)
    prices |= {f"cap of {names[one]}": float(promised[one]) for one in np.flatnonzero(full)}
    binding = binding_rows(polytope, names, solved.weights)
    if problem.limit is not None and solved.cvar >= problem.limit - TOUCHING * abs(problem.limit):
        binding = (CVAR_LIMIT, *binding)
        prices[CVAR_LIMIT] = made.price
    objective = float(problem.gain @ solved.weights) if problem.limit is not None else solved.cvar
    return Answer(
        names,
        solved.weights,
        objective,
        solved.proof,
        {name: price for name, price in prices.items() if not name.startswith("sold of")},
        portfolio_measures(problem.scenarios, solved.weights),
        binding,
        solved.band,
    )
