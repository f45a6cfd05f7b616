"""Pulling weights that pass the CVaR limit, or a row by a rounding error, back to where they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.tail_problem import TailProblem


@dataclass(frozen=True, eq=False)
class Anchor:
    """Weights known to be feasible; a step towards them always ends inside."""

    weights: Floats
    cvar: float


def nothing_held(problem: TailProblem) -> Anchor:
    """Return the weights of zero."""
    return Anchor(np.zeros(problem.gain.size), 0.0)


def pulled(problem: TailProblem, weights: Floats, cvar: float, anchor: Anchor) -> tuple[Floats, float]:
    """Return *weights* moved towards *anchor* until the CVaR limit holds, and their CVaR, at most the limit."""
    if problem.limit is None or cvar <= problem.limit:
        return weights, cvar
    step = max(0.0, (problem.limit - anchor.cvar) / (cvar - anchor.cvar))
    moved = anchor.weights + step * (weights - anchor.weights)
    return moved, problem.scenarios.cvar(moved)
