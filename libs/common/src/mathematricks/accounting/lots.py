"""Lots: which entries an exit closes, in the sender's units, and what that is in ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.orders import LotClose

ZERO = Decimal(0)
DOWN = Context(prec=34, rounding=ROUND_DOWN)
"""Rounds towards zero, so that what is sized never exceeds what it is sized from."""


@dataclass(frozen=True, slots=True)
class Lot:
    """
    One entry as exits see it: the sender's units beside ours.

    Attributes:
        order_id: The entry's order, and the lot's name.
        external_id: The sender's signalID of the entry.
        side: Side of the entry; its exit has the opposite.
        asked: Units the sender meant, by his own account.
        asked_closed: Those of them that exits have taken.
        filled: Our units that the entry bought or sold, so far.
        closed: Our units that exits have taken, done or on their way.
        working: The entry may still fill, so that its exit cannot be sized yet.
        lot_step: Smallest tradable step of the instrument, in our units.
    """

    order_id: str
    signal_id: str
    external_id: str
    account: str
    side: Side
    asked: Decimal
    asked_closed: Decimal
    filled: Decimal
    closed: Decimal
    working: bool
    lot_step: Decimal

    @property
    def asked_open(self) -> Decimal:
        """The sender's units that no exit has taken."""
        return self.asked - self.asked_closed

    @property
    def open(self) -> Decimal:
        """Our units that no exit has taken."""
        return self.filled - self.closed


@dataclass(frozen=True, slots=True)
class Allotment:
    """What an exit takes of which lots, and the sender's units that found no lot."""

    closes: tuple[LotClose, ...]
    excess: Decimal


def is_named(lot: Lot, reference: str) -> bool:
    """Return whether *reference*, our signal id or the sender's signalID, names the entry of *lot*."""
    return reference in (lot.signal_id, lot.external_id)


def allot(newest_first: Sequence[Lot], quantity: Decimal | None, reference: str | None = None) -> Allotment:
    """
    Return what an exit of *quantity* sender's units closes of one strategy's lots in one instrument.

    The lot named by *reference* comes first (the newest, should several bear the name), then the
    others newest first, each up to what the sender still has open in it. No quantity closes all:
    all of the named lot, or every lot where none is named.

    Source: RULES 2.
    """
    named = next((lot for lot in newest_first if is_named(lot, reference)), None) if reference else None
    if quantity is None:
        everything = newest_first if named is None else (named,)
        return Allotment(tuple(_take(lot, lot.asked_open) for lot in everything if _has_any(lot)), ZERO)
    closes, left = [], quantity
    for lot in _in_turn(newest_first, named):
        taken = min(left, lot.asked_open)
        if taken > 0:
            closes.append(_take(lot, taken))
            left -= taken
    return Allotment(tuple(closes), left)


def closing_quantity(close: LotClose, filled: Decimal, already_closed: Decimal, lot_step: Decimal) -> Decimal:
    """
    Return how many of our units *close* takes of an entry that has ended with *filled* units.

    The sender's share of the lot, rounded down to *lot_step*; the close that empties the lot for
    the sender takes all that is left of it, so that any exits that sum to the entry end flat.

    Args:
        already_closed: Units of the lot that other exits have taken, done or on their way.
    """
    left = max(ZERO, filled - already_closed)
    if close.last:
        return left
    share = DOWN.divide(DOWN.multiply(filled, close.asked), close.lot_asked)
    return min(left, round_down(share, lot_step))


def round_down(quantity: Decimal, lot_step: Decimal) -> Decimal:
    """Return the largest whole number of *lot_step* that does not exceed *quantity* (not negative)."""
    return DOWN.multiply(DOWN.divide_int(quantity, lot_step), lot_step)


def spread_fill(filled: Decimal, shares: Iterable[Decimal]) -> tuple[Decimal, ...]:
    """Return how much of each of an exit's *shares* a fill of *filled* units has covered, in their order."""
    covered = []
    for share in shares:
        part = min(share, filled)
        covered.append(part)
        filled -= part
    return tuple(covered)


def _in_turn(newest_first: Sequence[Lot], named: Lot | None) -> Iterator[Lot]:
    if named is not None:
        yield named
    yield from (lot for lot in newest_first if lot is not named)


def _has_any(lot: Lot) -> bool:
    """Something is left in the sender's units, or of ours: what a fill that came late has left behind."""
    return lot.asked_open > 0 or (lot.open > 0 and not lot.working)


def _take(lot: Lot, taken: Decimal) -> LotClose:
    return LotClose(lot=lot.order_id, asked=taken, lot_asked=lot.asked, last=taken >= lot.asked_open)
