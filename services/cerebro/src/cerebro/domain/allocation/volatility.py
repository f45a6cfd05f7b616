"""``min_volatility``: the weights of the least variance that still earn what they must."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation.answers import Answer, Infeasible
from cerebro.domain.allocation.constraints import Constraints, polytope
from cerebro.domain.allocation.feasibility import feasible_weights
from cerebro.domain.allocation.reading_proofs import binding_rows


@dataclass(frozen=True, eq=False)
class Moments:
    """What a mean-variance method knows: names, N mean daily returns, and their N × N covariance."""

    names: tuple[str, ...]
    mean: Floats
    covariance: Floats


def min_volatility(moments: Moments, constraints: Constraints) -> Answer | Infeasible:
    """
    Return the weights of the least volatility; ``constraints.floor`` is the return they must reach.

    The objective is the daily volatility; shadow prices are of the variance.

    Raises:
        Unproved: the answer fails its own proof.
    """
    rows = polytope(moments.names, moments.mean, constraints)
    start = feasible_weights(rows)
    if isinstance(start, Infeasible):
        return start
    from cerebro.domain.allocation.quadratic import least_variance  # a second to import: only when it is needed

    found = least_variance(moments.covariance, rows)
    return Answer(
        moments.names,
        found.weights,
        float(np.sqrt(max(found.proof.primal, 0.0))),
        found.proof,
        {name: 2 * float(price) for name, price in zip(rows.names, found.prices, strict=True) if price > 0},
        moment_measures(moments, found.weights),
        binding_rows(rows, moments.names, found.weights),
    )


def moment_measures(moments: Moments, weights: Floats) -> dict[str, float]:
    """Return mean, volatility, Sharpe and leverage as the moments have them."""
    mean, variance = float(moments.mean @ weights), float(weights @ moments.covariance @ weights)
    deviation = float(np.sqrt(max(variance, 0.0)))
    return {
        "mean": mean,
        "volatility": deviation,
        "sharpe": mean / deviation * float(np.sqrt(252)) if deviation > 0 else 0.0,
        "leverage": float(weights.sum()),
    }
