"""From strategies' returns to a proposed allocation: what goes in, the optimiser's answer, and shares in per cent."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import numpy as np
from mathematricks.contracts.allocations import OptimizationTerms, SeriesUsed
from mathematricks.quant.returns import Floats, Series, align

from cerebro.domain.allocation.answers import Answer, Infeasible, Unproved
from cerebro.domain.allocation.constraints import Constraints, Margins
from cerebro.domain.allocation.methods import Wanted, optimise
from cerebro.domain.allocation.scenarios import Scenarios

FEWEST_DAYS = 252
STEP = Decimal("1e-8")
"""Shares are rounded down to this, in per cent, so that no limit is passed by rounding."""


@dataclass(frozen=True, eq=False)
class Problem:
    """
    What an optimisation is run on, and nothing else.

    Attributes:
        values: T days × N strategies, aligned by date.
        margins: Margin per unit of weight, by strategy; one that is absent is unknown and counts as none.
    """

    names: tuple[str, ...]
    values: Floats
    terms: OptimizationTerms
    margins: Mapping[str, float]
    margin_limit: float

    def hash(self) -> str:
        """Return the SHA-256 of everything that the answer depends on."""
        said = [*self.names, self.terms.model_dump_json(), repr(sorted(self.margins.items())), repr(self.margin_limit)]
        return hashlib.sha256("\x1f".join(said).encode() + _doubles(self.values)).hexdigest()


def problem_of(
    series: Sequence[Series], terms: OptimizationTerms, margins: Mapping[str, float], margin_limit: float
) -> Problem:
    """Return the problem over the days that all strategies share; raise ``SeriesError`` if there are none."""
    panel = align(sorted(series, key=lambda one: one.name))
    return Problem(panel.names, panel.values, terms, margins, margin_limit)


def solve(problem: Problem) -> Answer | Infeasible:
    """
    Return the proved answer.

    Raises:
        Unproved: no method could prove its answer.
        ValueError: too few days for the confidence.
    """
    terms = problem.terms
    scenarios = Scenarios(problem.names, np.ascontiguousarray(problem.values), terms.confidence)
    if scenarios.tail < 1:
        raise Unproved(f"{problem.values.shape[0]} days have no tail at a confidence of {terms.confidence}")
    wanted = Wanted(terms.method, terms.confidence, terms.cvar_limit, terms.drawdown)
    return optimise(scenarios, constraints_of(problem), wanted)


def constraints_of(problem: Problem) -> Constraints:
    """Return what bounds the weights, but for the limit of risk."""
    terms = problem.terms
    margins = Margins(problem.margins, problem.margin_limit) if problem.margins else None
    least = terms.invested if terms.invested is not None else float(terms.method.startswith("min_"))
    return Constraints(cap=terms.cap, leverage=terms.leverage, invested=least, margins=margins)


def shares_of(weights: Mapping[str, float]) -> dict[str, Decimal]:
    """Return *weights* as per cent of equity, rounded down; what rounds to nothing gets 0."""
    exact = {name: Decimal(max(0.0, weight)) * 100 for name, weight in weights.items()}
    return {name: share.quantize(STEP, rounding=ROUND_DOWN) or Decimal(0) for name, share in exact.items()}


def used(series: Series, margin: float | None) -> SeriesUsed:
    """Return how *series* went in."""
    said = series.days.astype("datetime64[D]").astype("<i8").tobytes() + _doubles(series.values)
    first, last = (str(series.days[at]) for at in (0, -1))
    digest = hashlib.sha256(said).hexdigest()
    return SeriesUsed(days=series.days.size, first=first, last=last, hash=digest, margin_per_unit=margin)


def packed(values: Floats) -> bytes:
    """Return the returns, compressed."""
    return zlib.compress(_doubles(values))


def unpacked(panel: bytes, strategies: int) -> Floats:
    """Return what ``packed`` was given."""
    return np.frombuffer(zlib.decompress(panel), dtype="<f8").reshape(-1, strategies).astype(np.float64)


def _doubles(values: Floats) -> bytes:
    return np.ascontiguousarray(values, dtype="<f8").tobytes()
