"""The linear problem over the tail of the scenarios: gain against CVaR, and the bound that proves an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.scenarios import Indices, Scenarios


@dataclass(frozen=True, eq=False)
class TailProblem:
    """
    Maximise ``gain·w`` with CVaR at most *limit*; without a limit, minimise the CVaR.

    Attributes:
        gain: N numbers; not read when the CVaR is minimised.
    """

    scenarios: Scenarios
    gain: Floats
    polytope: Polytope
    limit: float | None = None

    @property
    def cost(self) -> Floats:
        """What a unit of each weight adds to the objective, the CVaR apart."""
        return self.gain if self.limit is not None else np.zeros_like(self.gain)

    def value(self, weights: Floats, cvar: float) -> float:
        """Return the objective, to be maximised."""
        return float(self.gain @ weights) if self.limit is not None else -cvar


@dataclass(frozen=True, eq=False)
class Multipliers:
    """
    A point of the dual.

    Attributes:
        price: λ ≥ 0, what a unit of CVaR costs; 1 when the CVaR is what is minimised.
        days: Days whose probability in the tail is not 0.
        shares: Their probabilities; at most 1/tail each, 1 together.
        rows: y ≥ 0, prices of the polytope's rows.
    """

    price: float
    days: Indices
    shares: Floats
    rows: Floats


@dataclass(frozen=True, eq=False)
class Bound:
    """No feasible weights have an objective above *value*; *reduced* is what each strategy still promises."""

    value: float
    reduced: Floats
    multipliers: Multipliers


def bound(problem: TailProblem, given: Multipliers) -> Bound:
    """
    Return an upper bound of the objective by weak duality; it holds whatever *given* came from.

    Multipliers that are slightly outside their set are first moved into it.
    """
    made = admissible(problem, given)
    expected = made.shares @ problem.scenarios.rows(made.days)
    return bound_of(problem, made, expected)


def bound_of(problem: TailProblem, made: Multipliers, expected: Floats) -> Bound:
    """Return the bound by admissible multipliers, *expected* being the mean return of each strategy in their tail."""
    if made.price > 0 and abs(made.shares.sum() - 1.0) > 1e-12:
        return Bound(float("inf"), np.full(problem.gain.size, np.inf), made)
    polytope = problem.polytope
    reduced = problem.cost - polytope.matrix.T @ made.rows + made.price * expected
    helping = -polytope.helping.T @ made.rows
    fixed = float(polytope.limits @ made.rows) + (made.price * problem.limit if problem.limit is not None else 0.0)
    value = fixed + float(np.maximum(reduced, 0) @ polytope.upper)
    return Bound(value + float(np.maximum(helping, 0) @ polytope.helping_upper), reduced, made)


def admissible(problem: TailProblem, given: Multipliers) -> Multipliers:
    """Return *given* moved into its set: prices not negative, shares within [0, 1/tail] and 1 together."""
    most = 1.0 / problem.scenarios.tail
    shares = np.clip(given.shares, 0.0, most)
    for _ in range(3):
        free = (shares > 0) & (shares < most) if shares.sum() > 1 else shares < most
        if not free.any() or abs(shares.sum() - 1.0) < 1e-16:
            break
        shares[free] = np.clip(shares[free] + (1.0 - shares.sum()) / free.sum(), 0.0, most)
    price = max(given.price, 0.0) if problem.limit is not None else 1.0
    return Multipliers(price, given.days, shares, np.maximum(given.rows, 0.0))
