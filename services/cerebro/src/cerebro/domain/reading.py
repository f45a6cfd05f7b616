"""What a decision reads of the book: only what its signal can touch, so that it can be stored whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mathematricks.accounting.lots import Lot, is_named
from mathematricks.contracts.base import Side, opposite
from mathematricks.contracts.signals import Leg, StandardSignal
from mathematricks.contracts.strategies import Sizing

from cerebro.domain.book import Book
from cerebro.domain.book_orders import Account, Entry, Exit
from cerebro.domain.inputs import BookSlice, Cancellable, Holding, Standing

ENTRIES = ("ENTRY", "SCALE_IN")
EXITS = ("EXIT", "SCALE_OUT")


def read_book(book: Book, signal: StandardSignal, account: str | None, sizing: Sizing | None = None) -> BookSlice:
    """
    Return what a decision on *signal*, traded on *account*, reads of *book*.

    Args:
        sizing: The strategy's configured kind; ``target`` may close more than the signal's quantity.
    """
    by_instrument: dict[str, list[Leg]] = {}
    for leg in signal.legs:
        by_instrument.setdefault(leg.instrument, []).append(leg)
    strategy = signal.strategy_id
    return BookSlice(
        portfolio=book.portfolio,
        hash=book.hash,
        account=account,
        standings=tuple(standings_of(book, account)),
        in_use=book.in_use.get(strategy, Decimal(0)),
        holdings={name: _holding(book, signal, legs, sizing) for name, legs in by_instrument.items()},
        tombstones=tuple(one for one in book.tombstones if one.strategy_id == strategy),
    )


def may_reduce(book: Book, signal: StandardSignal) -> bool:
    """Return whether *signal* closes or cancels, in every leg: then it is decided first."""
    if signal.signal_type is not None:
        return signal.signal_type not in ENTRIES
    return signal.entry_ref is not None or all(_opposes(book, signal.strategy_id, leg) for leg in signal.legs)


def _opposes(book: Book, strategy: str, leg: Leg) -> bool:
    stack = book.stack(strategy, leg.instrument)
    net = stack.long_asked - stack.short_asked
    return net < 0 if leg.action == "BUY" else net > 0


def standings_of(book: Book, traded: str | None) -> Iterator[Standing]:
    """Yield the accounts of *book*, with rates into the base currency of the one *traded* on."""
    base = book.accounts.get(traded) if traded else None
    for name, account in sorted(book.accounts.items()):
        yield Standing(
            account=name,
            base_currency=account.base_currency,
            equity=account.equity,
            initial_margin=account.initial_margin,
            reserved=book.reserved_for(name),
            rate=_rate(account, base),
            as_of=account.as_of,
        )


def _rate(account: Account, base: Account | None) -> Decimal | None:
    """Return the value of the account's base currency in *base*'s."""
    if base is None or account.base_currency == base.base_currency:
        return Decimal(1)
    if rate := dict(base.rates).get(account.base_currency):
        return rate
    inverse = dict(account.rates).get(base.base_currency)
    return Decimal(1) / inverse if inverse else None


def _holding(book: Book, signal: StandardSignal, legs: Sequence[Leg], sizing: Sizing | None) -> Holding:
    strategy, instrument = signal.strategy_id, legs[0].instrument
    stack = book.stack(strategy, instrument)
    exits = [book.exits[order_id] for order_id in stack.exits]
    held = Holding(
        long_asked=stack.long_asked,
        short_asked=stack.short_asked,
        units=stack.units,
        leaving=_leaving(exits) if may_open(signal) else {},
    )
    if not _may_close(book, signal, legs, sizing):
        return held
    resting = tuple(exit_ for exit_ in reversed(exits) if exit_.resting)
    if signal.signal_type == "CANCEL":
        return replace(held, resting=resting, cancellable=_cancellable(book, strategy, instrument, resting))
    reached = list(_reached(book, signal, _Need.of(book, signal, legs, sizing), resting))
    stakes = {one.terms.order_id: one.at_stake * one.terms.capital_per_unit for one in reached}
    lots = tuple(_untaken(one.lot(), exits) for one in reached)
    return replace(held, lots=lots, stakes=stakes, resting=resting)


def _untaken(lot: Lot, exits: Sequence[Exit]) -> Lot:
    """What an exit on its way takes of a lot is its, though nobody knows its units before it is sized."""
    leaving = [exit_ for exit_ in exits if exit_.order_type == "MARKET" and not exit_.ended]
    unsized = any(close.lot == lot.order_id and close.quantity is None for exit_ in leaving for close in exit_.closes)
    return replace(lot, closed=lot.filled) if unsized and lot.asked_open <= 0 else lot


def may_open(signal: StandardSignal) -> bool:
    """Return whether *signal* may open a position: it says so, or leaves it to be inferred."""
    return signal.signal_type in ENTRIES or (signal.signal_type is None and signal.entry_ref is None)


def _leaving(exits: Sequence[Exit]) -> dict[Side, tuple[str, ...]]:
    leaving: dict[Side, tuple[str, ...]] = {}
    for exit_ in exits:
        if exit_.order_type == "MARKET" and not exit_.ended:
            leaving[exit_.side] = (*leaving.get(exit_.side, ()), exit_.order_id)
    return leaving


def _may_close(book: Book, signal: StandardSignal, legs: Sequence[Leg], sizing: Sizing | None) -> bool:
    """Entries, named so or inferred, close only what opposes them."""
    if signal.signal_type is not None and signal.signal_type not in ENTRIES:
        return True
    if signal.entry_ref is not None or sizing == "target" or len(legs) > 1:
        return True
    return _opposes(book, signal.strategy_id, legs[0])


@dataclass(frozen=True, slots=True)
class _Need:
    """What the legs in one instrument may close: *quantity* of the sender's units (None: all) on *side*."""

    instrument: str
    quantity: Decimal | None
    side: Side
    named: Entry | None

    @classmethod
    def of(cls, book: Book, signal: StandardSignal, legs: Sequence[Leg], sizing: Sizing | None) -> _Need:
        instrument = legs[0].instrument
        quantities = [leg.quantity for leg in legs if leg.quantity is not None]
        everything = sizing == "target" or len(legs) > 1 or not quantities
        named = _named(book, signal, instrument)
        side = named.terms.side if named else closable(book, signal.strategy_id, legs[0])
        return cls(instrument, None if everything else quantities[0], side, named)


def _reached(book: Book, signal: StandardSignal, need: _Need, resting: Sequence[Exit]) -> Iterator[Entry]:
    """Yield, newest first, the entries the need may reach, the named one and those that resting exits hold."""
    wanted = {close.lot for exit_ in resting for close in exit_.closes}
    if need.named is not None:
        wanted.add(need.named.terms.order_id)
    left = need.quantity
    for entry in book.entries_of(signal.strategy_id, need.instrument):
        reached = (left is None or left > 0) and entry.terms.side == need.side and not entry.spent
        if reached or entry.terms.order_id in wanted:
            yield entry
            wanted.discard(entry.terms.order_id)
        if reached and left is not None:
            left -= entry.asked_open
        if left is not None and left <= 0 and not wanted:
            return


def closable(book: Book, strategy: str, leg: Leg) -> Side:
    """
    Return the side of the entries that the leg closes: opposite to it, unless there are none but its own.

    What a resting exit holds is there: a newer exit may take its place.
    """
    stack = book.stack(strategy, leg.instrument)
    held = {opposite(exit_.side) for exit_ in (book.exits[order_id] for order_id in stack.exits) if exit_.resting}
    sold, bought = stack.short_asked > 0 or "SELL" in held, stack.long_asked > 0 or "BUY" in held
    opposed, same = (sold, bought) if leg.action == "BUY" else (bought, sold)
    return leg.action if same and not opposed else opposite(leg.action)


def _named(book: Book, signal: StandardSignal, instrument: str) -> Entry | None:
    """Return the newest entry that the signal names, one with something left before one without."""
    if signal.entry_ref is None:
        return None
    order_id = book.names.get((signal.strategy_id, instrument, signal.entry_ref))
    newest = book.entries.get(order_id) if order_id else None
    if newest is None or newest.asked_open > 0:
        return newest
    entries = book.entries_of(signal.strategy_id, instrument)
    return next((one for one in entries if not one.spent and is_named(one.lot(), signal.entry_ref)), newest)


def _cancellable(book: Book, strategy: str, instrument: str, resting: Sequence[Exit]) -> tuple[Cancellable, ...]:
    entries = [
        Cancellable(one.terms.order_id, one.terms.account, one.terms.signal_id, one.terms.external_id)
        for one in book.entries_of(strategy, instrument)
        if one.working
    ]
    return (*entries, *(Cancellable(one.order_id, one.account, one.signal_id, one.external_id) for one in resting))
