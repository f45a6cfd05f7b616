"""How bookings become ledger entries: drain, decide, append, go on; and how memory is rebuilt from the ledger."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

import structlog
from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.messaging.bus import Dead, Retry
from mathematricks.runtime.failpoints import failpoint

from account_data.domain.checkpoint import books_of, view_of
from account_data.domain.ledger import Booked, Booking, Books, Lacking, book, replay, start_of, told_again
from account_data.domain.reconcile import Agreement
from account_data.ports import Account, Ports

log = structlog.get_logger(__name__)

MOST_TRIES = 8
T = TypeVar("T")
Result = LedgerEntry | None | BaseException


async def write(batch: Sequence[Booking], ports: Ports) -> list[Result]:
    """
    Book *batch* with one write; return each one's entry, None where it was booked before.

    A taken id or number means that memory is behind the ledger: read on, and decide the rest again.
    """
    await asyncio.sleep(ports.terms.gather.total_seconds())
    due = {booking.entry_id: booking for booking in batch}
    results: dict[str, Result] = dict.fromkeys(due)
    for _ in range(MOST_TRIES):
        decided = await _decided(due.values(), ports)
        entries = [entry for booked in decided for entry in booked.entries]
        appended = not entries or await ports.ledger.append(entries)
        await failpoint("account-data.booked")
        if appended:
            for booked in decided:
                _advance(booked.books, ports)
            results |= {entry.entry_id: entry for entry in entries}
            results |= {name: Dead(why) for booked in decided for name, why in booked.impossible.items()}
            return [results[booking.entry_id] for booking in batch]
        await _read_on({booking.account for booking in due.values()}, ports)
        known = await ports.ledger.known(list(due))
        due = {name: booking for name, booking in due.items() if name not in known}
    raise Retry("the ledger moves faster than it can be followed")


async def restore(ports: Ports) -> None:
    """Rebuild memory: the saved folds, and the ledger's entries after them."""
    for record, positions in await ports.checkpoints.load():
        books, view = books_of(record, positions), view_of(record, positions)
        agreement = Agreement(record.agreed_at, record.proven)
        ports.accounts[record.account] = Account(books, view, agreement, saved=(books, view, agreement))
    names = {*ports.accounts, *await ports.ledger.accounts()}
    await _read_on(names, ports)
    log.info("books.restored", accounts=len(names), entries=sum(each.books.seq for each in ports.accounts.values()))


async def follow(ports: Ports) -> None:
    """Read on where another process of this service has booked or seen more than this one."""
    for name, seq, as_of in await ports.checkpoints.reached():
        account = ports.accounts.get(name)
        if account is None or account.books.seq < seq:
            await _read_on({name}, ports)
        account = ports.accounts.get(name)
        if account and (account.view is None or account.view.update.as_of < as_of):
            for record, positions in await ports.checkpoints.load(name):
                account.view = view_of(record, positions)


async def _decided(bookings: Iterable[Booking], ports: Ports) -> list[Booked]:
    by_account: dict[str, list[Booking]] = defaultdict(list)
    for booking in bookings:
        by_account[booking.account].append(booking)
    now = ports.clock.now()
    decided = []
    for name, mine in by_account.items():
        account = ports.accounts.get(name)
        books = account.books if account else Books(name, mine[0].mode, mine[0].base_currency)
        decided.append(await _settled(books, partial(book, bookings=mine, now=now), ports))
    return decided


def _advance(books: Books, ports: Ports) -> None:
    """Go on with *books*, unless another task has read further already."""
    account = ports.accounts.setdefault(books.account, Account(books))
    if books.seq > account.books.seq:
        account.books = books


async def _read_on(names: Iterable[str], ports: Ports) -> None:
    for name in names:
        account = ports.accounts.get(name)
        books = account.books if account else None
        async for page in ports.ledger.after(name, books.seq if books else 0):
            books = books or Books(name, page[0].mode, page[0].base_currency)
            books = await _settled(books, partial(replay, entries=page), ports)
            _advance(books, ports)


async def _settled(books: Books, decide: Callable[[Books], T | Lacking], ports: Ports) -> T:
    """Decide; where a movement is older than what is in memory, fold its chain again first."""
    while isinstance(outcome := decide(books), Lacking):
        entries = await ports.ledger.of_chain(books.account, outcome.key, start_of(books, outcome))
        books = told_again(books, outcome, entries)
    return outcome
