"""Rounds: what happens to resting orders without being asked for, when quotes move and time passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mathematricks.contracts.instruments import Quote

from execution.adapters.paper.accounts import LiveAccounts
from execution.adapters.paper.engine.book import Book, Outcome
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.settlement import settled
from execution.adapters.paper.engine.steps import Trading, expired, quoted
from execution.adapters.paper.engine.taken import taken_of
from execution.adapters.paper.journal import Journal, Step
from execution.adapters.paper.market import LastKnown
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import Outdated, PaperStore


class Rounds:
    """Goes round all accounts; the steps of one round are decided first, then written together."""

    def __init__(
        self, store: PaperStore, journal: Journal, accounts: LiveAccounts, market: LastKnown, settings: PaperSettings
    ) -> None:
        self._store = store
        self._journal = journal
        self._accounts = accounts
        self._market = market
        self._settings = settings

    async def meet(self, quotes: Iterable[Quote], now: datetime) -> None:
        """End what is due, then let what rests in these instruments meet their *quotes*."""
        await self._accounts.refresh()
        newest = {quote.instrument: quote for quote in quotes}
        self._market.learn(newest.values())
        books = {live.ahead.account.name: live.ahead for live in self._accounts.all()}
        steps: list[Step] = []
        for live in self._accounts.all():
            name = live.ahead.account.name
            others = [book for other, book in books.items() if other != name]
            steps += [(live, outcome) for outcome in self._met(live.ahead, newest, now, others)]
            books[name] = steps[-1][1].book if steps and steps[-1][0] is live else live.ahead
        await self._commit(steps)

    async def expire(self, now: datetime) -> None:
        """End what is due, and settle what has expired."""
        await self._accounts.refresh()
        steps = [(live, outcome) for live in self._accounts.all() for outcome in self._over(live.ahead, now)]
        await self._commit(steps)

    async def checkpoint(self, every: int) -> None:
        """Keep the accounts that had at least *every* fills since their last checkpoint."""
        for live in self._accounts.all():
            account = live.durable.account
            if not live.stale and account.seq - live.checkpointed >= every:
                await self._store.checkpoint(account)
                live.checkpointed = account.seq

    def _over(self, book: Book, now: datetime) -> Iterator[Outcome]:
        for outcome in _due(book, now):
            book = outcome.book
            yield outcome
        if (outcome := settled(book, self._market, now)).changed:
            yield outcome

    def _met(self, book: Book, quotes: Mapping[str, Quote], now: datetime, others: Sequence[Book]) -> Iterator[Outcome]:
        for outcome in _due(book, now):
            book = outcome.book
            yield outcome
        for key, orders in _resting(book, quotes).items():
            trading = self._trading(book, orders[0], quotes[key], others)
            outcome = quoted(book, [order.id for order in orders], trading, now)
            if outcome.changed:
                book = outcome.book
                yield outcome

    def _trading(self, book: Book, order: PaperOrder, quote: Quote, others: Sequence[Book]) -> Trading:
        instrument = order.instrument
        rate = self._market.rate(instrument.currency, book.account.base_currency)
        tariff = self._settings.tariffs[instrument.contract.type]
        return Trading(
            instrument,
            quote,
            rate,
            tariff,
            self._settings.depth,
            others=taken_of(quote, (book.taken for book in others)),
        )

    async def _commit(self, steps: Iterable[Step]) -> None:
        """Write *steps* together; where another writer was first, read again: the next round decides."""
        try:
            await self._journal.commit(*steps)
        except Outdated:
            await self._accounts.refresh()


def _due(book: Book, now: datetime) -> Iterator[Outcome]:
    if book.working and (outcome := expired(book, now)).changed:
        yield outcome


def _resting(book: Book, quotes: Mapping[str, Quote]) -> dict[str, list[PaperOrder]]:
    """Return the working orders of the quoted instruments, oldest first."""
    resting: dict[str, list[PaperOrder]] = {}
    for order in book.working.values():
        if order.instrument.instrument in quotes:
            resting.setdefault(order.instrument.instrument, []).append(order)
    return resting
