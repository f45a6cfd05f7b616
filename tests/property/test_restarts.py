"""A book made anew from its decisions and what execution says then: it holds what it held, whatever is told first."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from cerebro.domain.book import Book
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.folding import after_decision, after_news
from hypothesis import given, settings
from hypothesis import strategies as st
from mathematricks.contracts.orders import TradingOrder
from support.cerebro import Desk, a_book
from support.signals import NOON

D = Decimal


class Floor:
    """A strategy's signals on a desk whose orders end in any order, at a venue that reduces no more than there is."""

    def __init__(self, seed: int, sides: tuple[str, ...]) -> None:
        self.rng, self.sides, self.desk = Random(seed), sides, Desk()
        self.net, self.live, self.told = D(0), dict[str, TradingOrder](), dict[str, OrderNews]()

    def trade(self, signals: int) -> Floor:
        """Send *signals*, end orders now and then and at last all that can end, and tell how the others stand."""
        for _ in range(signals):
            self.send(**self.a_signal())
            while self.rng.random() < 0.75 and self.end_one():
                pass
        while self.end_one():
            pass
        for order_id in self.live:
            self.say(order_id, D(0), ended=False)
        return self

    def a_signal(self) -> dict[str, Any]:
        """Return an entry, or an exit of some or all of what is held, at once or at a price."""
        held, kind = self.desk.book.stack("Trend", "AAPL"), self.rng.random()
        if kind < 0.4 or not (held.long_asked or held.short_asked):
            return {
                "signal_type": "ENTRY",
                "action": self.rng.choice(self.sides),
                "quantity": D(self.rng.randint(1, 40)),
            }
        side = "SELL" if held.long_asked else "BUY"
        price = {"order_type": "LIMIT", "limit_price": D(200 if side == "SELL" else 100)} if kind > 0.7 else {}
        quantity = self.rng.choice([None, D(self.rng.randint(1, 30))])
        return {"signal_type": "EXIT", "action": side, "quantity": quantity} | price

    def send(self, **signal: Any) -> None:
        decision = self.desk.send(fill=False, **signal)
        for gone in (order_id for leg in decision.legs for order_id in leg.supersedes if order_id in self.live):
            self.end(gone, D(0))
        self.live |= {order.order_id: order for order in decision.orders}

    def end_one(self) -> bool:
        """End an order that nothing holds back, most of them filled; return False where there is none."""
        able = [order for order in self.live.values() if self.may_end(order)]
        if not able:
            return False
        order = self.rng.choice(able)
        filled = sum(self.shares(order.order_id), D(0)) if order.purpose == "exit" else order.quantity or D(0)
        if order.purpose == "exit":
            filled = min(filled, max(D(0), self.net if order.side == "SELL" else -self.net))
        if self.rng.random() < 0.1:
            filled = D(int(filled * self.rng.randint(0, 9) / 10))
        self.end(order.order_id, filled)
        return True

    def may_end(self, order: TradingOrder) -> bool:
        if order.purpose == "entry":
            return True
        known = self.desk.book.exits.get(order.order_id)
        sized = known is not None and known.sized and not self.live.keys() & set(order.waits_for)
        return sized and (order.order_type == "MARKET" or self.rng.random() < 0.3)

    def shares(self, order_id: str) -> tuple[Decimal, ...]:
        """Return what an exit takes of each lot, as execution sizes it from the same facts."""
        exit_ = self.desk.book.exits.get(order_id)
        return tuple(close.quantity or D(0) for close in exit_.closes) if exit_ and exit_.sized else ()

    def end(self, order_id: str, filled: Decimal) -> None:
        self.net += filled if self.live.pop(order_id).side == "BUY" else -filled
        self.say(order_id, filled, ended=True)

    def say(self, order_id: str, filled: Decimal, *, ended: bool) -> None:
        news = OrderNews(order_id, 1, ended, filled, NOON if filled else None, shares=self.shares(order_id))
        self.told[order_id] = news
        self.desk.book = after_news(self.desk.book, news)

    def anew(self) -> Book:
        """Return the book of a process that starts now: every decision first, then all news in any order."""
        book = a_book(equity=10_000_000)
        for decision in self.desk.decisions:
            book = after_decision(book, decision)
        for news in self.rng.sample(list(self.told.values()), len(self.told)):
            book = after_news(book, news)
        return book


def open_lots(book: Book) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what is open of each lot, in our units and in the sender's."""
    return {name: (one.filled - one.closed, one.asked_open) for name, one in book.entries.items() if not one.spent}


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_lots_are_as_open_as_before(seed):
    floor = Floor(seed, ("BUY",)).trade(25)

    assert open_lots(floor.anew()) == open_lots(floor.desk.book)


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_as_many_units_are_held_though_other_lots_may_have_closed_each_other(seed):
    floor = Floor(seed, ("BUY", "SELL")).trade(25)

    assert floor.anew().stack("Trend", "AAPL").units == floor.desk.held()
