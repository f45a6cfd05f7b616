"""Return series, one per strategy, and the panel they form once aligned by date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]


class SeriesError(ValueError):
    """A series that cannot be used; the text says which and why."""


@dataclass(frozen=True, eq=False)
class Series:
    """
    Daily returns of one strategy as fractions, oldest first.

    Attributes:
        days: ``datetime64[D]``, strictly increasing, of the same length as *values*.
    """

    name: str
    days: Days
    values: Floats

    def __post_init__(self) -> None:
        if self.days.shape != self.values.shape or self.days.ndim != 1:
            raise SeriesError(f"{self.name}: {self.days.size} days and {self.values.size} returns")
        if self.days.size > 1 and not bool(np.all(self.days[1:] > self.days[:-1])):
            raise SeriesError(f"{self.name}: the days are not strictly increasing")
        if not bool(np.all(np.isfinite(self.values))):
            raise SeriesError(f"{self.name}: a return is not a number")


@dataclass(frozen=True, eq=False)
class Panel:
    """
    Returns of several strategies on the same days.

    Attributes:
        days: The T days, increasing.
        values: T × N, row-major: the returns of one day lie together.
        missing: For each strategy, the days it did not trade, which count as 0.
    """

    names: tuple[str, ...]
    days: Days
    values: Floats
    missing: tuple[int, ...]


def series_of(name: str, days: Days, values: Floats) -> Series:
    """Return the series of unordered *days*; raise ``SeriesError`` if a day comes twice."""
    order = np.argsort(days, kind="stable")
    return Series(name, days[order].astype("datetime64[D]"), np.asarray(values, dtype=float)[order])


def common_window(series: Sequence[Series]) -> tuple[np.datetime64, np.datetime64]:
    """
    Return the first and the last day on which every strategy is known.

    Before its first day and after its last a strategy is unknown, not idle.

    Raises:
        SeriesError: there is no such day.
    """
    if not series or any(one.days.size == 0 for one in series):
        raise SeriesError("a series is empty" if series else "there are no series")
    latest = max(series, key=lambda one: one.days[0])
    earliest = min(series, key=lambda one: one.days[-1])
    if latest.days[0] > earliest.days[-1]:
        raise SeriesError(
            f"no day is common to all: {latest.name} starts on {latest.days[0]}, "
            f"{earliest.name} ends on {earliest.days[-1]}"
        )
    return latest.days[0], earliest.days[-1]


def align(series: Sequence[Series]) -> Panel:
    """
    Return *series* on the days of their common window on which any of them traded.

    A day inside the window that a strategy did not trade is a return of 0.

    Raises:
        SeriesError: no common day, or two strategies of one name.
    """
    names = tuple(one.name for one in series)
    if len(set(names)) < len(names):
        raise SeriesError("two series have the same name")
    first, last = common_window(series)
    inside = [(one.days >= first) & (one.days <= last) for one in series]
    days = np.unique(np.concatenate([one.days[mask] for one, mask in zip(series, inside, strict=True)]))
    values = np.zeros((days.size, len(series)))
    for column, (one, mask) in enumerate(zip(series, inside, strict=True)):
        values[np.searchsorted(days, one.days[mask]), column] = one.values[mask]
    return Panel(names, days, values, tuple(int(days.size - mask.sum()) for mask in inside))


def extend(backtest: Series, live: Series) -> Series:
    """Return *backtest* with *live* returns after and over it: on each day the live one holds."""
    only = ~np.isin(backtest.days, live.days)
    days = np.concatenate([backtest.days[only], live.days])
    return series_of(backtest.name, days, np.concatenate([backtest.values[only], live.values]))


def growth(returns: Floats) -> Floats:
    """Return the value of 1 after each return; T or T × N. A NaN leaves it as it was."""
    return np.asarray(np.nancumprod(1.0 + returns, axis=0), dtype=np.float64)
