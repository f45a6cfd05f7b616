"""The book of one portfolio: a value that each decision, fill and snapshot turns into the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from immutables import Map
from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.base import Mode
from mathematricks.contracts.decisions import PortfolioId, Tombstone

from cerebro.domain.book_orders import Account, Entry, Exit
from cerebro.domain.digest import as_text
from cerebro.domain.stack import Stack

StackKey = tuple[str, str]
"""Strategy and instrument."""

NameKey = tuple[str, str, str]
"""Strategy, instrument, and our signal id or the sender's signalID."""

NO_STACK = Stack()
EMPTY: Map[Any, Any] = Map()


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """
    Everything that a decision depends on and that decisions change. Its maps share what is equal,
    so that the next book costs microseconds, and the one before stays what it was.

    Attributes:
        seq: Number of the newest decision contained.
        entries: Entries that are open, reserve margin, or are remembered because exits may name them.
        exits: Exits that have not ended.
        names: The newest entry that bears a name.
        in_use: Capital that each strategy ties up, in its account's base currency.
        reserved: Initial margin held for orders that no snapshot covers yet, by account.
        uncovered: Ended entries whose margin waits for such a snapshot, by account.
        waiting: Exits that wait for an order to end.
        digest: Sum of the hashes of everything it holds.
    """

    portfolio: PortfolioId
    seq: int = 0
    accounts: Map[str, Account] = EMPTY
    entries: Map[str, Entry] = EMPTY
    exits: Map[str, Exit] = EMPTY
    stacks: Map[StackKey, Stack] = EMPTY
    names: Map[NameKey, str] = EMPTY
    in_use: Map[str, Decimal] = EMPTY
    reserved: Map[str, Decimal] = EMPTY
    uncovered: Map[str, tuple[str, ...]] = EMPTY
    waiting: Map[str, tuple[str, ...]] = EMPTY
    tombstones: tuple[Tombstone, ...] = ()
    digest: int = 0

    @property
    def mode(self) -> Mode:
        """Live and paper never share a book."""
        return "LIVE" if self.portfolio == "live" else "PAPER"

    @property
    def hash(self) -> str:
        """Content hash: equal for equal books, in whatever order their news arrived."""
        return as_text(self.digest)

    def reserved_for(self, account: str) -> Decimal:
        """Return the initial margin held for the account's uncovered orders, in its base currency."""
        return self.reserved.get(account, ZERO)

    def stack(self, strategy: str, instrument: str) -> Stack:
        """Return the strategy's entries in the instrument."""
        return self.stacks.get((strategy, instrument), NO_STACK)

    def entries_of(self, strategy: str, instrument: str) -> Iterator[Entry]:
        """Yield the strategy's entries in the instrument, newest first, spent ones included."""
        for order_id in self.stack(strategy, instrument).ids():
            entry = self.entries.get(order_id)
            if entry is not None:
                yield entry

    def live_orders(self) -> list[str]:
        """Return the ids of every decided order that may still change."""
        entries = [order_id for order_id, entry in self.entries.items() if entry.working]
        return entries + [order_id for order_id, exit_ in self.exits.items() if not exit_.ended]

    def open_lots(self) -> list[str]:
        """Return the ids of the entries that filled and are not all closed: the kill switch may close any of them."""
        return [order_id for order_id, entry in self.entries.items() if entry.filled and not entry.spent]

    def guarded(self) -> list[str]:
        """Return the ids of the entries that orders of execution's own may still close."""
        return [order_id for order_id, entry in self.entries.items() if entry.terms.guarded and not entry.spent]
