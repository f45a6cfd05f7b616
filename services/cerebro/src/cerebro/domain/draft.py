"""A book being changed: keeps its sums and indexes in step, then becomes the next book."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from immutables import Map
from mathematricks.accounting.lots import ZERO

from cerebro.domain.book import NO_STACK, Book, StackKey
from cerebro.domain.book_orders import Account, Entry, Exit
from cerebro.domain.digest import MODULUS, digest_account, digest_entry, digest_exit
from cerebro.domain.stack import IDLE_REMEMBERED, Stack


class Draft:
    """The next book in the making; nobody else sees it before ``book()``."""

    def __init__(self, book: Book) -> None:
        self._before = book
        self.seq = book.seq
        self.accounts = book.accounts
        self.entries = book.entries
        self.exits = book.exits
        self.stacks = book.stacks
        self.names = book.names
        self.in_use = book.in_use
        self.reserved = book.reserved
        self.uncovered = book.uncovered
        self.waiting = book.waiting
        self.tombstones = book.tombstones
        self.digest = book.digest

    def book(self) -> Book:
        """Return the book that came of it."""
        return Book(
            portfolio=self._before.portfolio,
            seq=self.seq,
            accounts=self.accounts,
            entries=self.entries,
            exits=self.exits,
            stacks=self.stacks,
            names=self.names,
            in_use=self.in_use,
            reserved=self.reserved,
            uncovered=self.uncovered,
            waiting=self.waiting,
            tombstones=self.tombstones,
            digest=self.digest % MODULUS,
        )

    def put_account(self, account: Account) -> None:
        """Replace the account's figures."""
        before = self.accounts.get(account.account)
        self.accounts = self.accounts.set(account.account, account)
        self.digest += digest_account(account) - (digest_account(before) if before else 0)

    def put_entry(self, entry: Entry) -> None:
        """Add *entry*, or replace what was known of it."""
        order_id = entry.terms.order_id
        before = self.entries.get(order_id)
        self.entries = self.entries.set(order_id, entry)
        self.digest += digest_entry(entry) - (digest_entry(before) if before else 0)
        self._keep_sums(entry, before)
        stack = self.stacks.get(_key(entry), NO_STACK)
        if before is None:
            stack = stack.push(order_id)
            self._name(entry)
        self._put_stack(_key(entry), self._with_sums(stack, entry, before))

    def put_exit(self, exit_: Exit) -> None:
        """Add *exit_*, or replace what was known of it."""
        before = self.exits.get(exit_.order_id)
        self.exits = self.exits.set(exit_.order_id, exit_)
        self.digest += digest_exit(exit_) - (digest_exit(before) if before else 0)
        if before is None:
            key = (exit_.strategy_id, exit_.instrument)
            stack = self.stacks.get(key, NO_STACK)
            self.stacks = self.stacks.set(key, replace(stack, exits=(*stack.exits, exit_.order_id)))
            for order_id in exit_.waits_for:
                self.waiting = self.waiting.set(order_id, (*self.waiting.get(order_id, ()), exit_.order_id))

    def drop_exit(self, exit_: Exit) -> None:
        """Forget an exit that has ended and is settled."""
        self.digest -= digest_exit(self.exits[exit_.order_id])
        self.exits = self.exits.delete(exit_.order_id)
        key = (exit_.strategy_id, exit_.instrument)
        stack = self.stacks[key]
        left = tuple(order_id for order_id in stack.exits if order_id != exit_.order_id)
        self._put_stack(key, replace(stack, exits=left))
        for order_id in exit_.waits_for:
            self.waiting = _without(self.waiting, order_id, exit_.order_id)

    def cover_later(self, entry: Entry) -> None:
        """Note that an ended entry's margin waits for a snapshot."""
        account, order_id = entry.terms.account, entry.terms.order_id
        noted = self.uncovered.get(account, ())
        if order_id not in noted:
            self.uncovered = self.uncovered.set(account, (*noted, order_id))

    def _name(self, entry: Entry) -> None:
        terms = entry.terms
        for name in {terms.signal_id, terms.external_id} - {""}:
            self.names = self.names.set((terms.strategy_id, terms.instrument, name), terms.order_id)

    def _keep_sums(self, entry: Entry, before: Entry | None) -> None:
        terms = entry.terms
        more = entry.stake - (before.stake if before else ZERO)
        if more:
            self.in_use = _plus(self.in_use, terms.strategy_id, more)
        more = entry.reserved - (before.reserved if before else ZERO)
        if more:
            self.reserved = _plus(self.reserved, terms.account, more)

    def _with_sums(self, stack: Stack, entry: Entry, before: Entry | None) -> Stack:
        asked = entry.asked_open - (before.asked_open if before else ZERO)
        units = entry.at_stake - (before.at_stake if before else ZERO)
        idle = self._idle(stack, entry, before)
        if not asked and not units and idle is stack.idle:
            return stack
        if entry.terms.side == "BUY":
            return replace(stack, long_asked=stack.long_asked + asked, units=stack.units + units, idle=idle)
        return replace(stack, short_asked=stack.short_asked + asked, units=stack.units - units, idle=idle)

    def _idle(self, stack: Stack, entry: Entry, before: Entry | None) -> tuple[str, ...]:
        if entry.idle == (before is not None and before.idle):
            return stack.idle
        order_id = entry.terms.order_id
        others = tuple(one for one in stack.idle if one != order_id)
        if not entry.idle:
            return others
        return tuple(sorted((*others, order_id), key=lambda one: self.entries[one].terms.number))

    def _put_stack(self, key: StackKey, stack: Stack) -> None:
        if len(stack.idle) > IDLE_REMEMBERED:
            stack = self._forget_oldest(stack)
        if stack.crowded:
            stack = stack.swept([order_id for order_id in stack.ids() if order_id in self.entries])
        self.stacks = self.stacks.set(key, stack)

    def _forget_oldest(self, stack: Stack) -> Stack:
        surplus = len(stack.idle) - IDLE_REMEMBERED
        for order_id in stack.idle[:surplus]:
            self._forget(self.entries[order_id])
        return replace(stack, idle=stack.idle[surplus:], alive=stack.alive - surplus)

    def _forget(self, entry: Entry) -> None:
        terms = entry.terms
        self.digest -= digest_entry(entry)
        self.entries = self.entries.delete(terms.order_id)
        for name in {terms.signal_id, terms.external_id} - {""}:
            key = (terms.strategy_id, terms.instrument, name)
            if self.names.get(key) == terms.order_id:
                self.names = self.names.delete(key)


def _key(entry: Entry) -> StackKey:
    return entry.terms.strategy_id, entry.terms.instrument


def _plus(sums: Map[str, Decimal], name: str, more: Decimal) -> Map[str, Decimal]:
    total = sums.get(name, ZERO) + more
    return sums.set(name, total) if total else sums.delete(name)


def _without(index: Map[str, tuple[str, ...]], name: str, gone: str) -> Map[str, tuple[str, ...]]:
    left = tuple(one for one in index.get(name, ()) if one != gone)
    if left:
        return index.set(name, left)
    return index.delete(name) if name in index else index
