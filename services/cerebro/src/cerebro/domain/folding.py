"""How a book goes on: a decision, news of an order or an account's snapshot gives the next book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.decisions import Decision, LegDecision, Promotion, Tombstone
from mathematricks.contracts.orders import TradingOrder, order_id_for

from cerebro.domain.book import Book
from cerebro.domain.book_orders import Account, Entry, EntryTerms, Exit, OrderNews
from cerebro.domain.claims import claim, claim_noted, hand_back, settle, size_as_told, size_waiting
from cerebro.domain.draft import Draft
from cerebro.domain.netting import net_opposites

LEGS_PER_DECISION = 64
TOMBSTONES_KEPT = timedelta(hours=1)


class OutOfSequence(Exception):
    """A decision was folded onto a book that is not the one before it."""


def after_decision(book: Book, decision: Decision) -> Book:
    """
    Return the book once *decision* is made: its margin reserved, its lots opened and claimed.

    Raises:
        OutOfSequence: *decision* is not the next of this portfolio.
    """
    if (decision.portfolio, decision.seq) != (book.portfolio, book.seq + 1):
        raise OutOfSequence(f"decision {decision.portfolio}/{decision.seq} onto {book.portfolio}/{book.seq}")
    draft = Draft(book)
    draft.seq = decision.seq
    entries = {order.leg_index: order for order in decision.orders if order.purpose == "entry"}
    for place, leg in enumerate(decision.legs):
        number = decision.seq * LEGS_PER_DECISION + place
        if leg.intent == "EXIT":
            _exit(draft, decision, leg, number)
        elif leg.intent in ("ENTRY", "SCALE_IN"):
            _enter(draft, decision, leg, entries.get(leg.leg_index), number)
    draft.tombstones = _kept(draft.tombstones, decision.tombstones, decision.decided_at)
    return draft.book()


def after_promotion(book: Book, promotion: Promotion) -> Book:
    """
    Return the book once another version decides: the same, one number on.

    Raises:
        OutOfSequence: *promotion* is not the next entry of this portfolio.
    """
    if (promotion.portfolio, promotion.seq) != (book.portfolio, book.seq + 1):
        raise OutOfSequence(f"promotion {promotion.portfolio}/{promotion.seq} onto {book.portfolio}/{book.seq}")
    return replace(book, seq=promotion.seq)


def after_news(book: Book, news: OrderNews) -> Book:
    """Return the book once *news* is heard; old news and orders nobody here decided change nothing."""
    if entry := book.entries.get(news.order_id):
        return _entry_heard(book, entry, news) if news.version > entry.version else book
    if exit_ := book.exits.get(news.order_id):
        return _exit_heard(book, exit_, news) if news.version > exit_.version else book
    if news.lot and (entry := book.entries.get(news.lot)):
        return _guard_heard(book, entry, news)
    return book


def after_snapshot(book: Book, update: AccountUpdate) -> Book:
    """
    Return the book once the account is known as of *update*; an older snapshot changes nothing.

    Margin reserved for orders that ended before the snapshot was requested is in its own margin
    now, and is released (RULES 5).
    """
    known = book.accounts.get(update.account)
    if known is not None and update.as_of <= known.as_of:
        return book
    draft = Draft(book)
    draft.put_account(_figures(update))
    waiting = draft.uncovered.get(update.account, ())
    if waiting:
        draft.uncovered = draft.uncovered.delete(update.account)
    for order_id in waiting:
        if entry := draft.entries.get(order_id):
            _release(draft, entry)
    return draft.book()


def _enter(draft: Draft, decision: Decision, leg: LegDecision, order: TradingOrder | None, number: int) -> None:
    """Open a lot, or remember that there is none, so that an exit which names it takes no other."""
    asked = leg.asked if leg.asked is not None else leg.quantity
    if decision.account is None or not asked:
        return
    order_id = order.order_id if order else order_id_for(decision.signal_id, decision.account, leg.leg_index, "entry")
    terms = EntryTerms(
        order_id=order_id,
        signal_id=decision.signal_id,
        external_id=decision.external_id,
        strategy_id=decision.strategy_id,
        instrument=leg.instrument,
        account=decision.account,
        side=leg.side,
        number=number,
        asked=asked,
        quantity=order.quantity or ZERO if order else ZERO,
        lot_step=leg.lot_step or Decimal(1),
        capital_per_unit=leg.capital_per_unit or ZERO,
        guarded=order is not None and _is_guarded(order),
    )
    draft.put_entry(Entry(terms, reserved=order.reserved_margin if order else ZERO, working=order is not None))


def _is_guarded(order: TradingOrder) -> bool:
    return order.stop_loss is not None or order.take_profit is not None or order.total_legs > 1


def _exit(draft: Draft, decision: Decision, leg: LegDecision, number: int) -> None:
    for order_id in leg.supersedes:
        if superseded := draft.exits.get(order_id):
            draft.put_exit(hand_back(draft, superseded))
    for close in leg.closes:
        if close.quantity == 0:
            claim_noted(draft, close)
    for order in decision.orders:
        if order.purpose == "exit" and order.leg_index == leg.leg_index:
            exit_ = _exit_of(order, number)
            draft.put_exit(exit_)
            claim(draft, exit_.closes)


def _exit_of(order: TradingOrder, number: int) -> Exit:
    return Exit(
        order_id=order.order_id,
        strategy_id=order.strategy_id,
        instrument=order.instrument,
        account=order.account,
        side=order.side,
        number=number,
        order_type=order.order_type,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        closes=order.closes,
        waits_for=order.waits_for,
        signal_id=order.signal_id,
        external_id=order.external_id,
    )


def _entry_heard(book: Book, entry: Entry, news: OrderNews) -> Book:
    draft = Draft(book)
    working = entry.working and not news.ended
    filled = max(entry.filled, news.filled)
    heard = replace(
        entry,
        working=working,
        version=news.version,
        filled=filled,
        last_fill_at=news.last_fill_at or entry.last_fill_at,
    )
    if working:
        draft.put_entry(heard)
    else:
        _release(draft, heard)
        size_waiting(draft, news.order_id)
        net_opposites(draft, entry.terms.strategy_id, entry.terms.instrument)
    return draft.book()


def _exit_heard(book: Book, exit_: Exit, news: OrderNews) -> Book:
    draft = Draft(book)
    heard = replace(exit_, ended=news.ended, version=news.version, filled=max(exit_.filled, news.filled))
    draft.put_exit(heard)
    heard = size_as_told(draft, heard, news.shares)
    if heard.ended:
        if heard.sized:
            settle(draft, heard)
        size_waiting(draft, news.order_id)
        net_opposites(draft, exit_.strategy_id, exit_.instrument)
    return draft.book()


def _guard_heard(book: Book, entry: Entry, news: OrderNews) -> Book:
    closed = dict(entry.protected)
    if news.filled <= closed.get(news.order_id, ZERO):
        return book
    closed[news.order_id] = news.filled
    draft = Draft(book)
    draft.put_entry(replace(entry, protected=tuple(sorted(closed.items()))))
    return draft.book()


def _release(draft: Draft, ended: Entry) -> None:
    """Keep *ended*, and its margin only if it filled after the newest snapshot was requested."""
    account = draft.accounts.get(ended.terms.account)
    covered = account is not None and ended.last_fill_at is not None and account.as_of > ended.last_fill_at
    if not ended.filled or covered:
        ended = replace(ended, reserved=ZERO)
    elif ended.reserved:
        draft.cover_later(ended)
    draft.put_entry(ended)


def _kept(tombstones: tuple[Tombstone, ...], new: Iterable[Tombstone], now: datetime) -> tuple[Tombstone, ...]:
    if not tombstones and not new:
        return ()
    return tuple(one for one in (*tombstones, *new) if now - one.sent_at < TOMBSTONES_KEPT)


def _figures(update: AccountUpdate) -> Account:
    return Account(
        account=update.account,
        base_currency=update.base_currency,
        equity=update.equity,
        initial_margin=update.initial_margin,
        as_of=update.as_of,
        rates=tuple(sorted(update.rates.items())),
    )
