"""The book: what it remembers, what it forgets, and that it never moves under anyone's feet (RULES 5, 9)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from cerebro.domain.folding import OutOfSequence, after_decision, after_snapshot
from cerebro.domain.policy import Policy
from cerebro.domain.reading import read_book
from cerebro.domain.routing import portfolio_for
from cerebro.domain.stack import IDLE_REMEMBERED
from support.cerebro import (
    PAPER,
    Desk,
    a_book,
    a_config,
    a_market,
    a_quote,
    an_instrument,
    an_update,
    decided,
    seconds,
)
from support.signals import NOON, a_signal

D = Decimal


def test_a_book_stays_what_it_was():
    before = a_book()

    after = after_decision(before, decided(book=before))

    assert (before.seq, before.in_use.get("Trend"), len(before.entries)) == (0, None, 0)
    assert (after.seq, len(after.entries)) == (1, 1)


def test_the_same_content_has_the_same_hash_whatever_the_order_of_the_news():
    one, other = Desk(), Desk()
    orders = [one.send(fill=False).orders[0], one.send(fill=False).orders[0]]
    for signal in one.decisions:
        other.book = after_decision(other.book, signal)
    for order in orders:
        one.tell(order.order_id, 500)
    for order in reversed(orders):
        other.tell(order.order_id, 500)

    assert one.book.hash == other.book.hash
    assert one.book.hash != a_book(equity=10_000_000).hash


def test_decisions_are_folded_in_sequence():
    book = a_book()
    decision = decided(book=book)

    with pytest.raises(OutOfSequence):
        after_decision(after_decision(book, decision), decision)


def test_an_older_snapshot_changes_nothing():
    book = a_book(equity=100_000)

    later = after_snapshot(book, an_update(equity=1, as_of=NOON - seconds(1)))

    assert later is book


def test_of_entries_with_nothing_left_only_the_newest_are_remembered():
    desk = Desk()
    desk.but["strategy"] = a_config(status="INACTIVE")
    for _ in range(10 * IDLE_REMEMBERED):
        desk.send()

    stack = desk.book.stack("Trend", "AAPL")
    assert len(desk.book.entries) == len(stack.idle) == IDLE_REMEMBERED
    assert stack.length < 3 * IDLE_REMEMBERED + 32
    assert len(desk.book.names) == 2 * IDLE_REMEMBERED
    assert next(desk.book.entries_of("Trend", "AAPL")).terms.external_id == "x200"


def test_a_decision_reads_only_the_lots_that_it_can_touch():
    desk = Desk()
    for _ in range(50):
        desk.send(quantity=D(1))

    def lots(**signal):
        read = read_book(desk.book, a_signal(strategy_seq=51, **signal), PAPER)
        return [lot.external_id for lot in read.holdings["AAPL"].lots]

    assert lots(quantity=D(1)) == []
    assert lots(quantity=D("1.5"), action="SELL") == ["x50", "x49"]
    assert lots(quantity=D(2), action="SELL", signal_type="EXIT", entry_ref="x3") == ["x50", "x49", "x3"]
    assert len(lots(quantity=None, action="SELL", signal_type="EXIT")) == 50


def test_a_strategy_under_test_closes_live_what_it_holds_live():
    config = a_config(status="TESTING", trading_mode="LIVE")
    desk = Desk(a_book(an_update("IBKR_Main"), portfolio="live"))
    empty = desk.book
    desk.book = after_decision(desk.book, _live_entry(desk))
    desk.tell(desk.decisions[0].orders[0].order_id, 5)
    out = a_signal(signal_type="EXIT", action="SELL")

    assert portfolio_for(config, out, desk.book) == "live"
    assert portfolio_for(config, out, empty) == "paper"
    assert portfolio_for(config, a_signal(signal_type="ENTRY"), desk.book) == "paper"


def _live_entry(desk):
    decision = decided(
        book=desk.book,
        strategy=a_config(trading_mode="LIVE"),
        policy=Policy(allow_live=True),
        market=a_market(a_quote(), instruments=[an_instrument(leverage=D(1))]),
    )
    desk.decisions.append(decision)
    return decision


def test_sums_stay_exact_where_an_exit_waits_for_a_third_of_its_entry():
    desk = Desk()
    for number in range(3):
        desk.send(fill=False, quantity=D(3), external_id=f"x{number}")
    exits = [desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=D(1)).orders[0] for _ in range(7)]

    stakes = sum((entry.stake for entry in desk.book.entries.values()), D(0))

    assert exits
    assert desk.book.in_use["Trend"] == stakes
    assert desk.held() == sum((entry.at_stake for entry in desk.book.entries.values()), D(0))
