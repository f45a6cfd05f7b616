"""What exits take of lots: claimed when decided, sized when their entries end, settled when they end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from mathematricks.accounting.lots import DOWN, ZERO, closing_quantity, round_down, spread_fill
from mathematricks.contracts.orders import LotClose

from cerebro.domain.book_orders import Entry, Exit
from cerebro.domain.draft import Draft
from cerebro.domain.sizing import FINEST


def claim(draft: Draft, closes: Iterable[LotClose]) -> None:
    """Take *closes* of their lots for an exit that is on its way."""
    for close in closes:
        if entry := draft.entries.get(close.lot):
            draft.put_entry(replace(_taken(entry, close), claims=entry.claims + 1))


def claim_noted(draft: Draft, close: LotClose) -> None:
    """Take a close too small to trade: the sender's units are gone, ours stay for the last exit."""
    if entry := draft.entries.get(close.lot):
        draft.put_entry(replace(entry, asked_closed=entry.asked_closed + close.asked))


def hand_back(draft: Draft, exit_: Exit) -> Exit:
    """Give back what *exit_* has taken, for another takes its place; return it superseded."""
    for close in exit_.closes:
        if entry := draft.entries.get(close.lot):
            draft.put_entry(_given_back(entry, close))
    return replace(exit_, superseded=True)


def size_waiting(draft: Draft, ended: str) -> None:
    """Size every exit that waited for the order *ended* and waits for no other."""
    waiting = [draft.exits[order_id] for order_id in draft.waiting.get(ended, ()) if order_id in draft.exits]
    for exit_ in sorted(waiting, key=lambda one: one.number):
        if not exit_.sized and all(_over(draft, order_id) for order_id in exit_.waits_for):
            _size(draft, exit_)


def size_as_told(draft: Draft, exit_: Exit, shares: Sequence[Decimal]) -> Exit:
    """Return *exit_* sized as execution has sized it, whatever was known here of its lots; unchanged before that."""
    known = [close.quantity for close in exit_.closes]
    if len(shares) != len(known) or known == list(shares):
        return exit_
    closes = tuple(_resized(draft, exit_, close, share) for close, share in zip(exit_.closes, shares, strict=True))
    sized = replace(exit_, closes=closes)
    draft.put_exit(sized)
    return sized


def settle(draft: Draft, exit_: Exit) -> None:
    """Forget an ended exit, and give back what it claimed but did not fill."""
    shares = [close.quantity or ZERO for close in exit_.closes]
    for close, covered in zip(exit_.closes, spread_fill(exit_.filled, shares), strict=True):
        if entry := draft.entries.get(close.lot):
            settled = _settled(entry, close, covered, exit_.superseded)
            draft.put_entry(replace(settled, claims=settled.claims - 1))
    draft.drop_exit(exit_)


def _taken(entry: Entry, close: LotClose) -> Entry:
    asked_closed = entry.asked_closed + close.asked
    if close.quantity is None:
        return replace(entry, asked_closed=asked_closed, asked_waiting=entry.asked_waiting + close.asked)
    return replace(entry, asked_closed=asked_closed, exited=entry.exited + close.quantity)


def _given_back(entry: Entry, close: LotClose) -> Entry:
    asked_closed = entry.asked_closed - close.asked
    if close.quantity is None:
        return replace(entry, asked_closed=asked_closed, asked_waiting=entry.asked_waiting - close.asked)
    return replace(entry, asked_closed=asked_closed, exited=entry.exited - close.quantity)


def _over(draft: Draft, order_id: str) -> bool:
    """Whether the order can change no more; what the book has forgotten cannot."""
    if entry := draft.entries.get(order_id):
        return not entry.working
    return order_id not in draft.exits or draft.exits[order_id].ended


def _size(draft: Draft, exit_: Exit) -> None:
    closes = tuple(close if close.quantity is not None else _sized(draft, exit_, close) for close in exit_.closes)
    sized = replace(exit_, closes=closes)
    draft.put_exit(sized)
    if sized.ended:
        settle(draft, sized)


def _sized(draft: Draft, exit_: Exit, close: LotClose) -> LotClose:
    entry = draft.entries.get(close.lot)
    if entry is None:
        return close.model_copy(update={"quantity": ZERO})
    return _resized(draft, exit_, close, closing_quantity(close, entry.filled, entry.closed, entry.terms.lot_step))


def _resized(draft: Draft, exit_: Exit, close: LotClose, quantity: Decimal) -> LotClose:
    sized = close.model_copy(update={"quantity": quantity})
    entry = draft.entries.get(close.lot)
    if entry is not None and not exit_.superseded:
        draft.put_entry(_taken(_given_back(entry, close), sized))
    return sized


def _settled(entry: Entry, close: LotClose, covered: Decimal, superseded: bool) -> Entry:
    """Leave *entry* with what the exit really took; a superseded one had given everything back."""
    if not close.quantity:
        return entry
    asked = round_down(DOWN.divide(DOWN.multiply(close.asked, covered), close.quantity), FINEST)
    really = close.model_copy(update={"asked": asked, "quantity": covered})
    return _taken(entry if superseded else _given_back(entry, close), really)
