"""The days that a simulation lives through: as they were, drawn anew in blocks, or under stress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from mathematricks.contracts.sandbox import Scenario
from mathematricks.quant.returns import Days, Floats, Series, align
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
DRAWN_FROM = 252
"""Days that all strategies must share, to be drawn from."""


class NoWorld(ValueError):
    """The scenario cannot be made of these histories; the text says why."""


@dataclass(frozen=True, eq=False)
class World:
    """
    Daily returns that are lived through.

    Attributes:
        days: The T days on which anything happened, increasing.
        values: T × N, 0 where a strategy did not trade; *names* are the columns.
        on: T × N, whether it has a return of that day.
        first, last: T-indexes of each strategy's first and last day; outside it is unknown, not idle.
        begin: T-index of the first day that may be traded.
    """

    names: tuple[str, ...]
    days: Days
    values: Floats
    on: Bools
    first: tuple[int, ...]
    last: tuple[int, ...]
    begin: int = 0

    def alive(self, place: int, day: int) -> bool:
        """Whether the strategy in column *place* still has returns to come on *day*."""
        return self.first[place] <= day <= self.last[place]

    def series(self, place: int, until: int) -> Series:
        """Return what was known before day *until* of the strategy in column *place*."""
        on = self.on[:until, place]
        return Series(self.names[place], self.days[:until][on], self.values[:until, place][on])


def world_of(members: Sequence[Series], scenario: Scenario, path: int = 0) -> World:
    """
    Return the world of *scenario*; *path* numbers the histories drawn.

    Raises:
        NoWorld: it cannot be made of these histories.
    """
    if scenario.kind == "bootstrapped":
        return _from(_drawn(members, scenario, path), scenario)
    lived = [_until(one, scenario.end) for one in members]
    lived = [one for one in lived if one.days.size]
    if not lived:
        raise NoWorld(f"no strategy has a return until {scenario.end}")
    return _from(_stressed(lived, scenario) if scenario.kind == "stressed" else lived, scenario)


def _until(series: Series, end: str | None) -> Series:
    if end is None:
        return series
    kept = series.days <= np.datetime64(end, "D")
    return Series(series.name, series.days[kept], series.values[kept])


def _from(members: Sequence[Series], scenario: Scenario) -> World:
    days = np.unique(np.concatenate([one.days for one in members]))
    values, on = np.zeros((days.size, len(members))), np.zeros((days.size, len(members)), dtype=bool)
    for column, one in enumerate(members):
        rows = np.searchsorted(days, one.days)
        values[rows, column], on[rows, column] = one.values, True
    first = tuple(int(np.searchsorted(days, one.days[0])) for one in members)
    last = tuple(int(np.searchsorted(days, one.days[-1])) for one in members)
    world = World(tuple(one.name for one in members), days, values, on, first, last)
    begin = scenario.start if scenario.start and scenario.kind != "bootstrapped" else None
    return replace(world, begin=int(np.searchsorted(days, np.datetime64(begin, "D")))) if begin else world


def _drawn(members: Sequence[Series], scenario: Scenario, path: int) -> list[Series]:
    """
    Draw blocks of days that all strategies share, each block with all of them: they stay as alike as they were.

    Source: Künsch, The jackknife and the bootstrap for general stationary observations (1989); blocks go round.
    """
    try:
        panel = align(list(members))
    except ValueError as why:
        raise NoWorld(str(why)) from why
    shared = panel.days.size
    if shared < DRAWN_FROM:
        raise NoWorld(f"the strategies share {shared} days; {DRAWN_FROM} are needed to draw from")
    wanted = scenario.days or shared
    rng = np.random.default_rng([scenario.seed, path])
    starts = rng.integers(0, shared, -(-wanted // scenario.block))
    rows = ((starts[:, None] + np.arange(scenario.block)) % shared).ravel()[:wanted]
    days = np.busday_offset(panel.days[0], np.arange(wanted), roll="forward").astype("datetime64[D]")
    return [Series(name, days, panel.values[rows, column]) for column, name in enumerate(panel.names)]


def _stressed(members: Sequence[Series], scenario: Scenario) -> list[Series]:
    """
    Make the days wilder, more alike, worse, and let all fall together on some of them.

    A return is its mean, less the haircut, plus its deviation z standardised, pulled towards the common move
    c (the mean of all z of the day, standardised): (1 − p) z + p c, standardised again, times the wilder volatility.
    """
    plain = _from(members, Scenario())
    on = plain.on
    means = np.array([one.values.mean() for one in members])
    spreads = np.array([one.values.std() for one in members])
    deviations = np.where(on, (plain.values - means) / np.where(spreads > 0, spreads, 1.0), 0.0)
    common = deviations.sum(axis=1) / np.maximum(on.sum(axis=1), 1)
    common = common / (common.std() or 1.0)
    pulled = (1 - scenario.correlation) * deviations + scenario.correlation * common[:, None]
    pulled /= np.array([pulled[on[:, column], column].std() or 1.0 for column in range(len(members))])
    wild = spreads * scenario.volatility
    values = means * (1 - scenario.haircut) + wild * pulled
    rng = np.random.default_rng([scenario.seed, 1])
    fallen = rng.choice(plain.days.size, min(scenario.crashes, plain.days.size), replace=False)
    values[fallen] = np.minimum(values[fallen], -scenario.crash * wild)
    return [Series(one.name, one.days, values[on[:, column], column]) for column, one in enumerate(members)]
