"""What an optimiser answers: weights with their proof, or which constraints cannot be met together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mathematricks.quant.returns import Floats

PROVED = 1e-9
"""Largest gap between primal and dual, relative to the objective, that counts as a proof."""


class Unproved(Exception):
    """No method could prove its answer; there is no answer."""


@dataclass(frozen=True)
class Proof:
    """
    Why the weights are optimal: no feasible point can pass *dual*, and they reach *primal*.

    Both are recomputed from the returns themselves, never taken from a solver.

    Attributes:
        gap: Distance of the two over the objective's size, or over *size* where the objective is nearer to 0.
        violation: Largest amount by which the weights pass a constraint, relative to it.
        method: What found the answer; it proves nothing.
    """

    primal: float
    dual: float
    violation: float
    method: str
    rounds: int = 1
    size: float = 0.0

    @property
    def gap(self) -> float:
        return abs(self.dual - self.primal) / max(abs(self.primal), self.size, 1e-12)

    def holds(self) -> bool:
        """Whether gap and violation are small enough."""
        return self.gap <= PROVED and self.violation <= PROVED


@dataclass(frozen=True, eq=False)
class Answer:
    """
    Optimal weights, as fractions of equity, in the order of the problem's strategies.

    Attributes:
        objective: What was maximised or minimised, in its own unit.
        prices: Shadow price of each binding constraint: objective gained per unit of its limit.
        warm: What the next problem over the same days may start from.
        measures: mean, volatility, sharpe, cvar, leverage, … per day.
    """

    names: tuple[str, ...]
    weights: Floats
    objective: float
    proof: Proof
    prices: Mapping[str, float] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)
    binding: tuple[str, ...] = ()
    warm: object = None


@dataclass(frozen=True)
class Infeasible:
    """No weights satisfy all constraints; *which* names those in conflict, *why* says it in words."""

    which: tuple[str, ...]
    why: str
