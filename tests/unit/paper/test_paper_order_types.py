"""What each order type and time in force does against a quoted book."""

from __future__ import annotations

from datetime import timedelta

import pytest
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.engine.steps import cancelled, expired
from support.paper import CRYPTO, FOREX, NOON, STOCK, Bench, D, limit, stop


def fills(order: object) -> list[tuple[object, object]]:
    return [(fill.quantity, fill.price) for fill in order.fills]


def test_a_market_order_pays_the_far_side():
    bench = Bench()
    bench.quote(STOCK, "99.98", "100.02")

    assert fills(bench.submit(side="BUY")) == [(100, D("100.02"))]
    assert fills(bench.submit(side="SELL")) == [(100, D("99.98"))]


def test_beyond_the_shown_size_each_level_is_one_step_worse_and_twice_as_deep():
    bench = Bench(depth=Depth(step_bps=D(10), levels=3))
    bench.quote(STOCK, 100, 100, size=100)

    order = bench.submit(side="BUY", quantity=1000)

    assert fills(order) == [(100, D(100)), (200, D("100.1")), (400, D("100.2")), (300, D("100.3"))]
    assert order.status == "FILLED"


def test_levels_that_share_a_tick_are_one_fill():
    bench = Bench(depth=Depth(step_bps=D(1), levels=2))
    bench.quote(STOCK, "9.99", "10.00", size=100)

    assert fills(bench.submit(quantity=1000)) == [(100, D(10)), (900, D("10.01"))]


def test_uneven_depth_is_the_same_for_the_same_seed():
    def prices(seed: int) -> list[object]:
        bench = Bench(depth=Depth(step_bps=D(50), jitter=D(1), seed=seed))
        bench.quote(STOCK, 100, 100, size=10)
        return [price for _, price in fills(bench.submit(quantity=500))]

    assert prices(1) == prices(1)
    assert prices(1) != prices(2)


def test_a_price_off_the_tick_is_rounded_to_the_worse_side():
    bench = Bench()
    bench.quote(STOCK, "99.988", "100.011")

    assert fills(bench.submit(side="BUY")) == [(100, D("100.02"))]
    assert fills(bench.submit(side="SELL")) == [(100, D("99.98"))]


def test_a_limit_order_rests_until_the_market_comes_to_it():
    bench = Bench()
    bench.quote(STOCK, "99.98", "100.02")

    assert bench.submit(**limit("99.50")).status == "WORKING"
    bench.quote(STOCK, "99.60", "99.64")
    assert bench.orders["o1"].filled == 0
    bench.quote(STOCK, "99.40", "99.44")

    assert fills(bench.orders["o1"]) == [(100, D("99.44"))]


def test_a_limit_order_takes_only_the_levels_within_its_limit_and_rests_with_the_remainder():
    bench = Bench(depth=Depth(step_bps=D(10), levels=3))
    bench.quote(STOCK, 100, 100, size=100)

    order = bench.submit(quantity=1000, **limit("100.10"))

    assert fills(order) == [(100, D(100)), (200, D("100.1"))]
    assert order.status == "WORKING"


def test_what_one_order_took_of_a_quote_is_gone_for_the_next_until_a_new_one_comes():
    bench = Bench(depth=Depth(step_bps=D(10), levels=3))
    bench.quote(STOCK, 100, 100, size=100)
    bought = [bench.submit(quantity=size).fills for size in (60, 60, 300)]
    sold = bench.submit(side="SELL", quantity=100).fills
    bench.quote(STOCK, 100, 100, size=100)
    after = bench.submit(quantity=100).fills

    assert [[(fill.quantity, fill.price) for fill in fills] for fills in (*bought, sold, after)] == [
        [(60, 100)],
        [(40, 100), (20, D("100.1"))],
        [(180, D("100.1")), (120, D("100.2"))],
        [(100, 100)],
        [(100, 100)],
    ]


def test_orders_at_rest_share_what_a_quote_shows_the_oldest_first():
    bench = Bench()
    bench.quote(STOCK, 101, 102)
    first, second = (bench.submit(quantity=80, **limit(100, time_in_force="GTC")) for _ in range(2))
    bench.quote(STOCK, 99, 100, size=100)

    assert (bench.orders[first.id].filled, bench.orders[second.id].filled) == (80, 20)


def test_the_size_a_quote_shows_is_taken_once():
    bench = Bench(depth=Depth(levels=1, step_bps=D(100)))
    bench.quote(STOCK, 100, 100, size=100)
    bench.submit(quantity=250, **limit("100"))

    bench.meet(bench.market.quotes["AAPL"])
    assert bench.orders["o1"].filled == 100
    bench.quote(STOCK, 100, 100, size=100)

    assert fills(bench.orders["o1"]) == [(100, D(100)), (100, D(100))]


@pytest.mark.parametrize(("side", "price", "before", "after"), [("BUY", 101, 100, 101), ("SELL", 99, 100, 99)])
def test_a_stop_waits_for_its_price_and_then_is_a_market_order(side: str, price: int, before: int, after: int):
    bench = Bench()
    bench.quote(STOCK, before, before)

    assert bench.submit(side=side, **stop(price)).status == "WORKING"
    bench.quote(STOCK, after, after)

    assert fills(bench.orders["o1"]) == [(100, D(after))]


def test_a_stop_that_gaps_is_filled_beyond_its_price():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit(side="SELL", **stop(99))

    bench.quote(STOCK, 90, 91)

    assert fills(bench.orders["o1"]) == [(100, D(90))]


def test_a_triggered_stop_limit_rests_at_its_limit():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit(side="SELL", order_type="STOP_LIMIT", stop_price=99, limit_price="98.50")

    bench.quote(STOCK, 98, 98)
    assert (bench.orders["o1"].triggered, bench.orders["o1"].filled) == (True, 0)
    bench.quote(STOCK, "98.60", "98.70")

    assert fills(bench.orders["o1"]) == [(100, D("98.60"))]


def test_prices_that_do_not_belong_to_the_order_type_are_ignored():
    bench = Bench()
    bench.quote(STOCK, 100, 100)

    assert bench.submit(order_type="MARKET", limit_price=1, stop_price=500).status == "FILLED"


def test_the_remainder_of_an_ioc_order_is_cancelled():
    bench = Bench(depth=Depth(step_bps=D(100)))
    bench.quote(STOCK, 100, 100, size=100)

    order = bench.submit(quantity=150, **limit(100, time_in_force="IOC"))

    assert (order.status, order.filled) == ("CANCELLED", 100)
    assert [(event.kind, event.status) for event in bench.events] == [("fill", "WORKING"), ("status", "CANCELLED")]


def test_a_fok_order_is_filled_whole_or_not_at_all():
    bench = Bench(depth=Depth(step_bps=D(100)))
    bench.quote(STOCK, 100, 100, size=100)

    assert bench.submit(quantity=101, **limit(100, time_in_force="FOK")).filled == 0
    assert bench.submit(quantity=100, **limit(100, time_in_force="FOK")).status == "FILLED"
    assert bench.orders["o1"].status == "CANCELLED"


def test_a_day_order_ends_with_the_day_and_a_gtc_order_stays():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit(**limit(90))
    bench.submit(**limit(90, time_in_force="GTC"))

    bench.keep(expired(bench.book, NOON + timedelta(hours=11, minutes=59)))
    assert len(bench.book.working) == 2
    bench.keep(expired(bench.book, NOON + timedelta(hours=12)))

    assert list(bench.book.working) == ["o2"]
    assert bench.events[-1].status == "EXPIRED"


def test_cancelling_ends_a_working_order_and_nothing_else():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit(**limit(90))
    bench.submit()

    for name in ("o1", "o1", "o2", "never heard of"):
        bench.keep(cancelled(bench.book, name, NOON))

    assert bench.orders["o1"].status == "CANCELLED"
    assert [event.kind for event in bench.events] == ["fill", "status"]


def test_without_a_quote_a_market_order_is_refused_and_a_limit_order_rests():
    bench = Bench()

    assert bench.submit().reason.startswith("NO_QUOTE")
    assert bench.submit(**limit(100)).status == "WORKING"


def test_nobody_bids_zero():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit()
    bench.quote(STOCK, 0, "0.01")

    assert bench.submit(side="SELL").reason.startswith("NO_QUOTE")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"quantity": "10.5"}, "LOT"),
        ({"instrument": CRYPTO, "side": "SELL", "quantity": 1}, "SHORT_CRYPTO"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(order: dict[str, object], reason: str):
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.quote(CRYPTO, 60_000, 60_001)

    assert bench.submit(**order).reason.startswith(reason)
    assert bench.book.account.seq == 0


def test_spot_crypto_is_sold_only_as_far_as_it_is_held_even_by_resting_orders():
    bench = Bench()
    bench.quote(CRYPTO, 100, 100)
    bench.submit(CRYPTO, quantity=2)
    bench.submit(CRYPTO, "SELL", 2, **limit(110, time_in_force="GTC"))
    bench.submit(CRYPTO, "SELL", "1.5")

    bench.quote(CRYPTO, 120, 120)

    assert (bench.orders["o2"].filled, bench.orders["o2"].status) == (D("0.5"), "CANCELLED")
    assert bench.book.account.held("BTC/USD") == 0


def test_forex_fills_on_its_own_tick():
    bench = Bench()
    bench.quote(FOREX, "0.841234", "0.841266")

    assert fills(bench.submit(FOREX, quantity=10_000)) == [(10_000, D("0.84127"))]
