"""Quadratic programs of the covariance: solved by HiGHS or in general, proved by weak duality."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import cvxpy as cp
import numpy as np
from mathematricks.quant.returns import Floats
from numpy.typing import NDArray

from cerebro.domain.allocation.answers import Proof, Unproved
from cerebro.domain.allocation.constraints import Polytope
from cerebro.domain.allocation.corners import by_corners, priced

ACTIVE = 1e-7
SMALL = 1e-3
"""Share of a usual strategy's deviation at its cap below which the least deviation is as good as none."""


@dataclass(frozen=True, eq=False)
class QuadraticOptimum:
    """Weights of the least variance, the prices of the polytope's rows, and the proof."""

    weights: Floats
    prices: Floats
    proof: Proof


def least_variance(covariance: Floats, rows: Polytope) -> QuadraticOptimum:
    """
    Return the weights in *rows* of the least variance; they exist.

    A conic solver finds which rows and bounds are active to about eight digits; one linear system on these
    gives the rest of the digits.

    Raises:
        Unproved: the answer fails its own proof.
    """
    nothing = np.zeros(rows.upper.size)
    if rows.violation(nothing) == 0.0:
        return QuadraticOptimum(nothing, np.zeros(rows.limits.size), Proof(0.0, 0.0, 0.0, "nothing held"))
    scale = float(np.mean(np.diag(covariance))) or 1.0
    unit = covariance / scale
    guess = _approximate(unit, rows)
    for weights, made in chain(_candidates(unit, rows, guess), by_corners(unit, rows, guess.weights)):
        proof = _proof(unit, rows, weights, made)
        if proof.holds():
            # the proof is of half the variance in units of *scale*; its gap is the same in any unit
            return QuadraticOptimum(
                weights,
                made * scale,
                replace(
                    proof,
                    primal=2 * scale * proof.primal,
                    dual=2 * scale * proof.dual,
                    size=2 * scale * proof.size,
                    method="clarabel, polished or by corners",
                ),
            )
    raise Unproved("the quadratic program's answer fails its proof")


@dataclass(frozen=True, eq=False)
class _Guess:
    """Weights, helping variables and prices to about eight digits."""

    weights: Floats
    helping: Floats
    prices: Floats


def _approximate(covariance: Floats, rows: Polytope) -> _Guess:
    weights = cp.Variable(rows.upper.size, nonneg=True)
    helping = cp.Variable(max(rows.helping_upper.size, 1), nonneg=True)
    beside = rows.helping if rows.helping_upper.size else np.zeros((rows.limits.size, 1))
    limits = rows.matrix @ weights + beside @ helping <= rows.limits
    bounds: list[Any] = [weights <= rows.upper]
    bounds.append(helping <= (rows.helping_upper if rows.helping_upper.size else np.ones(1)))
    program = cp.Problem(cp.Minimize(0.5 * cp.quad_form(weights, cp.psd_wrap(covariance))), [limits, *bounds])
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # of digits, which are proved below
        program.solve(solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12, max_iter=200)
    if weights.value is None or helping.value is None:
        raise Unproved(f"the quadratic solver says {program.status}")
    return _Guess(
        np.clip(weights.value, 0.0, rows.upper),
        np.clip(helping.value[: rows.helping_upper.size], 0.0, rows.helping_upper),
        np.maximum(np.asarray(limits.dual_value), 0.0),
    )


def _candidates(covariance: Floats, rows: Polytope, guess: _Guess) -> Iterator[tuple[Floats, Floats]]:
    """Yield weights with prices that may prove them: the cheap ones first."""
    polished = list(_polished(covariance, rows, guess))
    yield from polished
    yield guess.weights, guess.prices
    for weights in (*(weights for weights, _ in polished), guess.weights):
        yield weights, priced(covariance @ weights, rows)[1]


def _polished(covariance: Floats, rows: Polytope, guess: _Guess) -> Iterator[tuple[Floats, Floats]]:
    """
    Yield the exact solutions on the active rows and bounds, at a few thresholds of what counts as active.

    Helping variables are columns like the weights, without a variance.
    """
    strategies = rows.upper.size
    upper = np.concatenate([rows.upper, rows.helping_upper])
    near = np.concatenate([guess.weights, guess.helping])
    matrix = np.hstack([rows.matrix, rows.helping])
    whole = np.zeros((upper.size, upper.size))
    whole[:strategies, :strategies] = covariance
    slack = rows.limits - matrix @ near
    dear = guess.prices / max(float(guess.prices.max(initial=0.0)), 1e-300)
    for threshold in (ACTIVE, 1e-5, 1e-9, 1e-4, 1e-6):
        free = (near > threshold) & (near < upper - threshold)
        fixed = np.where(free, 0.0, np.where(near > threshold, upper, 0.0))
        for active in (dear > threshold, slack < threshold):
            exact, made = _on(whole, (matrix, rows.limits), (free, fixed, active))
            yield np.clip(exact[:strategies], 0.0, rows.upper), made


def _on(
    covariance: Floats, rows: tuple[Floats, Floats], on: tuple[NDArray[np.bool_], Floats, NDArray[np.bool_]]
) -> tuple[Floats, Floats]:
    """Return the point of least variance with the *active* rows tight and what is not *free* fixed, and its prices."""
    (matrix, limits), (free, fixed, active) = rows, on
    count, size = int(free.sum()), int(active.sum())
    system = np.zeros((count + size, count + size))
    system[:count, :count] = covariance[np.ix_(free, free)]
    system[:count, count:] = matrix[np.ix_(active, free)].T
    system[count:, :count] = matrix[np.ix_(active, free)]
    right = np.concatenate([-(covariance @ fixed)[free], (limits - matrix @ fixed)[active]])
    solution = np.linalg.lstsq(system, right, rcond=None)[0]  # rows that say the same twice leave it singular
    exact, made = fixed.copy(), np.zeros(limits.size)
    exact[free] = solution[:count]
    made[active] = np.maximum(solution[count:], 0.0)
    return exact, made


def _proof(covariance: Floats, rows: Polytope, weights: Floats, prices: Floats) -> Proof:
    """
    Return what the weights reach and what no feasible weights can go below.

    For any z the variance w'Σw/2 is at least z'Σw − z'Σz/2; with z the weights themselves the rest is linear. And no
    variance is below 0.
    """
    slope = covariance @ weights
    primal = 0.5 * float(weights @ slope)
    reduced = slope + rows.matrix.T @ prices
    helping = rows.helping.T @ prices
    dual = -primal - float(prices @ rows.limits) + float(np.minimum(reduced, 0) @ rows.upper)
    dual += float(np.minimum(helping, 0) @ rows.helping_upper)
    return Proof(
        primal, max(dual, 0.0), rows.violation(weights), "clarabel", size=(SMALL * float(rows.upper.max())) ** 2
    )
