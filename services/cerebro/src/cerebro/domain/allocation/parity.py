"""``risk_parity``: every strategy adds the same share of the portfolio's volatility."""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats
from scipy.linalg import cho_factor, cho_solve

from cerebro.domain.allocation.answers import Answer, Infeasible, Proof, Unproved
from cerebro.domain.allocation.leverage import Room, scaled_up
from cerebro.domain.allocation.stillness import named_still, never_moving, still_mix
from cerebro.domain.allocation.volatility import Moments, moment_measures

MOST_STEPS = 200


def risk_parity(covariance: Floats, room: Room) -> Answer | Infeasible:
    """
    Return the weights whose risk contributions are equal, at the highest leverage that the constraints allow.

    The objective is the daily volatility. The proof is of the convex program whose only solution has equal
    contributions: minimise y'Σy/2 − Σ ln y / N.

    Raises:
        Unproved: the answer fails its own proof.
    """
    if bool(np.any(still := never_moving(covariance, room.mean))):
        return named_still(room.names, still)
    try:
        direction = equal_contributions(covariance)
        proof = _proof(covariance, direction)
    except np.linalg.LinAlgError:
        proof = None
    if proof is None or not proof.holds():
        if (boundless := still_mix(covariance, np.sqrt(np.diag(covariance)))) is not None:
            return boundless
        raise Unproved(f"the contributions leave a gap of {proof.gap if proof else np.inf:.1e}")
    found = scaled_up(direction / direction.sum(), room)
    if isinstance(found, Infeasible):
        return found
    measures = moment_measures(Moments(room.names, room.mean, covariance), found.weights)
    return Answer(room.names, found.weights, measures["volatility"], proof, {}, measures, found.binding)


def equal_contributions(covariance: Floats) -> Floats:
    """Return y > 0 with yᵢ(Σy)ᵢ = 1/N, by damped Newton steps: the function is self-concordant, so they get there."""
    size = covariance.shape[0]
    spread = np.sqrt(np.diag(covariance))
    unit = covariance / np.outer(spread, spread)  # parity does not depend on the scale of each strategy
    point = np.full(size, 1.0 / np.sqrt(max(float(unit.sum()), 1e-3)))
    for _ in range(MOST_STEPS):
        slope = unit @ point - 1.0 / (size * point)
        step = -cho_solve(cho_factor(unit + np.diag(1.0 / (size * point**2))), slope)
        decrement = float(np.sqrt(max(-slope @ step * size, 0.0)))
        point = point + step / (1.0 + decrement if decrement > 0.25 else 1.0)
        if decrement < 1e-15:
            break
    return point / spread


def risk_contributions(covariance: Floats, weights: Floats) -> Floats:
    """Return each strategy's share of the variance; they sum to 1."""
    covered = weights * (covariance @ weights)
    shares: Floats = covered / covered.sum()
    return shares


def _proof(covariance: Floats, point: Floats) -> Proof:
    """Return the program's value at *point* and the bound that its own gradient gives; both are near 1/2 − …"""
    size = point.size
    covered = covariance @ point
    half = 0.5 * float(point @ covered)
    primal = half - float(np.log(point).sum()) / size
    dual = 1.0 - half + float(np.log(covered * size).sum()) / size if np.all(covered > 0) else -np.inf
    return Proof(primal, dual, 0.0, "newton")
