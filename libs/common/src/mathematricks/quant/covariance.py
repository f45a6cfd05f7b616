"""Covariance of T × N returns: the sample's, and Ledoit and Wolf's shrinkage of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mathematricks.quant.returns import Floats


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A covariance pulled towards a multiple of the identity by *intensity*, between 0 and 1."""

    covariance: Floats
    intensity: float


def sample_covariance(returns: Floats) -> Floats:
    """Return the N × N sample covariance (ddof 1)."""
    centred = returns - returns.mean(axis=0)
    covariance: Floats = centred.T @ centred / (returns.shape[0] - 1)
    return covariance


def ledoit_wolf(returns: Floats) -> Shrunk:
    """
    Return the covariance shrunk towards the mean variance × identity, with the optimal intensity.

    Source: Ledoit & Wolf, A well-conditioned estimator for large-dimensional covariance matrices
    (2004), on the population covariance (ddof 0), as its authors define it.
    """
    days, strategies = returns.shape
    centred = returns - returns.mean(axis=0)
    covariance = centred.T @ centred / days
    level = float(np.trace(covariance)) / strategies
    dispersion = float((covariance**2).sum()) / strategies - level**2
    squares = centred**2
    error = float((squares.T @ squares).sum() / days - (covariance**2).sum()) / (strategies * days)
    intensity = min(max(error, 0.0), dispersion) / dispersion if dispersion > 0 else 0.0
    target = level * np.eye(strategies)
    return Shrunk(intensity * target + (1 - intensity) * covariance, intensity)
