"""Time-weighted return from struck unit prices: by month, by year and since inception."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import TypeVar

Prices = Mapping[date, Decimal]
DIGITS = 60
K = TypeVar("K")


def since_inception(prices: Prices) -> Decimal:
    """Return as a fraction from the first strike to the last; ValueError without a strike."""
    if not prices:
        raise ValueError("no unit price was struck")
    return _growth(prices[min(prices)], prices[max(prices)])


def by_month(prices: Prices) -> dict[tuple[int, int], Decimal]:
    """Return as a fraction of each (year, month); the first counts from the first strike."""
    return _by_period({(day.year, day.month): prices[day] for day in sorted(prices)}, prices)


def by_year(prices: Prices) -> dict[int, Decimal]:
    """Return as a fraction of each year; the first counts from the first strike."""
    return _by_period({day.year: prices[day] for day in sorted(prices)}, prices)


def _by_period(closes: Mapping[K, Decimal], prices: Prices) -> dict[K, Decimal]:
    opening = prices[min(prices)] if prices else Decimal(0)
    starts = [opening, *closes.values()]
    return {key: _growth(start, close) for (key, close), start in zip(closes.items(), starts, strict=False)}


def _growth(start: Decimal, end: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = DIGITS
        return end / start - 1
