"""From the answer of one problem to the neighbourhood of the next one's, among the few strategies that matter."""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import PROVED
from cerebro.domain.allocation.band import Band
from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.cuts import searched
from cerebro.domain.allocation.pulling import Anchor, pulled
from cerebro.domain.allocation.scenarios import Indices, Scenarios
from cerebro.domain.allocation.tail_problem import TailProblem

PROMISING = 15
"""Strategies that are looked at though they were not held: those that promise most at the old prices."""
NEAR = 1e-3
"""From here the band ends in a round or two; each round saved is worth dozens of cuts among so few strategies."""
MOST_CUTS = 90
FEWEST_IN_TAIL = 200
"""Days; in a smaller tail the band finds its way as fast, as it does where only the limit has changed."""
MOST_HELD = 40
"""Cuts wander where many strategies are held."""


def approached(problem: TailProblem, anchor: Anchor, start: Band, scale: float) -> Floats | None:
    """
    Return feasible weights near the optimum of *problem*, looked for from the answer of a like one; None: too wide.

    What a strategy not held promises now is what it promised then, by the prices of that answer, and what its
    gain has changed since.
    """
    if start.reduced is None or start.cost is None or problem.scenarios.tail < FEWEST_IN_TAIL:
        return None
    if np.array_equal(problem.cost, start.cost):
        return None
    held = start.weights > 0
    if np.count_nonzero(held) > MOST_HELD:
        return None
    promised = np.where(held, -np.inf, start.reduced + (problem.cost - start.cost))
    held[np.argsort(-promised)[:PROMISING]] = True
    places = np.flatnonzero(held)
    few = _only(problem, places)
    inside = Anchor(anchor.weights[places], anchor.cvar)
    if np.any(anchor.weights[~held] > 0):
        return None
    weights = np.zeros(problem.gain.size)
    weights[places] = searched(few, inside, _begin(few, start.weights[places], inside), (scale, NEAR, MOST_CUTS))
    return weights


def _begin(problem: TailProblem, weights: Floats, anchor: Anchor) -> Anchor:
    """Return the old weights, pulled to where the CVaR limit holds; the anchor where they pass another limit."""
    if problem.polytope.violation(weights) > PROVED:
        return anchor
    inside, cvar = pulled(problem, weights, problem.scenarios.cvar(weights), anchor)
    return Anchor(inside, cvar)


def _only(problem: TailProblem, places: Indices) -> TailProblem:
    """Return *problem* with the strategies in *places* alone; no other may be held."""
    whole, rows = problem.scenarios, problem.polytope
    few = Scenarios(
        tuple(whole.names[place] for place in places.tolist()),
        np.ascontiguousarray(whole.values.take(places, axis=1)),
        whole.confidence,
    )
    within = Polytope(
        rows.names, rows.upper[places], rows.matrix[:, places], rows.limits, rows.helping, rows.helping_upper
    )
    return TailProblem(few, problem.gain[places], within, problem.limit)
