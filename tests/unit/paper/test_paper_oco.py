"""One cancels the other: a group never fills more than it was meant to."""

from __future__ import annotations

from execution.adapters.paper.engine.book import Book
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.engine.steps import cancelled, regrouped
from support.paper import NOON, STOCK, Bench, D, limit, stop


def a_bracket(bench: Bench) -> None:
    bench.quote(STOCK, 100, 100)
    bench.submit()
    bench.submit(side="SELL", oco_group="g", **stop(95, time_in_force="GTC"))
    bench.submit(side="SELL", oco_group="g", **limit(110, time_in_force="GTC"))


def test_a_complete_fill_cancels_the_others():
    bench = Bench()
    a_bracket(bench)

    bench.quote(STOCK, 111, 111)

    assert (bench.orders["o2"].status, bench.orders["o3"].status) == ("CANCELLED", "FILLED")
    assert [event.client_order_id for event in bench.events[-2:]] == ["o3", "o2"]
    assert bench.book.account.held("AAPL") == 0


def test_a_partial_fill_reduces_the_others_by_as_much():
    bench = Bench(depth=Depth(levels=1, step_bps=D(500)))
    a_bracket(bench)

    bench.quote(STOCK, 110, 110, size=40)

    assert (bench.orders["o3"].filled, bench.orders["o2"].open) == (40, 60)
    bench.quote(STOCK, 94, 94)
    assert (bench.orders["o2"].filled, bench.orders["o3"].filled) == (60, 40)
    assert not bench.book.working
    assert bench.book.account.held("AAPL") == 0


def test_an_order_that_arrives_after_its_twin_has_filled_is_cancelled_at_once():
    bench = Bench()
    bench.quote(STOCK, 100, 100)
    bench.submit()
    bench.submit(side="SELL", oco_group="g", **stop(101))

    late = bench.submit(side="SELL", oco_group="g", **limit(90))

    assert (bench.orders["o2"].status, late.status, late.filled) == ("FILLED", "CANCELLED", 0)


def test_cancelling_one_leaves_the_other():
    bench = Bench()
    a_bracket(bench)

    bench.keep(cancelled(bench.book, "o2", NOON))

    assert list(bench.book.working) == ["o3"]


def test_a_group_torn_by_a_crash_is_mended():
    bench = Bench()
    a_bracket(bench)
    untouched = bench.orders["o2"]
    bench.quote(STOCK, 111, 111)
    torn = Book(bench.book.account, {"o2": untouched}, bench.book.orders)

    bench.keep(regrouped(torn, [untouched, bench.orders["o3"]], NOON))

    assert bench.orders["o2"].status == "CANCELLED"
    assert not bench.book.working
    assert bench.orders["o2"].version == untouched.version + 1
