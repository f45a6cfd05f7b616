"""
The book's CVaR with and without a candidate, from the aligned return history of its strategies.

A strategy's exposure is the capital it has at work as a share of equity; the book's return of a past
day is the exposures times that day's returns. See docs/allocation.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from mathematricks.quant.measures import tail_count
from mathematricks.quant.returns import Floats

ROUNDS = 60
"""Newton's steps on a convex, piecewise linear function end after a few; more would be a bug."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """
    Aligned daily returns of strategies, as fractions.

    Attributes:
        history_id: Hash of its content, by which decisions refer to it.
        names: The N strategies, in the order of the columns.
        returns: T × N.
    """

    history_id: str
    names: tuple[str, ...]
    returns: Floats

    def knows(self, strategy: str) -> bool:
        """Whether the strategy's returns are in it."""
        return strategy in self.names

    def of(self, strategy: str) -> Floats:
        """Return the T returns of a strategy that it knows."""
        column: Floats = self.returns[:, self.names.index(strategy)]
        return column

    def book(self, exposures: Mapping[str, float]) -> Floats:
        """Return the T returns of a book with these *exposures*, shares of equity; unknown strategies add nothing."""
        returns: Floats = self.returns @ np.array([exposures.get(name, 0.0) for name in self.names])
        return returns


@dataclass(frozen=True, slots=True, eq=False)
class TailView:
    """
    What the history says of the strategy that opens, and of the book it joins.

    Attributes:
        own: T returns of the strategy.
        share: Its exposure before the entry, a share of *equity*.
        book: T returns of the whole book before the entry.
        equity: Of all accounts of the mode, in base currency.
        wanted: Sets before any cap: no more is ever asked.
    """

    own: Floats
    share: float
    book: Floats
    equity: Decimal
    wanted: Decimal

    @property
    def others(self) -> Floats:
        """The returns of the book without the strategy."""
        rest: Floats = self.book - self.share * self.own
        return rest


def view_of(
    history: History, strategy: str, at_work: Mapping[str, Decimal], equity: Decimal, wanted: Decimal
) -> TailView:
    """Return the view of *strategy*; *at_work* is the capital that each strategy ties up, in base currency."""
    whole = float(equity)
    exposures = {name: float(capital) / whole for name, capital in at_work.items()}
    return TailView(history.of(strategy), exposures.get(strategy, 0.0), history.book(exposures), equity, wanted)


@dataclass(frozen=True, slots=True)
class Tail:
    """
    CVaR of a book along a candidate, at one size: shares of equity per day, positive for a loss.

    Attributes:
        slope: What one set more adds to it.
    """

    cvar: float
    slope: float


@dataclass(frozen=True, slots=True)
class Room:
    """
    How much of a candidate the CVaR limit leaves.

    Attributes:
        sets: The largest number of sets, at most what was wanted, that keeps the limit.
        before: CVaR of the book as it is.
        after: CVaR of the book with *sets* of the candidate.
        contribution: What the candidate's sets contribute to *after* (Euler: sets × slope).
    """

    sets: float
    before: float
    after: float
    contribution: float


def tail_at(book: Floats, one_set: Floats, sets: float, confidence: float) -> Tail:
    """Return CVaR and its slope for T returns of a book and of one set of a candidate."""
    losses = -(book + sets * one_set)
    count = tail_count(losses.size, confidence)
    inside = math.ceil(count)
    worst = np.argpartition(losses, losses.size - inside)[losses.size - inside :]
    tail = losses[worst]
    edge = int(np.argmin(tail))
    surplus = inside - count  # the last day counts by the part of it that belongs to the tail
    steps = -one_set[worst]
    return Tail(
        float((tail.sum() - surplus * tail[edge]) / count), float((steps.sum() - surplus * steps[edge]) / count)
    )


def room_for(book: Floats, one_set: Floats, wanted: float, limit: float, confidence: float) -> Room:
    """
    Return how many of *wanted* sets keep the book's CVaR within *limit*.

    Where the limit is passed already, only what does not raise CVaR further is left: a candidate that
    lowers the risk of the book is never refused for it. CVaR is convex in the size, so Newton's steps
    from the wanted size come down to the largest that fits and never pass below it.
    """
    before = tail_at(book, one_set, 0.0, confidence)
    most = max(limit, before.cvar)
    sets, tail = wanted, tail_at(book, one_set, wanted, confidence)
    for _ in range(ROUNDS):
        if tail.cvar <= most * (1 + 1e-12) or sets <= 0:
            break
        if tail.slope <= 0:
            sets = 0.0
            break
        sets = max(0.0, sets - (tail.cvar - most) / tail.slope)
        tail = tail_at(book, one_set, sets, confidence)
    if sets <= 0:
        return Room(0.0, before.cvar, before.cvar, 0.0)
    return Room(sets, before.cvar, tail.cvar, sets * tail.slope)


def contributions(history: History, exposures: Mapping[str, float], confidence: float) -> dict[str, float]:
    """Return what each strategy with an exposure contributes to the book's CVaR per day; their sum is the CVaR."""
    book = history.book(exposures)
    held = {name: share for name, share in exposures.items() if share and history.knows(name)}
    return {name: tail_at(book, share * history.of(name), 0.0, confidence).slope for name, share in held.items()}


def resemblance(others: Floats, own: Floats) -> float | None:
    """Return the correlation of T returns with T others; None where either hardly moves."""
    centred, moved = others - others.mean(), own - own.mean()
    size = math.sqrt(float(centred @ centred) * float(moved @ moved))
    return float(centred @ moved) / size if size > 1e-18 else None
