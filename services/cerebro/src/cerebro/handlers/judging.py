"""From a ticket and a book to a decision: everything that deciding reads, gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Authority
from mathematricks.messaging.bus import Retry

from cerebro.domain.book import Book
from cerebro.domain.decision import decide, decision_text
from cerebro.domain.folding import after_decision
from cerebro.domain.inputs import BookSlice, DecisionInputs, Market, Ordinal, inputs_text
from cerebro.domain.reading import may_open, may_reduce, read_book
from cerebro.domain.routing import account_for
from cerebro.handlers.histories import ReturnsCache
from cerebro.handlers.market import MarketCache
from cerebro.handlers.standings import Standings
from cerebro.handlers.tickets import Ticket
from cerebro.ports import Decided, Unavailable, World

log = structlog.get_logger(__name__)

TRIES = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A decision made but not recorded, and the book as it will be."""

    ticket: Ticket
    decided: Decided
    book: Book


class Judging:
    """Knows the market and the accounts well enough for a batch, then decides signal by signal."""

    def __init__(self, world: World, market: MarketCache, standings: Standings, returns: ReturnsCache) -> None:
        self._world = world
        self._returns = returns
        self._market = market
        self._standings = standings
        self._failures = Counter[str]()

    async def prepare(self, batch: Sequence[Ticket], book: Book) -> list[tuple[Ticket, Retry | None]]:
        """
        Learn what the batch needs to know; return each ticket with why it cannot be decided now, if it cannot.

        Only what opens a position waits, for a service that does not answer or for an account that
        was not seen lately, and only until it is stale: its strategy's exits wait behind it. What closes
        is decided with what is known.
        """
        now = self._world.clock.now()
        opening = [ticket for ticket in batch if may_open(ticket.signal)]
        unknown = await self._know(book, opening, now)
        return [(ticket, self._why_not_now(ticket, book, unknown, now)) for ticket in batch]

    def judge(self, ticket: Ticket, book: Book, authority: Authority, now: datetime) -> Made:
        """
        Decide one signal on *book*.

        What fails is raised, and the signal comes again; what fails every time is refused as UNDECIDABLE,
        or it would hold up its strategy's next signals, exits among them, for ever.
        """
        signal_id = ticket.signal.signal_id
        try:
            made = self._made(ticket, book, self._read(ticket, book, self._bare(ticket, book, authority, now)))
        except Exception as error:
            self._failures[signal_id] += 1
            if self._failures[signal_id] < TRIES:
                raise
            log.exception("signal.undecidable", signal_id=signal_id)
            failed = replace(self._bare(ticket, book, authority, now), failed=type(error).__name__)
            made = self._made(ticket, book, failed)
        self._failures.pop(signal_id, None)
        return made

    def _made(self, ticket: Ticket, book: Book, inputs: DecisionInputs) -> Made:
        decision = decide(inputs, self._returns.current)
        decided = Decided(decision, book.hash, inputs_text(inputs), decision_text(decision))
        return Made(ticket, decided, after_decision(book, decision))

    async def _know(self, book: Book, opening: Sequence[Ticket], now: datetime) -> Unavailable | None:
        accounts = {ticket: account for ticket in opening if (account := _account(ticket, book))}
        try:
            await self._standings.know(book.portfolio, set(accounts.values()), now)
            bases = [(one.signal, self._standings.base_currency(book.portfolio, accounts.get(one))) for one in opening]
            await self._market.know(bases, now)
        except Unavailable as error:
            return error
        return None

    def _why_not_now(self, ticket: Ticket, book: Book, unknown: Unavailable | None, now: datetime) -> Retry | None:
        if not may_open(ticket.signal) or may_reduce(book, ticket.signal):
            return None
        if unknown is not None and now - ticket.signal.sent_at <= self._world.rules.policy.max_signal_age:
            return Retry(str(unknown))
        account = _account(ticket, book)
        young = (now - ticket.signal.received_at).total_seconds() < self._world.rules.account_patience
        if account and young and not self._standings.is_fresh(book.portfolio, account, now):
            return Retry(f"account {account} was not seen lately")
        return None

    def _bare(self, ticket: Ticket, book: Book, authority: Authority, now: datetime) -> DecisionInputs:
        """Return what is known of the signal before anything is read for it."""
        terms, rules = ticket.terms, self._world.rules
        assert terms is not None, "a ticket reaches its queue with its terms"
        account = account_for(terms.strategy, book.portfolio)
        return DecisionInputs(
            signal=ticket.signal,
            strategy=terms.strategy,
            allotted=terms.allotted,
            book=BookSlice(book.portfolio, book.hash, account, standings=(), in_use=ZERO, holdings={}),
            market=Market(),
            day=None,
            policy=rules.policy,
            ordinal=Ordinal(
                seq=book.seq + 1,
                epoch=authority.epoch,
                version=rules.version,
                code_version=rules.code_version,
            ),
            now=now,
        )

    def _read(self, ticket: Ticket, book: Book, bare: DecisionInputs) -> DecisionInputs:
        """Return *bare* with what the signal can touch of the book, and an entry's market and risk."""
        signal, account, opens = ticket.signal, bare.book.account, may_open(ticket.signal)
        base = self._standings.base_currency(book.portfolio, account)
        return replace(
            bare,
            book=read_book(book, signal, account, bare.strategy.sizing if bare.strategy else None),
            market=self._market.view(signal, base, bare.now) if opens else bare.market,
            day=self._standings.day(account, signal.strategy_id) if account else None,
            risk=self._returns.risk(book, signal.strategy_id) if opens else None,
        )


def _account(ticket: Ticket, book: Book) -> str | None:
    return account_for(ticket.terms.strategy, book.portfolio) if ticket.terms else None
