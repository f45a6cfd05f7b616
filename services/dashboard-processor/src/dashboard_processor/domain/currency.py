"""Currencies: amounts in one currency told in another, by the rates the brokers reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rates:
    """What one unit of the first currency is worth in the second, by pair."""

    known: Mapping[tuple[str, str], Decimal]

    def convert(self, amount: Decimal, source: str, target: str) -> Decimal | None:
        """
        Return *amount* of *source* in *target*; None where no rate is known.

        Within one currency it stays exact to the last digit, otherwise it is rounded to the cent.
        """
        if source == target:
            return amount
        rate = self.known.get((source, target))
        return None if rate is None else (amount * rate).quantize(CENT, ROUND_HALF_EVEN)


def rates_of(reported: Iterable[tuple[str, Mapping[str, Decimal]]]) -> Rates:
    """Return every rate in *reported* (base currency, value of each other one in it), and its inverse."""
    known: dict[tuple[str, str], Decimal] = {}
    for base, rates in reported:
        for currency, rate in rates.items():
            if rate > 0:
                known[currency, base] = rate
                known.setdefault((base, currency), 1 / rate)
    return Rates(known)


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return *part* of *whole* times 100, rounded half-even to two decimals; None of nothing or less."""
    if whole <= 0:
        return None
    return (part / whole * HUNDRED).quantize(CENT, ROUND_HALF_EVEN)
