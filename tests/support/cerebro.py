"""Builders of what Cerebro decides from: books, strategies, markets. Name only what the test is about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cerebro.domain.book import Book
from cerebro.domain.book_orders import OrderNews
from cerebro.domain.decision import decide
from cerebro.domain.folding import after_decision, after_news, after_snapshot
from cerebro.domain.inputs import Allotted, Day, DecisionInputs, Market, Ordinal
from cerebro.domain.policy import Policy
from cerebro.domain.reading import read_book
from cerebro.domain.routing import account_for
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.orders import TradingOrder
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.strategies import StrategyConfiguration

from support.signals import NOON, a_contract, a_signal

PAPER = "paper:IBKR_Main"
_versions = itertools.count(1)


def an_update(account: str = PAPER, **but: Any) -> AccountUpdate:
    """An account of 100,000 USD that ties up no margin, seen at noon."""
    equity = Decimal(but.get("equity", 100_000))
    usual: dict[str, Any] = {
        "account": account,
        "mode": "PAPER" if account.startswith("paper:") else "LIVE",
        "base_currency": "USD",
        "equity": equity,
        "cash_balance": equity,
        "buying_power": equity,
        "excess_liquidity": equity,
        "initial_margin": Decimal(0),
        "margin_used": Decimal(0),
        "margin_available": equity,
        "unrealized_pnl": Decimal(0),
        "realized_pnl": Decimal(0),
        "as_of": NOON,
    }
    return AccountUpdate(**usual | but)


def a_book(*updates: AccountUpdate, portfolio: Any = "paper", **but: Any) -> Book:
    """A paper book of one account; *but* changes the account, ``a_book(equity=…, initial_margin=…)``."""
    book = Book(portfolio)
    for update in updates or (an_update(**but),):
        book = after_snapshot(book, update)
    return book


def a_config(**but: Any) -> StrategyConfiguration:
    """An ACTIVE paper strategy ``Trend`` on ``IBKR_Main``, of unknown alpha."""
    usual: dict[str, Any] = {
        "strategy_id": "Trend",
        "strategy_name": "Trend",
        "account": "IBKR_Main",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return StrategyConfiguration(**usual | but)


def a_quote(instrument: str = "AAPL", bid: Any = None, ask: Any = 150, **but: Any) -> Quote:
    """A quote without spread, unless told otherwise."""
    contract = but.pop("contract", a_contract(instrument))
    usual: dict[str, Any] = {
        "instrument": contract.key,
        "contract": contract,
        "currency": "USD",
        "bid": Decimal(str(ask if bid is None else bid)),
        "ask": Decimal(str(ask)),
        "at": NOON,
    }
    return Quote(**usual | but)


def an_instrument(instrument: str = "AAPL", **but: Any) -> Instrument:
    """A plain stock traded in whole units, a coin in 8 decimals, or by *but* anything else."""
    contract = but.pop("contract", a_contract(instrument))
    usual: dict[str, Any] = {"instrument": contract.key, "contract": contract, "currency": "USD"}
    if contract.type == "CRYPTO":
        usual["lot"] = Decimal("0.00000001")
    return Instrument(**usual | but)


def a_market(*quotes: Quote, **but: Any) -> Market:
    """A market of *quotes* (AAPL at 150 if none); instruments follow from them unless given."""
    quotes = quotes or (a_quote(),)
    given = {one.instrument: one for one in but.pop("instruments", ())}
    plain = {
        one.instrument: an_instrument(one.instrument, contract=one.contract, currency=one.currency) for one in quotes
    }
    return Market(instruments=plain | given, quotes={one.instrument: one for one in quotes}, **but)


def inputs_for(signal: StandardSignal | None = None, book: Book | None = None, **but: Any) -> DecisionInputs:
    """Inputs of a decision at noon: a fresh book of 100,000, half of it allotted to the strategy."""
    signal = signal or a_signal()
    book = book or a_book()
    strategy = but.pop("strategy", a_config(strategy_id=signal.strategy_id))
    sizing = strategy.sizing if strategy else None
    percent = but.pop("percent", Decimal(50))
    usual: dict[str, Any] = {
        "signal": signal,
        "strategy": strategy,
        "allotted": Allotted("a1", percent),
        "book": read_book(book, signal, account_for(strategy, book.portfolio), sizing),
        "market": a_market(),
        "day": None,
        "policy": Policy(),
        "ordinal": Ordinal(seq=book.seq + 1, epoch=0, version="v1", code_version="test"),
        "now": NOON,
    }
    return DecisionInputs(**usual | but)


def decided(signal: StandardSignal | None = None, book: Book | None = None, **but: Any) -> Decision:
    """The decision on *signal*."""
    return decide(inputs_for(signal, book, **but))


def a_day(**but: Any) -> Day:
    """A day without profit or loss."""
    usual: dict[str, Any] = {"realized": Decimal(0), "unrealized": Decimal(0), "as_of": NOON}
    return Day(**usual | but)


class Desk:
    """A book that signals walk through one after another, for tests that tell a story."""

    def __init__(self, book: Book | None = None, **but: Any) -> None:
        self.book = book or a_book(equity=10_000_000)
        self.but = but
        self.orders: dict[str, TradingOrder] = {}
        self.decisions: list[Decision] = []

    def send(self, *, fill: bool = True, **signal: Any) -> Decision:
        """Decide on a signal, numbered by itself, and fill its orders unless told not to."""
        number = len(self.decisions) + 1
        usual = {"strategy_seq": number, "external_id": f"x{number}"}
        but = dict(self.but)
        sent = a_signal(**usual | signal)
        decision = decided(sent, self.book, **but)
        self.book = after_decision(self.book, decision)
        self.decisions.append(decision)
        self.orders |= {order.order_id: order for order in decision.orders}
        if fill:
            for order in decision.orders:
                self.fill(order)
        return decision

    def fill(self, order: TradingOrder, quantity: Decimal | None = None, *, ended: bool = True) -> None:
        """Tell the book that *order* filled, all of it unless a *quantity* is given."""
        filled = quantity if quantity is not None else order.quantity
        assert filled is not None, "give the quantity of an order that execution sizes"
        self.tell(order.order_id, filled, ended=ended)

    def tell(self, order_id: str, filled: Any, *, ended: bool = True, lot: str | None = None) -> None:
        """Tell the book what became of an order; *lot* is the entry that it protects, if it does."""
        news = OrderNews(order_id, next(_versions), ended, Decimal(filled), NOON if filled else None, lot)
        self.book = after_news(self.book, news)

    def see(self, update: AccountUpdate) -> None:
        """Show the book an account's snapshot."""
        self.book = after_snapshot(self.book, update)

    def held(self, instrument: str = "AAPL", strategy: str = "Trend") -> Decimal:
        """Units that the strategy holds or is about to."""
        return self.book.stack(strategy, instrument).units


def seconds(number: float) -> timedelta:
    """That many seconds."""
    return timedelta(seconds=number)


def quantities(orders: Iterable[TradingOrder]) -> list[tuple[str, str, Decimal | None]]:
    """What each order asks for: instrument, side, quantity."""
    return [(order.instrument, order.side, order.quantity) for order in orders]
