"""Quadratic programs of the covariance: solved by HiGHS or in general, proved by weak duality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cvxpy as cp
import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Proof, Unproved
from cerebro.domain.allocation.constraints import Polytope

ACTIVE = 1e-7


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
    scale = float(np.mean(np.diag(covariance))) or 1.0
    unit = covariance / scale
    guess, prices = _approximate(unit, rows)
    for weights, made in (*_polished(unit, rows, guess, prices), (guess, prices)):
        proof = _proof(unit, rows, weights, made)
        if proof.holds():
            # the proof is of half the variance in units of *scale*; its gap is the same in any unit
            return QuadraticOptimum(
                weights,
                made * scale,
                Proof(2 * scale * proof.primal, 2 * scale * proof.dual, proof.violation, "clarabel, polished"),
            )
    raise Unproved("the quadratic program's answer fails its proof")


def _approximate(covariance: Floats, rows: Polytope) -> tuple[Floats, Floats]:
    weights = cp.Variable(rows.upper.size, nonneg=True)
    helping = cp.Variable(max(rows.helping_upper.size, 1), nonneg=True)
    beside = rows.helping if rows.helping_upper.size else np.zeros((rows.limits.size, 1))
    limits = rows.matrix @ weights + beside @ helping <= rows.limits
    bounds: list[Any] = [weights <= rows.upper]
    bounds.append(helping <= (rows.helping_upper if rows.helping_upper.size else np.ones(1)))
    program = cp.Problem(cp.Minimize(0.5 * cp.quad_form(weights, cp.psd_wrap(covariance))), [limits, *bounds])
    program.solve(solver=cp.CLARABEL, tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12, max_iter=200)
    if weights.value is None:
        raise Unproved(f"the quadratic solver says {program.status}")
    return np.clip(weights.value, 0.0, rows.upper), np.maximum(np.asarray(limits.dual_value), 0.0)


def _polished(covariance: Floats, rows: Polytope, weights: Floats, prices: Floats) -> list[tuple[Floats, Floats]]:
    """Return the exact solution on the active rows and bounds, at a few thresholds of what counts as active."""
    if rows.helping_upper.size:
        return []
    answers = []
    for threshold in (ACTIVE, 1e-5, 1e-9):
        free = (weights > threshold) & (weights < rows.upper - threshold)
        active = prices > threshold * (float(prices.max()) if prices.size and prices.max() > 0 else 1.0)
        fixed = np.where(free, 0.0, np.where(weights > threshold, rows.upper, 0.0))
        count, size = int(free.sum()), int(active.sum())
        system = np.zeros((count + size, count + size))
        system[:count, :count] = covariance[np.ix_(free, free)]
        system[:count, count:] = rows.matrix[np.ix_(active, free)].T
        system[count:, :count] = rows.matrix[np.ix_(active, free)]
        right = np.concatenate([-(covariance @ fixed)[free], (rows.limits - rows.matrix @ fixed)[active]])
        try:
            solution = np.linalg.solve(system, right)
        except np.linalg.LinAlgError:
            continue
        exact, made = fixed.copy(), np.zeros(rows.limits.size)
        exact[free] = solution[:count]
        made[active] = np.maximum(solution[count:], 0.0)
        answers.append((np.clip(exact, 0.0, rows.upper), made))
    return answers


def _proof(covariance: Floats, rows: Polytope, weights: Floats, prices: Floats) -> Proof:
    """
    Return what the weights reach and what no feasible weights can go below.

    For any z the variance w'Σw/2 is at least z'Σw − z'Σz/2; with z the weights themselves the rest is linear.
    """
    slope = covariance @ weights
    primal = 0.5 * float(weights @ slope)
    reduced = slope + rows.matrix.T @ prices
    helping = rows.helping.T @ prices
    dual = -primal - float(prices @ rows.limits) + float(np.minimum(reduced, 0) @ rows.upper)
    dual += float(np.minimum(helping, 0) @ rows.helping_upper)
    return Proof(primal, dual, rows.violation(weights), "clarabel")
