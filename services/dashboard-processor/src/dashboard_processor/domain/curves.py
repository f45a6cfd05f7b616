"""Curves: values over time with what their highest point has lost since, downsampled for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import Literal

from mathematricks.accounting.position import EXACT, ZERO
from mathematricks.contracts.money_views import CashMark, Curve, CurvePoint

from dashboard_processor.domain.roi import percent

MOST_POINTS = 300
ONE = Decimal(1)


@dataclass(frozen=True)
class Sample:
    """A value, and the index that its drawdown is measured by: flows of cash do not move it."""

    at: datetime
    value: Decimal
    index: Decimal


def curve(span: Literal["day", "month", "all"], samples: Sequence[Sample], flows: Sequence[CashMark] = ()) -> Curve:
    """Return *samples*, oldest first, as a curve of 300 points or little more; flows outside of it are left out."""
    points, peak = [], ZERO
    for sample in {sample.at: sample for sample in samples}.values():  # of one moment the last
        peak = max(peak, sample.index)
        lost = sample.index / peak - 1 if peak > 0 else ZERO
        points.append(CurvePoint(at=sample.at, value=sample.value, drawdown=percent(lost)))
    shown = tuple(points[n] for n in _kept(points))
    begins = shown[0].at if shown else None
    return Curve(span=span, points=shown, flows=tuple(each for each in flows if begins and each.at >= begins))


def summed(series: Iterable[Sequence[tuple[datetime, Decimal]]]) -> list[tuple[datetime, Decimal]]:
    """Return the sum of several series, each oldest first; each keeps its last value until its next."""
    by_time: dict[datetime, dict[int, Decimal]] = {}
    for number, points in enumerate(series):
        for at, value in points:
            by_time.setdefault(at, {})[number] = value
    held: dict[int, Decimal] = {}
    total = []
    for at in sorted(by_time):
        held |= by_time[at]
        total.append((at, sum(held.values(), ZERO)))
    return total


def indexed(values: Sequence[tuple[datetime, Decimal]], flows: Sequence[CashMark]) -> list[Sample]:
    """Return *values* with an index that grows as they do, but for the *flows* of cash between them."""
    samples, index, before = list[Sample](), ONE, None
    coming = sorted(flows, key=lambda flow: flow.at)
    place = 0
    with localcontext(EXACT):
        for at, value in values:
            cash = ZERO
            while place < len(coming) and coming[place].at <= at:
                cash += coming[place].amount if before is not None else ZERO
                place += 1
            if before is not None and before > 0:
                index = (index * (value - cash) / before).quantize(Decimal("1E-18"))
            samples.append(Sample(at, value, index))
            before = value
    return samples


def in_currency(
    points: Iterable[tuple[datetime, Decimal, str, Mapping[str, Decimal]]], currency: str
) -> list[tuple[datetime, Decimal]]:
    """Return an account's equity points in *currency*; those that no rate tells in it are left out."""
    told = []
    for at, equity, base, rates in points:
        worth = told_in(currency, equity, base, rates)
        if worth is not None:
            told.append((at, worth))
    return told


def told_in(currency: str, amount: Decimal, base: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """Return *amount* of *base* in *currency*, to the cent, by what currencies are worth in *base*; None: unknown."""
    if base == currency:
        return amount
    rate = rates.get(currency)
    with localcontext(EXACT):
        return (amount / rate).quantize(Decimal("0.01")) if rate and rate > 0 else None


def _kept(points: Sequence[CurvePoint]) -> list[int]:
    """Every n-th place, and those of the first, the last, the highest, the lowest and the deepest fall."""
    if len(points) <= MOST_POINTS:
        return list(range(len(points)))
    places = range(len(points))
    marks = {
        0,
        len(points) - 1,
        max(places, key=lambda n: points[n].value),
        min(places, key=lambda n: points[n].value),
        min(places, key=lambda n: points[n].drawdown),
    }
    return sorted(marks | set(range(0, len(points), -(-len(points) // MOST_POINTS))))
