"""Time-weighted returns from struck unit prices: of each month, of each year, and since inception."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise

from mathematricks.accounting.units import WIDE
from mathematricks.contracts.money_views import Performance, RoiYear

ONE, HUNDRED = Decimal(1), Decimal(100)
HUNDREDTH = Decimal("0.01")
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Mark:
    """A unit price, and what was held from then on: of the fund all units, of a client its own."""

    at: datetime
    price: Decimal
    held: Decimal


@dataclass(frozen=True)
class Stretch:
    """What a unit grew by (1 is nothing) between two marks, while units were held."""

    begins: datetime
    ends: datetime
    growth: Decimal


def stretches(marks: Sequence[Mark]) -> list[Stretch]:
    """Return the growth between neighbours of *marks*, in order of time; where nothing was held there is none."""
    with localcontext(WIDE):
        return [
            Stretch(one.at, other.at, other.price / one.price)
            for one, other in pairwise(marks)
            if one.held > 0 and one.price > 0
        ]


def compounded(growths: Iterable[Decimal]) -> Decimal:
    """Return the return, as a fraction, of these growths one after the other."""
    with localcontext(WIDE):
        product = ONE
        for growth in growths:
            product *= growth
        return product - 1


def by_month(grown: Iterable[Stretch]) -> dict[tuple[int, int], Decimal]:
    """Return the return of each (year, month), as a fraction; a stretch belongs to the month it begins in, UTC."""
    months: dict[tuple[int, int], list[Decimal]] = {}
    for stretch in grown:
        begins = stretch.begins.astimezone(UTC)
        months.setdefault((begins.year, begins.month), []).append(stretch.growth)
    return {month: compounded(growths) for month, growths in months.items()}


def by_year(months: Mapping[tuple[int, int], Decimal]) -> dict[int, Decimal]:
    """Return the return of each year from its months', as a fraction."""
    years: dict[int, list[Decimal]] = {}
    for (year, _), grown in months.items():
        years.setdefault(year, []).append(grown + 1)
    return {year: compounded(growths) for year, growths in years.items()}


def annualized(total: Decimal, held: timedelta) -> Decimal | None:
    """Return *total* per year of 365 days, as a fraction; None under a year, or where everything is lost."""
    if held < A_YEAR or total <= -1:
        return None
    with localcontext(WIDE):
        return (total + 1) ** (Decimal(A_YEAR // timedelta(seconds=1)) / Decimal(held // timedelta(seconds=1))) - 1


def performance(grown: Sequence[Stretch], now: datetime) -> Performance:
    """Return every figure of returns that a page shows, in percent."""
    if not grown:
        return Performance()
    months = by_month(grown)
    years = by_year(months)
    total = compounded(stretch.growth for stretch in grown)
    held = sum((stretch.ends - stretch.begins for stretch in grown), timedelta())
    yearly = annualized(total, held)
    return Performance(
        since=grown[0].begins,
        total=percent(total),
        annualized=None if yearly is None else percent(yearly),
        month=_told(months.get((now.year, now.month))),
        year=_told(years.get(now.year)),
        years=tuple(_row(year, months, years[year]) for year in sorted(years, reverse=True)),
    )


def percent(fraction: Decimal) -> Decimal:
    """Return *fraction* times 100, to two decimals, half-even; nothing has no sign."""
    with localcontext(WIDE):
        return (fraction * HUNDRED).quantize(HUNDREDTH, ROUND_HALF_EVEN) + 0


def _row(year: int, months: Mapping[tuple[int, int], Decimal], total: Decimal) -> RoiYear:
    return RoiYear(year=year, months=tuple(_told(months.get((year, n))) for n in range(1, 13)), total=percent(total))


def _told(fraction: Decimal | None) -> Decimal | None:
    return None if fraction is None else percent(fraction)
