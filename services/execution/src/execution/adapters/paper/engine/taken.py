"""What orders took of the newest quotes: a quote shows its size once, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import get_args

from mathematricks.contracts.base import Side
from mathematricks.contracts.instruments import Quote

from execution.adapters.paper.engine.money import ZERO
from execution.adapters.paper.engine.orders import PaperOrder

Taken = Mapping[tuple[str, Side], tuple[datetime, Decimal]]
"""By instrument and the taker's side: the time of the quote last traded on, and what was taken of it."""


def taken_of(quote: Quote | None, accounts: Iterable[Taken]) -> dict[Side, Decimal]:
    """Return what these accounts took of *quote*, by side."""
    if quote is None:
        return {}
    found = list(accounts)
    return {side: sum((gone(taken, quote, side) for taken in found), ZERO) for side in get_args(Side)}


def gone(taken: Taken, quote: Quote, side: Side) -> Decimal:
    """Return what is gone of *quote* on that side."""
    at, size = taken.get((quote.instrument, side), (None, ZERO))
    return size if at == quote.at else ZERO


def with_order(taken: Taken, order: PaperOrder) -> Taken:
    """Return *taken* with what *order* took of the quote it last traded on."""
    at, key = order.quote_at, (order.instrument.instrument, order.asked.side)
    if at is None:
        return taken
    known, size = taken.get(key, (at, ZERO))
    return taken if known > at else {**taken, key: (at, order.taken + (size if known == at else ZERO))}
