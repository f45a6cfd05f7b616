"""Solving the tail problem: cuts, then the band, round by round, until a bound proves the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation import band as bands
from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import PROVED, Proof, Unproved
from cerebro.domain.allocation.approach import approached
from cerebro.domain.allocation.band import Band
from cerebro.domain.allocation.cuts import near_optimum
from cerebro.domain.allocation.pulling import Anchor, pulled
from cerebro.domain.allocation.tail_problem import Bound, Multipliers, TailProblem, bound

MOST_ROUNDS = 200
AIM = 1e-12
"""Gap at which rounds stop; the last digits cost little and spare doubt."""
DEARER = (1e-12, 1e-11, 1e-10)


@dataclass(frozen=True, eq=False)
class Solved:
    """Proved weights, the dual point that proves them, and the band to start the next problem from."""

    weights: Floats
    cvar: float
    proof: Proof
    bound: Bound
    band: Band | None


@dataclass
class _Best:
    weights: Floats
    cvar: float
    value: float
    bound: Bound | None = None

    def gap(self, problem: TailProblem) -> float:
        if self.bound is None:
            return float("inf")
        return (self.bound.value - self.value) / max(abs(self.value), problem.size, 1e-12)


def scale_of(problem: TailProblem) -> float:
    """Return the factor that brings daily returns near 1: a power of two, so that no digit is lost."""
    return float(2.0 ** np.round(-np.log2(problem.scenarios.spread)))


def solve_by_band(problem: TailProblem, anchor: Anchor, start: Band | None = None) -> Solved:
    """
    Return proved optimal weights.

    Args:
        anchor: Feasible weights; the polytope is known not to be empty.
        start: The band of a problem like this one: a few rounds are enough then.

    Raises:
        Unproved: the rounds ended without a proof.
    """
    if bool(np.all(problem.polytope.upper == 0)):
        return _nothing(problem)
    unit = problem.unit
    within = problem.in_units(unit)
    begun = Anchor(anchor.weights / unit, anchor.cvar / unit)
    best, band, rounds = _rounds(within, begun, start.in_units(unit) if start else None)
    best.weights, best.cvar = best.weights * unit, best.cvar * unit
    return _solved(problem, best, band.in_units(1 / unit), rounds)


def _rounds(problem: TailProblem, anchor: Anchor, start: Band | None) -> tuple[_Best, Band, int]:
    scale = scale_of(problem)
    best = _Best(anchor.weights, anchor.cvar, problem.value(anchor.weights, anchor.cvar))
    band = _first_band(problem, anchor, start, scale)
    for number in range(1, MOST_ROUNDS + 1):
        progress = _round(problem, anchor, band, (best, scale))
        if not progress and best.gap(problem) > AIM:
            _make_dearer(problem, best)
        if best.gap(problem) <= (AIM if progress else PROVED):
            return best, band, number
        if not progress and not _start_again(problem, band):
            break
    raise Unproved(f"a gap of {best.gap(problem):.1e} is left")


def _make_dearer(problem: TailProblem, best: _Best) -> None:
    """
    Take the bound of a CVaR a trifle dearer, if it is better.

    What is held promises nothing at the true price, give or take a rounding error; where the caps are far away,
    that error times a cap is much. At a dearer price what is held and gains promises less than nothing.
    """
    if best.bound is None:
        return
    given = best.bound.multipliers
    dearer = [bound(problem, replace(given, price=given.price * (1 + more))) for more in DEARER]
    best.bound = min(best.bound, *dearer, key=lambda one: one.value)


def _first_band(problem: TailProblem, anchor: Anchor, start: Band | None, scale: float) -> Band:
    near = approached(problem, anchor, start, scale) if start else None
    if start and near is None and start.near.size == problem.scenarios.values.shape[0]:
        return bands.narrowed(problem, start)
    return bands.band_around(problem, near if near is not None else near_optimum(problem, anchor, scale))


def _round(problem: TailProblem, anchor: Anchor, band: Band, state: tuple[_Best, float]) -> bool:
    """Solve the program as it is, note what it proves, and widen it; False: there was nothing to widen."""
    best, scale = state
    what = bands.seen(problem, band)
    program = highs.program(bands.columns_of(problem, what, scale), _row_limits(problem, what))
    if (basis := bands.basis_of(band, what)) is not None:
        highs.start_from(program, basis)
    found = highs.run(program)
    if found is None:
        return _start_again(problem, band)
    bands.keep_basis(band, what, found)
    _read(problem, band, what, (found, scale))
    losses = problem.scenarios.losses(band.weights)
    _, _, cvar = problem.scenarios.worst(losses)
    inside, risk = pulled(problem, band.weights, cvar, anchor)
    _note(best, problem, inside, risk)
    proved = bands.bound_seen(problem, what, bands.multipliers_of(problem, what, found, scale))
    if best.bound is None or proved.value < best.bound.value:
        best.bound = proved
    wrong = bands.widen(band, losses)
    return wrong + bands.open_strategies(band, proved.reduced, 20) > 0


def _row_limits(problem: TailProblem, what: bands.Seen) -> Floats:
    return np.concatenate([[0.0], problem.polytope.limits, np.zeros(what.days.size)])


def _start_again(problem: TailProblem, band: Band) -> bool:
    """The program has no edge to hold on to: take twice the days, and forget the basis."""
    if band.near.all():
        return False
    wider = bands.band_around(problem, band.weights)
    losses = problem.scenarios.losses(band.weights)
    size = min(losses.size, 2 * int(max(band.near.sum(), wider.near.sum())))
    band.near[np.argpartition(np.abs(losses - wider.edge), size - 1)[:size]] = True
    band.deep = (losses > wider.edge) & ~band.near
    band.fixed = None
    return True


def _read(problem: TailProblem, band: Band, what: bands.Seen, found: tuple[highs.Optimum, float]) -> None:
    optimum, scale = found
    weights = np.zeros(problem.gain.size)
    held = what.strategies.size
    weights[what.strategies] = np.clip(optimum.values[:held], 0.0, problem.polytope.upper[what.strategies])
    band.weights = weights
    band.edge = float(optimum.values[held + problem.polytope.helping.shape[1]]) / scale


def _note(best: _Best, problem: TailProblem, weights: Floats, cvar: float) -> None:
    value = problem.value(weights, cvar)
    if value > best.value and problem.polytope.violation(weights) <= PROVED:
        best.weights, best.cvar, best.value = weights, cvar, value


def _solved(problem: TailProblem, best: _Best, band: Band, rounds: int) -> Solved:
    if best.bound is None:
        raise Unproved("no bound was found")
    proved = bound(problem, best.bound.multipliers)
    band.reduced, band.cost = proved.reduced, problem.cost
    proof = problem.proof((best.weights, best.cvar), proved.value, "band", rounds)
    return Solved(best.weights, best.cvar, proof, proved, band)


def _nothing(problem: TailProblem) -> Solved:
    """Return that nothing is held, where no strategy may be; it is feasible, or this would not be asked."""
    nothing = np.zeros(problem.gain.size)
    days, shares, cvar = problem.scenarios.worst(np.zeros(problem.scenarios.values.shape[0]))
    proved = bound(problem, Multipliers(0.0, days, shares, np.zeros(problem.polytope.limits.size)))
    return Solved(nothing, cvar, problem.proof((nothing, cvar), proved.value, "nothing held"), proved, None)
