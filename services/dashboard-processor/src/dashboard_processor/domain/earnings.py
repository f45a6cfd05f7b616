"""What a ledger entry earned, in another currency than its own, and to which signals that is owed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from functools import cached_property

from mathematricks.accounting.position import EXACT, booked

from dashboard_processor.domain.payouts import Movement

RateSeries = Mapping[tuple[str, str], Sequence[tuple[datetime, Decimal]]]
"""By account and currency: what one unit was worth in the account's base currency, oldest first."""


@dataclass(frozen=True)
class Entry:
    """
    The part of a ledger entry that money owed depends on.

    ``realized`` and ``commission`` are in ``currency``, the quote currency; the others in ``base_currency``,
    converted at the fill's own rate.
    """

    entry_id: str
    account: str
    strategy_id: str
    made_at: datetime
    booked_at: datetime
    currency: str
    base_currency: str
    realized: Decimal
    commission: Decimal
    realized_base: Decimal
    commission_base: Decimal
    signal_id: str | None = None
    order_id: str | None = None

    @cached_property
    def net_base(self) -> Decimal:
        """Realised P&L less commission, base currency."""
        with localcontext(EXACT):
            return self.realized_base - self.commission_base


def needs_rate(entry: Entry, currency: str) -> bool:
    """Return whether *entry* tells nothing in *currency* by itself."""
    return currency not in (entry.currency, entry.base_currency)


def earned(entry: Entry, currency: str, rates: RateSeries) -> Decimal | None:
    """
    Return what *entry* earned less commission in *currency*, at its own fill's rate.

    Where neither quote nor base currency is *currency*: from base at the last rate that the account's
    broker reported before the fill; None where it never did.
    """
    with localcontext(EXACT):
        if currency == entry.base_currency:
            return entry.net_base
        if currency == entry.currency:
            return entry.realized - entry.commission
        rate = _rate_at(entry.made_at, rates.get((entry.account, currency), ()))
        return None if rate is None else booked(entry.net_base / rate)


def movements(entries: Sequence[Entry], currency: str, rates: RateSeries) -> tuple[list[Movement], list[Entry]]:
    """Return what *entries* earned in *currency*, and those that no known rate can tell in it."""
    told, untold = [], []
    for entry in entries:
        amount = earned(entry, currency, rates)
        if amount is None:
            untold.append(entry)
        else:
            told.append(Movement(entry.entry_id, entry.made_at, entry.booked_at, amount))
    return told, untold


def _rate_at(moment: datetime, series: Sequence[tuple[datetime, Decimal]]) -> Decimal | None:
    place = bisect_right(series, moment, key=lambda point: point[0])
    return series[place - 1][1] if place and series[place - 1][1] > 0 else None
