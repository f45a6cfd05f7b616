"""The linear problem over the tail of the scenarios: gain against CVaR, and the bound that proves an answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Proof
from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.scenarios import Indices, Scenarios

SMALL = 1e-3
USUAL = 8.0
"""CVaR limits of an eighth of a usual day and more leave weights around 1; below, weights are counted in less."""


@dataclass(frozen=True, eq=False)
class TailProblem:
    """
    Maximise ``gain·w`` with CVaR at most *limit*; without a limit, minimise the CVaR.

    The best may be to hold nothing, or come near it: then a gap, and a CVaR above its limit, are set against a
    thousandth of what one strategy at its cap can be worth, because they cannot be set against 0.

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

    @cached_property
    def unit(self) -> float:
        """What weights are best counted in: as little of the equity as a tiny limit allows, or the whole of it."""
        if not self._shrinks or self.limit is None:
            return 1.0
        return float(2.0 ** min(0, round(math.log2(USUAL * self.limit / self.scenarios.spread))))

    @cached_property
    def size(self) -> float:
        """What the objective's gap is at least set against."""
        if self.limit is None:
            return self._risk_size
        if self._shrinks:
            return SMALL**2 * self.unit * float(np.abs(self.gain).max(initial=0.0))
        return SMALL * float(np.max(np.abs(self.gain) * self.polytope.upper, initial=0.0))

    @property
    def _shrinks(self) -> bool:
        """Whether half of any feasible weights is feasible with half of the limit."""
        return self.limit is not None and self.limit > 0 and self.polytope.holds_nothing()

    @cached_property
    def _risk_size(self) -> float:
        return SMALL * self.scenarios.spread * float(self.polytope.upper.max(initial=0.0))

    def passed(self, weights: Floats, cvar: float) -> float:
        """Return the largest amount by which a constraint is passed, relative to it."""
        over = self.polytope.violation(weights)
        if self.limit is None or cvar <= self.limit:
            return over
        return max(over, (cvar - self.limit) / (self.limit if self.limit > 0 else max(-self.limit, self._risk_size)))

    def proof(self, reached: tuple[Floats, float], dual: float, method: str, rounds: int = 1) -> Proof:
        """Return the proof that weights of that CVaR are the best there are, *dual* being a bound."""
        return Proof(self.value(*reached), dual, self.passed(*reached), method, rounds, self.size)

    def in_units(self, unit: float) -> TailProblem:
        """Return the same problem with all that is said in weights *unit* times as large."""
        limit = self.limit / unit if self.limit is not None else None
        return TailProblem(self.scenarios, self.gain, self.polytope.in_units(unit), limit)


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
