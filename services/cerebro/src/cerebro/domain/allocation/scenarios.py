"""The days of the past as scenarios, and the tail of the worst of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from mathematricks.quant.measures import tail_count
from mathematricks.quant.returns import Floats, Panel
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scenarios:
    """
    T days × N strategies of returns, equally likely, and how far the tail reaches.

    Attributes:
        values: Row-major, so that a few days are read without touching the others.
    """

    names: tuple[str, ...]
    values: Floats
    confidence: float

    @cached_property
    def tail(self) -> float:
        """How many days the tail holds; the last one may belong to it in part."""
        return tail_count(self.values.shape[0], self.confidence)

    @cached_property
    def mean(self) -> Floats:
        """Mean daily return of each strategy."""
        return np.asarray(self.values.mean(axis=0))

    @cached_property
    def spread(self) -> float:
        """The size of a usual day of a usual strategy, those that never move aside; 1 where nothing does."""
        sample = self.values[:: max(1, self.values.shape[0] // 256)]
        sizes = np.sqrt((sample**2).mean(axis=0))
        return float(np.median(sizes[sizes > 0])) if np.any(sizes > 0) else 1.0

    @cached_property
    def _columns(self) -> dict[int, Floats]:
        """The strategies that were held so far: gathering one from the rows costs a hundred times reading it."""
        return {}

    def losses(self, weights: Floats) -> Floats:
        """Return the loss of each day."""
        held = np.flatnonzero(weights)
        if 3 * held.size > weights.size or not held.size:
            return -(self.values @ weights)
        for one in held.tolist():
            if one not in self._columns:
                self._columns[one] = self.values[:, one].copy()
        made: Floats = weights[held] @ np.array([self._columns[one] for one in held.tolist()])
        return -made

    def rows(self, days: Indices) -> Floats:
        """Return the returns of *days*, days × strategies."""
        return self.values.take(days, axis=0)

    def worst(self, losses: Floats) -> tuple[Indices, Floats, float]:
        """Return the tail's days, their probabilities in it (a last day counts in part), and its mean loss: CVaR."""
        inside = math.ceil(self.tail)
        days = np.argpartition(losses, losses.size - inside)[losses.size - inside :]
        share = np.full(inside, 1.0 / self.tail)
        share[np.argmin(losses[days])] = (1.0 - (inside - 1) / self.tail) if inside > self.tail else 1.0 / self.tail
        return days, share, float(share @ losses[days])

    def cvar(self, weights: Floats) -> float:
        """Return the mean loss of the tail."""
        return self.worst(self.losses(weights))[2]


def scenarios_of(panel: Panel, confidence: float) -> Scenarios:
    """Return the days of *panel* as scenarios; raise ``ValueError`` if less than one day is in the tail."""
    found = Scenarios(panel.names, np.ascontiguousarray(panel.values), confidence)
    if found.tail < 1:
        raise ValueError(
            f"{panel.days.size} days have no tail at a confidence of {confidence}: "
            f"at least {math.ceil(1 / (1 - confidence))} are needed"
        )
    return found
