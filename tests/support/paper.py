"""A market that tests drive by hand, and builders for what is traded on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from execution.adapters.paper.engine.accounts import opened
from execution.adapters.paper.engine.admission import judge, short_of_funds
from execution.adapters.paper.engine.book import Book, Outcome
from execution.adapters.paper.engine.commissions import TARIFFS
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.engine.steps import Admission, Trading, accept, quoted
from execution.adapters.paper.engine.valuation import value
from execution.domain.calendar import session_end
from execution.domain.instruments import underlying_of
from execution.ports import BrokerOrder
from mathematricks.contracts.instruments import Contract, Instrument, Quote

D = Decimal
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACCOUNT = "paper:main"


def _instrument(contract: Contract, **facts: Any) -> Instrument:
    usual = {"instrument": contract.key, "contract": contract, "currency": "USD"}
    return Instrument(**usual | facts)


STOCK = _instrument(Contract(symbol="AAPL", type="STOCK"))
LEVERAGED = _instrument(Contract(symbol="TQQQ", type="STOCK"), leverage=D(3))
LONDON = _instrument(Contract(symbol="VOD", type="STOCK"), currency="GBP")
FOREX = _instrument(Contract(symbol="EURGBP", type="FOREX"), currency="GBP", tick=D("0.00001"))
CRYPTO = _instrument(Contract(symbol="BTC/USD", type="CRYPTO"), lot=D("0.00000001"))
FUTURE = _instrument(
    Contract(symbol="GC", type="FUTURE", expiry="20261229"), multiplier=D(100), tick=D("0.1"), initial_margin=D(11_000)
)
OPTION = _instrument(
    Contract(symbol="AAPL", type="OPTION", expiry="20270115", strike=D(150), right="C"), multiplier=D(100)
)
INSTRUMENTS = (STOCK, LEVERAGED, LONDON, FOREX, CRYPTO, FUTURE, OPTION)


class DrivenMarket:
    """Knows what it was told, and nothing else. Implements ``PaperMarket``."""

    def __init__(self, rates: Mapping[str, Decimal] | None = None) -> None:
        self.quotes: dict[str, Quote] = {}
        self.rates: dict[str, Decimal] = dict(rates or {"GBP": D("1.25")})
        self.instruments = {instrument.instrument: instrument for instrument in INSTRUMENTS}
        self._moves = 0

    def quote(self, contract: Contract) -> Quote | None:
        return self.quotes.get(contract.key)

    def instrument(self, contract: Contract) -> Instrument | None:
        return self.instruments.get(contract.key)

    def rate(self, currency: str, base: str) -> Decimal | None:
        return D(1) if currency == base else self.rates.get(currency)

    def move(self, instrument: Instrument, bid: object, ask: object, size: object = None) -> Quote:
        """Quote *instrument* at *bid* and *ask*, each showing *size* (None: without end), later than any before."""
        self._moves += 1
        shown = None if size is None else D(str(size))
        quote = Quote(
            instrument=instrument.instrument,
            contract=instrument.contract,
            currency=instrument.currency,
            bid=D(str(bid)),
            ask=D(str(ask)),
            bid_size=shown,
            ask_size=shown,
            at=NOON + timedelta(milliseconds=self._moves),
        )
        self.quotes[instrument.instrument] = quote
        return quote


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


def an_order(instrument: Instrument = STOCK, side: str = "BUY", quantity: object = 100, **but: Any) -> BrokerOrder:
    """Return a market order; prices may be given as text."""
    for name in ("limit_price", "stop_price"):
        if but.get(name) is not None:
            but[name] = D(str(but[name]))
    usual = {
        "client_order_id": "o1",
        "account": ACCOUNT,
        "contract": instrument.contract,
        "side": side,
        "quantity": D(str(quantity)),
    }
    return BrokerOrder(**usual | but)


def limit(price: object, **but: Any) -> dict[str, Any]:
    """Return the fields of a limit order."""
    return {"order_type": "LIMIT", "limit_price": price, **but}


def stop(price: object, **but: Any) -> dict[str, Any]:
    """Return the fields of a stop order."""
    return {"order_type": "STOP", "stop_price": price, **but}


class Bench:
    """The pure engine with a market: one account's book, stepped by hand, and everything that happened."""

    def __init__(
        self, cash: Mapping[str, Decimal] | None = None, depth: Depth | None = None, base_currency: str = "USD"
    ) -> None:
        self.market = DrivenMarket()
        self.book = Book(opened(ACCOUNT, base_currency, cash or {"USD": D(1_000_000)}))
        self.now = NOON
        self.depth = depth or Depth()
        self.orders: dict[str, Any] = {}
        self.events: list[Any] = []

    def submit(self, instrument: Instrument = STOCK, side: str = "BUY", quantity: object = 100, **but: Any) -> Any:
        """Submit an order numbered on from the last; return it as it then is."""
        return self.submit_order(
            an_order(instrument, side, quantity, **{"client_order_id": f"o{len(self.orders) + 1}"} | but)
        )

    def submit_order(self, asked: BrokerOrder) -> Any:
        """Submit an order as the venue would; return it as it then is."""
        instrument = self.market.instruments[asked.contract.key]
        trading = self._trading(instrument, self.market.quote(instrument.contract))
        judgement = judge(self.book, asked, trading, underlying_of(instrument.contract, self.market.quote), self.now)
        funds = value(self.book.account, self.market).available - self.book.reserved
        refusal = judgement.refusal or short_of_funds(judgement, funds, self.book.account.base_currency)
        rests_until = None if asked.time_in_force == "GTC" else session_end(instrument.calendar, self.now)
        group = [
            order for order in self.orders.values() if asked.oco_group and order.asked.oco_group == asked.oco_group
        ]
        admission = Admission(refusal, judgement.required, rests_until, group)
        self.keep(accept(self.book, asked, trading, admission, self.now))
        return self.orders[asked.client_order_id]

    def quote(self, instrument: Instrument, bid: object, ask: object, size: object = None) -> None:
        """Move the market and let resting orders meet it."""
        self.meet(self.market.move(instrument, bid, ask, size))

    def meet(self, quote: Quote) -> None:
        """Let resting orders meet *quote*."""
        instrument = self.market.instruments[quote.instrument]
        ids = [order.id for order in self.book.working.values() if order.instrument.instrument == quote.instrument]
        self.keep(quoted(self.book, ids, self._trading(instrument, quote), self.now))

    def keep(self, outcome: Outcome) -> None:
        """Go on from *outcome*."""
        self.book = outcome.book
        self.orders.update((order.id, order) for order in outcome.changed)
        self.events += outcome.events

    def _trading(self, instrument: Instrument, quote: Quote | None) -> Trading:
        rate = self.market.rate(instrument.currency, self.book.account.base_currency)
        return Trading(instrument, quote, rate, TARIFFS[instrument.contract.type], self.depth)
