"""A book as text and back: what it holds is kept, what follows from that is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mathematricks.contracts.decisions import PortfolioId, Tombstone
from pydantic import TypeAdapter

from cerebro.domain.book import Book
from cerebro.domain.book_orders import Account, Entry, Exit
from cerebro.domain.draft import Draft

PER_PIECE = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a book, small enough to be written without holding anything up."""

    accounts: tuple[Account, ...] = ()
    entries: tuple[Entry, ...] = ()
    exits: tuple[Exit, ...] = ()
    uncovered: tuple[str, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()


_PIECE: TypeAdapter[Any] = TypeAdapter(Piece)


def pieces_of(book: Book) -> Iterator[str]:
    """Yield *book* as lines of JSON, entries and exits oldest first."""
    uncovered = tuple(sorted(order_id for waiting in book.uncovered.values() for order_id in waiting))
    accounts = tuple(account for _, account in sorted(book.accounts.items()))
    yield _text(Piece(accounts=accounts, uncovered=uncovered, tombstones=book.tombstones))
    entries = sorted(book.entries.values(), key=lambda entry: entry.terms.number)
    for start in range(0, len(entries), PER_PIECE):
        yield _text(Piece(entries=tuple(entries[start : start + PER_PIECE])))
    exits = sorted(book.exits.values(), key=lambda exit_: exit_.number)
    for start in range(0, len(exits), PER_PIECE):
        yield _text(Piece(exits=tuple(exits[start : start + PER_PIECE])))


def book_from(portfolio: PortfolioId, seq: int, lines: str) -> Book:
    """Return the book after decision *seq* that *lines* hold."""
    draft = Draft(Book(portfolio))
    draft.seq = seq
    uncovered: list[str] = []
    for line in lines.splitlines():
        piece: Piece = _PIECE.validate_json(line)
        for account in piece.accounts:
            draft.put_account(account)
        for entry in piece.entries:
            draft.put_entry(entry)
        for exit_ in piece.exits:
            draft.put_exit(exit_)
        uncovered += piece.uncovered
        draft.tombstones += piece.tombstones
    for order_id in uncovered:
        draft.cover_later(draft.entries[order_id])
    return draft.book()


def _text(piece: Piece) -> str:
    return bytes(_PIECE.dump_json(piece)).decode()
