"""Quotes: which are believable, and what one currency is worth in another by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.contracts.instruments import Instrument, Quote

PIVOT = "USD"
DEAREST = Decimal(10**9)
LARGEST = Decimal(10**12)
AHEAD = timedelta(minutes=1)
Mid = Callable[[str], Decimal | None]
"""Mid price of a currency pair by its six letters; None where it is not quoted."""


def rate(currency: str, base: str, mid: Mid) -> Decimal | None:
    """
    Return the value of one unit of *currency* in *base*; None where the quotes do not tell.

    Straight, else inverted, else over the dollar.
    """
    if currency == base:
        return Decimal(1)
    straight = _pair(currency, base, mid)
    if straight is not None or PIVOT in (currency, base):
        return straight
    first, second = _pair(currency, PIVOT, mid), _pair(PIVOT, base, mid)
    return first * second if first is not None and second is not None else None


def unbelievable(quote: Quote, instrument: Instrument | None, now: datetime) -> str | None:
    """Return what is wrong with *quote* of *instrument*, for whoever posted it; None where nothing is."""
    if instrument is None:
        return "the desk cannot trade this contract"
    if quote.instrument != quote.contract.key:
        return f"instrument must be the contract's key, {quote.contract.key}"
    if quote.currency != instrument.currency:
        return f"{quote.instrument} is quoted in {instrument.currency}"
    if quote.bid > quote.ask:
        return "bid must not be above ask"
    if not is_price(quote.bid, instrument) or not is_price(quote.ask, instrument):
        return "bid and ask must be prices: above zero (futures may be below) and under 1,000,000,000"
    if max(quote.bid_size or 0, quote.ask_size or 0) > LARGEST:
        return "sizes must not exceed 1,000,000,000,000 units"
    return "at must not lie in the future" if quote.at > now + AHEAD else None


def is_price(price: Decimal, instrument: Instrument) -> bool:
    """Return whether *price* can be one of *instrument*."""
    return abs(price) < DEAREST and (price > 0 or instrument.contract.type == "FUTURE")


def _pair(currency: str, base: str, mid: Mid) -> Decimal | None:
    price = mid(currency + base)
    if price is not None and price > 0:
        return price
    inverse = mid(base + currency)
    return 1 / inverse if inverse is not None and inverse > 0 else None
