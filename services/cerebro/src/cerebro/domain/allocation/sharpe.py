"""
``max_sharpe``: the direction of the highest return per volatility, then as far along it as the limits allow.

With a risk-free rate of 0 the Sharpe ratio does not change with the leverage, so that the leverage is a
rule of its own: grow until the first limit binds, and say which.
"""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import nnls

from cerebro.domain.allocation.answers import Answer, Infeasible, Proof, Unproved
from cerebro.domain.allocation.leverage import Room, Scaled, scaled_up
from cerebro.domain.allocation.stillness import STILL_MIX, hardly_moves, moves_of, named_still, never_moving, still_mix
from cerebro.domain.allocation.volatility import Moments, moment_measures

MOST_EXCHANGES = 10_000
BLOCK_TRIES = 5
EXACT = 1e-12
"""Rounding error, as a share of the largest mean, that what does not gain may have in the proof."""


def max_sharpe(covariance: Floats, room: Room) -> Answer | Infeasible:
    """
    Return the weights of the highest Sharpe ratio, at the highest leverage that the constraints allow.

    Caps and groups stop the leverage; they do not bend the direction. The objective is the yearly ratio.

    Raises:
        Unproved: the direction fails its own proof.
    """
    moments = Moments(room.names, room.mean, covariance)
    if bool(np.all(moments.mean <= 0)):
        return Infeasible(("positive return",), "No strategy earned anything, so that no direction is worth taking.")
    if bool(np.any(riskless := never_moving(covariance, moments.mean) & (moments.mean > 0))):
        return named_still(room.names, riskless)
    found_direction = _direction(moments)
    if isinstance(found_direction, Infeasible):
        return found_direction
    direction, proof = found_direction
    found = scaled_up(direction / direction.sum(), room)
    return found if isinstance(found, Infeasible) else _answer(moments, found, proof)


def _direction(moments: Moments) -> tuple[Floats, Proof] | Infeasible:
    """Return the direction with its proof; strategies that are alike, or few days, leave the covariance singular."""
    gap, direction = np.inf, np.zeros(moments.mean.size)
    for find in (tangency, singular_tangency):
        try:
            direction = find(moments.covariance, moments.mean)
            proof = _proof(moments, direction)
        except (np.linalg.LinAlgError, Unproved):
            proof = None
        if proof is not None and proof.holds():
            return direction, proof
        if find is tangency and (unbounded := still_mix(moments.covariance, moments.mean)) is not None:
            return unbounded
        gap = min(gap, proof.gap if proof is not None else np.inf)
    if hardly_moves(moments.covariance, direction):
        return STILL_MIX
    raise Unproved(f"the direction leaves a gap of {gap:.1e}")


def singular_tangency(covariance: Floats, mean: Floats) -> Floats:
    """
    Return the same direction as ``tangency`` from the second moments, by non-negative least squares.

    The regression of a constant gain on the returns has its coefficients in that direction, and active sets of
    independent strategies need no inverse of the whole.
    """
    moves, size = moves_of(covariance)
    earned = mean / size
    gain = np.append(np.zeros(len(moves)), 1.0)
    found: Floats = nnls(np.vstack([moves, earned / np.abs(earned).max()]), gain)[0] / size
    return found


def tangency(covariance: Floats, mean: Floats) -> Floats:
    """
    Return y ≥ 0 that minimises y'Σy/2 − μ'y: proportional to the weights of the highest Sharpe ratio.

    Block principal pivoting: all strategies on the wrong side change sides at once; if that stops
    helping, only the last of them does (Murty's rule, which cannot cycle).
    """
    held = mean > 0
    tries, fewest = BLOCK_TRIES, mean.size + 1
    for _ in range(MOST_EXCHANGES):
        weights = np.zeros(mean.size)
        if held.any():
            weights[held] = cho_solve(cho_factor(covariance[np.ix_(held, held)]), mean[held])
        slope = covariance @ weights - mean
        wrong = np.flatnonzero((held & (weights < 0)) | (~held & (slope < -1e-14 * np.abs(mean).max())))
        if not wrong.size:
            return weights
        if wrong.size < fewest:
            fewest, tries = wrong.size, BLOCK_TRIES
        else:
            tries -= 1
        held[wrong if tries > 0 else wrong[-1:]] ^= True
    raise Unproved("pivoting did not end")


def _proof(moments: Moments, weights: Floats) -> Proof:
    """
    Return the squared Sharpe ratio reached, and one that no long-only weights can pass.

    If Σz ≥ μ then (μ'y)² ≤ (z'Σy)² ≤ z'Σz · y'Σy for every y ≥ 0 with a positive return.
    """
    covered = moments.covariance @ weights
    earned, variance = float(moments.mean @ weights), float(weights @ covered)
    positive = moments.mean > 0
    stretch = float(np.max(moments.mean[positive] / covered[positive])) if np.all(covered[positive] > 0) else np.inf
    if not np.isfinite(stretch) or bool(np.any(stretch * covered < moments.mean - EXACT * np.abs(moments.mean).max())):
        stretch = np.inf
    return Proof(252 * earned**2 / variance, 252 * variance * stretch**2, 0.0, "block pivoting")


def _answer(moments: Moments, found: Scaled, proof: Proof) -> Answer:
    made = moment_measures(moments, found.weights)
    return Answer(moments.names, found.weights, made["sharpe"], proof, {}, made, found.binding)
