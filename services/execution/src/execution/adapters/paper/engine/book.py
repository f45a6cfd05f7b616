"""One account's book, and the draft in which one step changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.base import derive_id

from execution.adapters.paper.engine.accounts import Account, booked
from execution.adapters.paper.engine.commissions import Tariff, commission
from execution.adapters.paper.engine.money import ZERO, round_cost
from execution.adapters.paper.engine.orders import Fill, PaperOrder, ended_event, filled_event
from execution.adapters.paper.engine.taken import Taken, with_order
from execution.ports import BrokerEvent, VenueStatus

GROUP_DONE = "OCO: another order of its group has filled"


@dataclass(frozen=True, slots=True)
class Book:
    """An account with its working orders by our id; ``orders`` is the number of the last one that arrived."""

    account: Account
    working: Mapping[str, PaperOrder] = field(default_factory=dict)
    orders: int = 0
    taken: Taken = field(default_factory=dict)

    @property
    def reserved(self) -> Decimal:
        """Initial margin that working orders hold, base currency."""
        return sum((order.reserved for order in self.working.values()), ZERO)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step made: the next book, the orders to write, and the events to tell once they are written."""

    book: Book
    changed: tuple[PaperOrder, ...] = ()
    events: tuple[BrokerEvent, ...] = ()


class Draft:
    """
    A book while one step changes it; the book itself is never touched.

    Times never run backwards within an account, so that its fills sort alike by time and by number.
    """

    def __init__(self, book: Book, now: datetime) -> None:
        self.account = book.account
        self.taken = book.taken
        self.at = max(now, book.account.last_at)
        self._before = book
        self._orders = book.orders
        self._changed: dict[str, PaperOrder] = {}
        self._events: list[BrokerEvent] = []

    def arrive(self, order: PaperOrder) -> None:
        """Take the number of a new order."""
        self._orders = order.number

    def put(self, order: PaperOrder) -> PaperOrder:
        """Keep *order* as it now is."""
        self._changed[order.id] = order
        return order

    def end(self, order: PaperOrder, status: VenueStatus, reason: str) -> PaperOrder:
        """End *order* without a fill; a rejection is answered, everything else is told as an event."""
        ended = self.put(replace(order, status=status, reason=reason, reserved=ZERO))
        if status != "REJECTED":
            self._events.append(ended_event(ended, self.at))
        return ended

    def fill(
        self, order: PaperOrder, quantity: Decimal, price: Decimal, rate: Decimal | None, tariff: Tariff
    ) -> PaperOrder:
        """Fill *quantity* of *order* at *price*: book it, charge it, tell it, and take it from its OCO group."""
        fill = self._priced(order, quantity, price, rate, tariff)
        filled = order.filled + quantity
        done = filled == order.asked.quantity
        order = replace(
            order,
            fills=(*order.fills, fill),
            filled=filled,
            status="FILLED" if done else order.status,
            reserved=ZERO if done else round_cost(order.reserved * (1 - quantity / order.open)),
        )
        self.account = booked(self.account, order, fill)
        self._events.append(filled_event(self.put(order)))
        if order.asked.oco_group:
            self._reduce_group(order, quantity, done)
            if not done and order.open == 0:
                order = self.end(order, "CANCELLED", GROUP_DONE)
        return order

    def took(self, order: PaperOrder) -> None:
        """Note what *order* took of its quote."""
        self.taken = with_order(self.taken, order)

    def find(self, client_order_id: str) -> PaperOrder | None:
        """Return that order as it now is, None where it does not work."""
        order = self._changed.get(client_order_id) or self._before.working.get(client_order_id)
        return order if order and order.working else None

    def working(self) -> list[PaperOrder]:
        """Return the orders that work now, in the order of their arrival."""
        now = {**self._before.working, **self._changed}
        return [order for order in now.values() if order.working]

    def outcome(self) -> Outcome:
        """Return the next book, and what changed with its next version."""
        before = self._before.working
        changed = tuple(
            replace(order, version=before[key].version + 1) if key in before else order
            for key, order in self._changed.items()
        )
        working: Mapping[str, PaperOrder] = before
        if any(order.working or order.id in before for order in changed):
            after = {**before, **{order.id: order for order in changed}}
            working = {key: order for key, order in after.items() if order.working}
        return Outcome(Book(self.account, working, self._orders, self.taken), changed, tuple(self._events))

    def _priced(
        self, order: PaperOrder, quantity: Decimal, price: Decimal, rate: Decimal | None, tariff: Tariff
    ) -> Fill:
        instrument = order.instrument
        notional = sum((fill.quantity * fill.price for fill in order.fills), ZERO) * instrument.multiplier
        charged = sum((fill.commission for fill in order.fills), ZERO)
        notional += quantity * price * instrument.multiplier
        due = commission(tariff, order.filled + quantity, notional, instrument.currency)
        identity = derive_id("x", self.account.name, order.id, len(order.fills) + 1)
        return Fill(identity, quantity, price, due - charged, rate, self.at, self.account.seq + 1)

    def _reduce_group(self, filled: PaperOrder, quantity: Decimal, done: bool) -> None:
        for other in self.working():
            if other.asked.oco_group != filled.asked.oco_group or other.id == filled.id:
                continue
            reduced = replace(other, reduced=other.reduced + quantity)
            if done or reduced.open == 0:
                self.end(reduced, "CANCELLED", GROUP_DONE)
            else:
                self.put(reduced)
