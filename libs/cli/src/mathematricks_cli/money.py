"""Amounts and shares as the operator writes them: ``USD=10000000``, ``Momentum=20``."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from mathematricks_cli.faults import OperatorFault

DEFAULT_CASH = "USD=10000000"


class AmountInvalid(OperatorFault):
    """It is not NAME=NUMBER."""


def amounts_of(written: Iterable[str], example: str) -> dict[str, Decimal]:
    """Return the number of each name in *written*, e.g. ``["USD=100", "EUR=5"]``; raise ``AmountInvalid``."""
    return dict(_amount(each, example) for each in written)


def cash_of(written: Iterable[str]) -> dict[str, str]:
    """Return the amount of each currency; several may be written with commas between them."""
    parts = [part for each in written for part in each.split(",")]
    return {currency.upper(): str(amount) for currency, amount in amounts_of(parts, DEFAULT_CASH).items()}


def _amount(written: str, example: str) -> tuple[str, Decimal]:
    name, equals, number = written.rpartition("=")
    try:
        amount = Decimal(number)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not (name.strip() and equals and amount.is_finite() and amount >= 0):
        raise AmountInvalid(f"{written!r} is not NAME=NUMBER, for example {example}")
    return name.strip(), amount
