"""Decimal <-> Decimal128, exact as in the driver and several times faster: a record holds dozens of them."""

from __future__ import annotations

import struct
from decimal import Context, Decimal
from functools import lru_cache

from bson.decimal128 import Decimal128

_EXACT = Context(prec=40, Emin=-10_000, Emax=10_000)
_BIAS = 6176
_LARGEST = 10**34
_WORDS = struct.Struct("<QQ")
_LOW = (1 << 64) - 1
_SPECIAL = 0b11 << 61


def to_decimal128(value: Decimal) -> Decimal128:
    """Return *value* as MongoDB stores it; raise ``decimal.Inexact`` if it has more than 34 digits."""
    return _packed(str(value))


@lru_cache(maxsize=4096)
def _packed(text: str) -> Decimal128:
    """By its text, which tells 1.0 from 1.00 as equality does not; a few numbers make up most of them."""
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -_BIAS <= exponent <= 6111:
        return Decimal128(value)
    coefficient = int(_EXACT.scaleb(value.copy_abs(), -exponent)) if len(text) < 40 else _LARGEST
    if coefficient >= _LARGEST:
        return Decimal128(value)
    high = coefficient >> 64 | exponent + _BIAS << 49 | value.is_signed() << 63
    return Decimal128.from_bid(_WORDS.pack(coefficient & _LOW, high))


def to_decimal(stored: Decimal128) -> Decimal:
    """Return the exact number that MongoDB stored."""
    low, high = _WORDS.unpack(stored.bid)
    if high & _SPECIAL == _SPECIAL:
        return stored.to_decimal()
    value = _EXACT.scaleb(Decimal((high & (1 << 49) - 1) << 64 | low), (high >> 49 & 0x3FFF) - _BIAS)
    return value.copy_negate() if high >> 63 else value
