"""An optimisation as pictures: the efficient frontier, and the days of the proposal by what they returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

import numpy as np
from mathematricks.contracts.allocations import OptimizationPicture, ReturnBin, RiskAndReturn
from mathematricks.quant.measures import value_at_risk
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_methods import frontier
from cerebro.domain.proposal import Problem, constraints_of

LIMITS, BINS = 24, 40
WIDEST = 2.0
"""How far beyond the proposal's own CVaR the frontier is drawn."""


def pictured(
    run_id: str, problem: Problem, proposed: Mapping[str, float], current: Mapping[str, Decimal] | None
) -> OptimizationPicture:
    """Return the pictures of a run over the days of *problem*; *current* is in per cent, None: nothing is ACTIVE."""
    scenarios = Scenarios(problem.names, np.ascontiguousarray(problem.values), problem.terms.confidence)
    weights = np.array([proposed.get(name, 0.0) for name in problem.names])
    mine = _point(scenarios, weights, "proposed")
    returns = np.asarray(problem.values @ weights)
    counts, edges = np.histogram(returns, bins=BINS)
    bins = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    return OptimizationPicture(
        run_id=run_id,
        confidence=problem.terms.confidence,
        frontier=tuple(_frontier(scenarios, problem, mine.cvar)),
        beside=(mine, *_current(scenarios, current), *_alone(scenarios)),
        bins=tuple(ReturnBin(low=low, high=high, days=days) for low, high, days in bins),
        days=returns.size,
        value_at_risk=float(value_at_risk(returns, problem.terms.confidence)),
        cvar=mine.cvar,
    )


def _frontier(scenarios: Scenarios, problem: Problem, cvar: float) -> Iterator[RiskAndReturn]:
    most = WIDEST * max(cvar, problem.terms.cvar_limit or 0.0)
    limits = np.linspace(0, most, LIMITS + 1)[1:].tolist() if most > 0 else []
    before = -1.0
    for answer in frontier(scenarios, constraints_of(problem), limits):
        if isinstance(answer, Answer):
            point = _point(scenarios, answer.weights, "limit")
            if point.cvar > before * (1 + 1e-6):  # beyond some limit nothing more is gained
                yield point
                before = point.cvar


def _current(scenarios: Scenarios, current: Mapping[str, Decimal] | None) -> Iterator[RiskAndReturn]:
    """The ACTIVE allocation, where the days tell of all that it holds."""
    held = {name: share for name, share in (current or {}).items() if share}
    if held and held.keys() <= set(scenarios.names):
        weights = np.array([float(held.get(name, Decimal(0))) / 100 for name in scenarios.names])
        yield _point(scenarios, weights, "current")


def _alone(scenarios: Scenarios) -> Iterator[RiskAndReturn]:
    for place, name in enumerate(scenarios.names):
        yield _point(scenarios, np.eye(len(scenarios.names))[place], "strategy", name)


def _point(
    scenarios: Scenarios, weights: Floats, of: Literal["limit", "proposed", "current", "strategy"], name: str = ""
) -> RiskAndReturn:
    return RiskAndReturn(of=of, name=name, cvar=scenarios.cvar(weights), mean=float(scenarios.mean @ weights))
