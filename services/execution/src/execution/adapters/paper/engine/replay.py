"""Replay: a book made again from a checkpoint and the orders stored since."""

from __future__ import annotations

from collections.abc import Iterable

from execution.adapters.paper.engine.accounts import Account, booked
from execution.adapters.paper.engine.book import Book
from execution.adapters.paper.engine.money import exact
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.taken import Taken, with_order


@exact
def replayed(account: Account, filled: Iterable[PaperOrder], working: Iterable[PaperOrder], orders: int) -> Book:
    """
    Return the book that the stored orders make.

    Args:
        account: As deposited, or a checkpoint.
        filled: Orders with fills since that checkpoint and shortly before; their earlier fills are skipped.
        working: Orders that work.
        orders: Number of the last order that arrived.
    """
    stored = list(filled)
    fills = [(fill, order) for order in stored for fill in order.fills if fill.venue_seq > account.seq]
    for fill, order in sorted(fills, key=lambda pair: (pair[0].venue_seq, pair[0].execution_id)):
        account = booked(account, order, fill)
    oldest_first = sorted(working, key=lambda order: order.number)
    taken: Taken = {}
    for order in stored:
        taken = with_order(taken, order)
    return Book(account, {order.id: order for order in oldest_first}, orders, taken)
