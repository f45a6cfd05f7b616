"""What is held beyond its expiry becomes cash, at what it is worth then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from execution.adapters.paper.engine.settlement import settled
from execution.adapters.paper.engine.steps import expired
from mathematricks.contracts.instruments import Contract
from support.paper import FUTURE, OPTION, STOCK, Bench, D, limit

AFTER_OPTION = datetime(2027, 1, 16, 0, 0, 1, tzinfo=UTC)
AFTER_FUTURE = datetime(2026, 12, 30, 0, 0, 1, tzinfo=UTC)
PUT = OPTION.model_copy(
    update={
        "contract": (put := Contract(symbol="AAPL", type="OPTION", expiry="20270115", strike=D(150), right="P")),
        "instrument": put.key,
    }
)


def a_bench() -> Bench:
    bench = Bench()
    bench.market.instruments[PUT.instrument] = PUT
    bench.quote(STOCK, 150, 150)
    return bench


def settle(bench: Bench, now: datetime) -> list[Any]:
    """Settle what has expired; return the fills of the venue's own orders."""
    outcome = settled(bench.book, bench.market, now)
    bench.keep(outcome)
    return [
        (order.asked.side, fill.quantity, fill.price, fill.commission)
        for order in outcome.changed
        for fill in order.fills
    ]


@pytest.mark.parametrize(
    ("instrument", "price", "worth"), [(OPTION, 162, 12), (OPTION, 150, 0), (PUT, 141, 9), (PUT, 155, 0)]
)
def test_an_option_becomes_what_exercising_it_would_bring(instrument: Any, price: int, worth: int):
    bench = a_bench()
    bench.quote(instrument, 5, 5)
    bench.submit(instrument, quantity=3)
    cash = bench.book.account.cash["USD"]
    bench.quote(STOCK, price - 1, price + 1)

    assert settle(bench, AFTER_OPTION) == [("SELL", 3, worth, 0)]

    assert bench.book.account.positions == {}
    assert bench.book.account.cash["USD"] == cash + 3 * 100 * worth
    assert settle(bench, AFTER_OPTION) == []


def test_a_short_option_pays_and_a_future_settles_at_its_last_price():
    bench = a_bench()
    bench.quote(PUT, 5, 5)
    bench.quote(FUTURE, 2000, 2000)
    bench.submit(PUT, "SELL", 2)
    bench.submit(FUTURE, "SELL", 1)
    bench.quote(STOCK, 140, 140)
    bench.quote(FUTURE, 1990, 1990)

    assert settle(bench, AFTER_FUTURE) == [("BUY", 1, 1990, 0)]
    assert settle(bench, AFTER_OPTION) == [("BUY", 2, 10, 0)]
    assert bench.book.account.realized_base == 1 * 100 * 10 + 2 * 100 * (5 - 10)


def test_on_its_last_day_nothing_settles_and_without_a_quote_it_waits_for_one():
    bench = Bench()
    bench.quote(FUTURE, 2000, 2000)
    bench.submit(FUTURE, quantity=3)
    assert settle(bench, datetime(2026, 12, 29, 23, 59, 59, tzinfo=UTC)) == []
    del bench.market.quotes[FUTURE.instrument]
    assert settle(bench, AFTER_FUTURE) == []

    bench.market.move(FUTURE, 1999, 2001)
    assert settle(bench, AFTER_FUTURE) == [("SELL", 3, 2000, 0)]


def test_what_rests_ends_with_its_contract():
    bench = Bench()
    bench.quote(FUTURE, 2000, 2000)
    bench.submit(FUTURE, quantity=1, **limit(1900, time_in_force="GTC"))

    bench.keep(expired(bench.book, AFTER_FUTURE))

    assert (bench.orders["o1"].status, bench.orders["o1"].reason) == ("EXPIRED", "INSTRUMENT_EXPIRED: 20261229")
