"""Exact decimals: the venue reckons with the 34 digits that MongoDB stores."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN)
ZERO = Decimal(0)

_FIAT = (
    "AED ARS AUD BRL CAD CHF CLP CNH CNY COP CZK DKK EUR GBP HKD HUF IDR ILS INR JPY KRW MXN MYR NOK NZD PHP PLN "
    "RON RUB SAR SEK SGD THB TRY TWD USD ZAR"
)
FIAT = frozenset(_FIAT.split())
"""Currencies reckoned to the cent; what is not here is a coin."""
_CENT = Decimal("0.01")
_SATOSHI = Decimal("0.00000001")
_FINE = Decimal("1E-12")

P = ParamSpec("P")
R = TypeVar("R")


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run *function* with 34 digits, whatever the caller's decimal context is."""

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return within


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Return *amount* to the cent, or to 8 decimals where *currency* is a coin; half to even."""
    return _on(amount, _CENT if currency in FIAT else _SATOSHI)


def round_figure(amount: Decimal) -> Decimal:
    """Return a figure of a summary to 8 decimals: what was converted at a rate has no last digit."""
    return _on(amount, _SATOSHI)


def round_cost(amount: Decimal) -> Decimal:
    """
    Return a share of a position's cost to 12 decimals.

    A third of a cost has no last digit. Cutting it here, once, keeps every later sum exact, so
    that cash is conserved to the last digit.
    """
    return _on(amount, _FINE)


def _on(amount: Decimal, step: Decimal) -> Decimal:
    try:
        return amount.quantize(step)
    except InvalidOperation:  # an absurdly large amount: its 34 digits end before that step
        return +amount
