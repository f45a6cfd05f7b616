"""The bundled tables, read once."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from execution.domain.instruments import Reference


@cache
def reference() -> Reference:
    """Return the table of instruments that comes with the package."""
    table = _table("instruments.json")
    leverage = {symbol: Decimal(factor) for symbol, factor in table["leverage"].items()}
    return Reference(table["futures"], table["crypto"], leverage)


@cache
def first_prices() -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Return where a simulated market begins: by instrument, and by root of a future."""
    table = _table("seeds.json")
    return _decimals(table["instruments"]), _decimals(table["futures"])


def _decimals(prices: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(price) for name, price in prices.items()}


def _table(name: str) -> dict[str, Any]:
    text = files("execution.reference").joinpath(name).read_text("utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
