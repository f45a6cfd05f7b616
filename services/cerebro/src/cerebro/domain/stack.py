"""One strategy's entries in one instrument, newest first, with running sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mathematricks.accounting.lots import ZERO

IDLE_REMEMBERED = 20
"""Entries with nothing left that each stack remembers, so that exits which name them take no other lot."""

Chain = tuple[Any, ...]
"""A linked list ``(order_id, rest)``: an entry is put on top of thousands without copying them."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """
    Attributes:
        newest_first: Every entry ever put on it; those the book has forgotten are skipped and swept.
        length: How many links the chain has.
        alive: How many of them the book still holds.
        long_asked: The sender's open units of entries that bought.
        short_asked: The same of entries that sold.
        units: Our units held or on their way, a short negative.
        idle: Entries with nothing left that nothing needs any more, oldest first.
        exits: Exits of it that have not ended.
    """

    newest_first: Chain = ()
    length: int = 0
    alive: int = 0
    long_asked: Decimal = ZERO
    short_asked: Decimal = ZERO
    units: Decimal = ZERO
    idle: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()

    def ids(self) -> Iterator[str]:
        """Yield order ids newest first, forgotten ones among them."""
        chain = self.newest_first
        while chain:
            yield chain[0]
            chain = chain[1]

    def push(self, order_id: str) -> Stack:
        """Return it with a newer entry on top."""
        chain = (order_id, self.newest_first)
        return replace(self, newest_first=chain, length=self.length + 1, alive=self.alive + 1)

    @property
    def crowded(self) -> bool:
        """Most of its links lead to forgotten entries."""
        return self.length > 2 * self.alive + 32

    def swept(self, alive: list[str]) -> Stack:
        """Return it with the entries in *alive*, newest first, and no other."""
        chain: Chain = ()
        for order_id in reversed(alive):
            chain = (order_id, chain)
        return replace(self, newest_first=chain, length=len(alive), alive=len(alive))
