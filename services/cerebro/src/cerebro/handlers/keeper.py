"""Keeps the book of one portfolio: news goes in as it comes, but never into the middle of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.decisions import Decision, PortfolioId, Promotion

from cerebro.domain.book import Book
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.folding import after_decision, after_news, after_promotion, after_snapshot

log = structlog.get_logger(__name__)

Change = Callable[[Book], Book]
EARLY_KEPT = 10_000
FIRST_DOUBT = timedelta(seconds=5)
LONGEST_DOUBT = timedelta(seconds=60)


class BookKeeper:
    """
    The one who changes a portfolio's book.

    While a batch of decisions is being recorded, the book must not move under it: what is heard
    meanwhile waits until the batch is in. News of an order that we do not know yet, because another
    process decided it, is kept until its decision is folded in.
    """

    def __init__(self, portfolio: PortfolioId) -> None:
        self.portfolio: PortfolioId = portfolio
        self.book = Book(portfolio)
        self.checkpoint_seq = 0
        self._in_batch = False
        self._waiting: list[Change] = []
        self._early: dict[str, dict[str, OrderNews]] = {}
        self._doubts: dict[str, tuple[datetime, timedelta]] = {}

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Hold the book still until the block ends; then everything heard meanwhile goes in."""
        self._in_batch = True
        try:
            yield
        finally:
            self._in_batch = False
            waiting, self._waiting = self._waiting, []
            for change in waiting:
                self._change(change)

    def start_from(self, book: Book) -> None:
        """Take over a recovered book."""
        self.book = book
        self.checkpoint_seq = book.seq

    def commit(self, decision: Decision, book: Book, now: datetime) -> None:
        """Take *book*, the one after *decision*, now that it is recorded."""
        self.book = book
        for order in decision.orders:
            self._doubts[order.order_id] = now + FIRST_DOUBT, FIRST_DOUBT
            for early in self._early.pop(order.order_id, {}).values():
                self.hear(early, now)

    def fold(self, decision: Decision, now: datetime) -> None:
        """Fold in a decision that another process made, or that was made before a restart."""
        self.commit(decision, after_decision(self.book, decision), now)

    def cross(self, promotion: Promotion) -> None:
        """Go on behind a promotion: another version's decisions follow."""
        self.book = after_promotion(self.book, promotion)

    def knows(self, order_id: str) -> bool:
        """Whether the order is in this book."""
        book = self.book
        return order_id in book.entries or order_id in book.exits

    def hear(self, news: OrderNews, now: datetime) -> None:
        """Take in what became of an order, or of one that protects or unwinds an entry."""
        about = news.lot or news.order_id
        if not self.knows(about):
            self._keep_early(about, news)
            return
        self._doubts[about] = now + FIRST_DOUBT, FIRST_DOUBT
        self._change(lambda book: after_news(book, news))

    def see(self, update: AccountUpdate) -> None:
        """Take in an account's snapshot."""
        self._change(lambda book: after_snapshot(book, update))

    def doubt_all(self, now: datetime) -> None:
        """Doubt every order that may still change, as after a start."""
        self._doubts = dict.fromkeys([*self.book.live_orders(), *self.book.guarded()], (now, FIRST_DOUBT))

    def in_doubt(self, now: datetime, most: int) -> list[str]:
        """
        Return up to *most* orders that nothing was heard of for 5 s though they may still change.

        While nothing changes, each is asked about less and less often, down to once a minute.
        """
        due = [order_id for order_id, (at, _) in self._doubts.items() if at <= now]
        asked = [order_id for order_id in due if self._may_change(order_id)][:most]
        for order_id in due:
            if not self._may_change(order_id):
                del self._doubts[order_id]
        for order_id in asked:
            pause = min(LONGEST_DOUBT, self._doubts[order_id][1] * 2)
            self._doubts[order_id] = now + pause, pause
        return asked

    def _may_change(self, order_id: str) -> bool:
        if entry := self.book.entries.get(order_id):
            return entry.working or (entry.terms.guarded and not entry.spent)
        exit_ = self.book.exits.get(order_id)
        return exit_ is not None and not exit_.ended

    def _change(self, change: Change) -> None:
        if self._in_batch:
            self._waiting.append(change)
        else:
            self.book = change(self.book)

    def _keep_early(self, about: str, news: OrderNews) -> None:
        waiting = self._early.setdefault(about, {})
        known = waiting.get(news.order_id)
        if known is None or news.version > known.version:
            waiting[news.order_id] = news
        if len(self._early) > EARLY_KEPT:
            self._early.pop(next(iter(self._early)))
