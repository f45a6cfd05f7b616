"""An account holds one net position: lots of one strategy against each other have closed each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from mathematricks.accounting.lots import DOWN, round_down
from mathematricks.contracts.base import Side

from cerebro.domain.book_orders import Entry
from cerebro.domain.draft import Draft
from cerebro.domain.sizing import FINEST


def net_opposites(draft: Draft, strategy: str, instrument: str) -> None:
    """
    Let the strategy's open lots of opposite sides close each other, the oldest first.

    They come to be only where the opening half of a reversal overtook its closing half: the venue
    has netted both, and the exit then found nothing to reduce and gave its lot back.
    """
    stack = draft.stacks.get((strategy, instrument))
    if stack is None or not (stack.long_asked > 0 and stack.short_asked > 0):
        return
    longs, shorts = _open(draft, strategy, instrument, "BUY"), _open(draft, strategy, instrument, "SELL")
    long, short = next(longs, None), next(shorts, None)
    while long is not None and short is not None:
        units = min(long.filled - long.closed, short.filled - short.closed)
        draft.put_entry(_closed_by(long, units))
        draft.put_entry(_closed_by(short, units))
        long = draft.entries[long.terms.order_id]
        short = draft.entries[short.terms.order_id]
        long = next(longs, None) if long.spent else long
        short = next(shorts, None) if short.spent else short


def _open(draft: Draft, strategy: str, instrument: str, side: Side) -> Iterator[Entry]:
    """Yield ended entries with units that no exit has taken or may still give back, oldest first."""
    ids = list(draft.stacks[strategy, instrument].ids())
    for order_id in reversed(ids):
        entry = draft.entries.get(order_id)
        if entry is not None and entry.terms.side == side and not (entry.working or entry.spent or entry.claims):
            yield entry


def _closed_by(entry: Entry, units: Decimal) -> Entry:
    asked = DOWN.divide(DOWN.multiply(entry.terms.asked, units), entry.filled)
    asked_closed = min(entry.terms.asked, entry.asked_closed + round_down(asked, FINEST))
    return replace(entry, exited=entry.exited + units, asked_closed=asked_closed)
