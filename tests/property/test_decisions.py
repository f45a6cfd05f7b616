"""Where money is: what holds of every decision, whatever the book, the market and the signal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from cerebro.domain.checkpoint import book_from, pieces_of
from cerebro.domain.decision import decide, decision_text, redecide
from cerebro.domain.inputs import Allotted, inputs_text
from cerebro.domain.policy import Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from mathematricks.contracts.strategies import RiskLimits
from support.cerebro import (
    Desk,
    a_book,
    a_config,
    a_market,
    a_quote,
    an_instrument,
    an_update,
    decided,
    inputs_for,
    seconds,
)
from support.signals import NOON, a_leg, a_signal

D = Decimal
LIMIT = Policy().margin_limit


def decimals(least: int, most: int, places: int = 2) -> st.SearchStrategy[Decimal]:
    return st.integers(least * 10**places, most * 10**places).map(lambda number: D(number).scaleb(-places))


prices = decimals(1, 5_000)
equities = decimals(1_000, 5_000_000)
percents = decimals(0, 150)
lots = st.sampled_from([D(1), D("0.01"), D("0.00000001"), D(100)])


@given(equity=equities, percent=percents, price=prices, lot=lots, in_use=st.integers(0, 60))
def test_the_position_fits_and_is_the_largest_that_fits(equity, percent, price, lot, in_use):
    book = a_book(equity=equity, initial_margin=equity * in_use / 100)
    market = a_market(a_quote(ask=price), instruments=[an_instrument(lot=lot)])
    decision = decided(a_signal(account_equity=None), book, percent=percent, market=market)

    quantity = sum((order.quantity for order in decision.orders), D(0))
    capital = equity * percent / 100
    room = equity * LIMIT - equity * in_use / 100

    assert quantity % lot == 0
    assert quantity * price <= capital
    assert quantity * price / 2 <= max(D(0), room)
    assert (quantity + lot) * price > capital or (quantity + lot) * price / 2 > room


@given(equity=equities, less=percents, more=percents, price=prices, limit=st.none() | equities)
def test_more_capital_never_buys_less(equity, less, more, price, limit):
    less, more = sorted((less, more))

    def bought(percent: Decimal) -> Decimal:
        decision = decided(
            a_signal(),
            a_book(equity=equity),
            allotted=Allotted("a1", percent),
            market=a_market(a_quote(ask=price)),
            strategy=a_config(risk_limits=RiskLimits(max_position_size=limit)),
        )
        return sum((order.quantity for order in decision.orders), D(0))

    assert bought(less) <= bought(more)


entries = st.builds(
    lambda symbol, action, quantity, equity: {
        "instrument": symbol,
        "action": action,
        "quantity": quantity,
        "account_equity": equity,
    },
    st.sampled_from(["AAPL", "SPY"]),
    st.sampled_from(["BUY", "SELL"]),
    st.none() | decimals(1, 1_000),
    st.sampled_from([None, D(1), D(100), D(10_000), D(1_000_000)]),
)


@given(st.lists(entries, min_size=1, max_size=12), percents)
@settings(deadline=None)
def test_reservations_and_margin_never_exceed_the_limit(signals, percent):
    desk = Desk(
        a_book(equity=500_000, initial_margin=D(50_000)),
        percent=percent,
        market=a_market(a_quote("AAPL", ask=150), a_quote("SPY", ask=400)),
    )
    for signal in signals:
        desk.send(fill=False, signal_type="ENTRY", **signal)

    reserved = desk.book.reserved_for("paper:IBKR_Main")
    assert reserved + 50_000 <= 500_000 * LIMIT
    assert reserved == sum((order.reserved_margin for order in desk.orders.values()), D(0))
    assert desk.book.in_use.get("Trend", D(0)) <= 500_000 * percent / 100


steps = st.one_of(
    st.tuples(st.just("open"), decimals(1, 20, 1), st.booleans()),
    st.tuples(st.just("close"), st.none() | decimals(1, 20, 1), st.sampled_from([None, "x1", "x2", "nobody"])),
    st.tuples(st.just("fill"), st.integers(0, 20), st.integers(0, 100)),
)


def end(desk: Desk, order_id: str, per_cent: int) -> None:
    """End an order of the desk after *per_cent* of it, as execution would: no more than what is open."""
    order = desk.orders[order_id]
    if order.purpose == "entry":
        desk.tell(order_id, (order.quantity * per_cent / 100).to_integral_value())
        return
    exit_ = desk.book.exits.get(order_id)
    if exit_ is not None and exit_.sized:
        sized = sum((close.quantity for close in exit_.closes), D(0))
        desk.tell(order_id, (sized * per_cent / 100).to_integral_value())


def position(desk: Desk) -> Decimal:
    """What the venue holds: all fills, the exits' against the entries'."""
    return sum((entry.filled - entry.closed for entry in desk.book.entries.values()), D(0))


@given(st.lists(steps, max_size=15))
@settings(deadline=None, max_examples=200)
def test_exits_never_reverse_and_closing_all_ends_flat(script):
    desk = Desk()
    for kind, size, detail in script:
        if kind == "open":
            desk.send(fill=False, signal_type="ENTRY", quantity=size, account_equity=D(500_000))
        elif kind == "close":
            desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=size, entry_ref=detail)
        elif desk.orders:
            end(desk, list(desk.orders)[size % len(desk.orders)], detail)
        assert position(desk) >= 0
    everything = list(desk.orders)
    for order_id in sorted(everything, key=lambda one: desk.orders[one].purpose == "exit"):
        if order_id in desk.book.entries and desk.book.entries[order_id].working:
            end(desk, order_id, 100)
    for order_id in everything:
        if order_id in desk.book.exits:
            end(desk, order_id, 100)
    last = desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=None)
    for order in last.orders:
        end(desk, order.order_id, 100)

    assert position(desk) == 0
    assert desk.held() == 0
    assert not desk.book.exits
    assert not desk.book.in_use


@st.composite
def situations(draw):
    """Any signal on a book with a past, in any market."""
    desk = Desk(a_book(an_update(equity=draw(equities)), an_update("paper:Other", equity=draw(equities))))
    for number, (action, quantity) in enumerate(
        draw(st.lists(st.tuples(st.sampled_from(["BUY", "SELL"]), decimals(1, 50)), max_size=4))
    ):
        filled = draw(st.booleans())
        decision = desk.send(fill=False, action=action, quantity=quantity, external_id=f"x{number}", stop_loss=D(100))
        for order in decision.orders if filled else ():
            desk.tell(order.order_id, order.quantity or 0)
    legs = tuple(
        a_leg(
            draw(st.sampled_from(["AAPL", "SPY", "BTC/USD"])),
            action=draw(st.sampled_from(["BUY", "SELL"])),
            quantity=draw(st.none() | decimals(1, 100)),
            price=draw(st.none() | prices),
            order_type=draw(st.sampled_from(["MARKET", "LIMIT", "STOP"])),
            stop_price=draw(st.none() | prices),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
    signal = a_signal(
        legs=legs,
        strategy_seq=9,
        signal_type=draw(st.sampled_from([None, "ENTRY", "EXIT", "SCALE_IN", "SCALE_OUT", "CANCEL"])),
        entry_ref=draw(st.sampled_from([None, "x0", "x1"])),
        account_equity=draw(st.sampled_from([None, D(1), D(100), D(100_000)])),
    )
    names = draw(st.sets(st.sampled_from(["AAPL", "SPY", "BTC/USD"]), min_size=1))
    return inputs_for(
        signal,
        desk.book,
        strategy=draw(
            st.sampled_from(
                [
                    None,
                    a_config(),
                    a_config(expected_alpha=D("0.02")),
                    a_config(sizing="target"),
                    a_config(status="INACTIVE"),
                ]
            )
        ),
        percent=draw(st.none() | percents),
        market=a_market(*(a_quote(name, ask=draw(prices)) for name in sorted(names))),
        now=NOON + seconds(draw(st.integers(0, 2000))),
    )


@given(situations())
@settings(deadline=None, max_examples=300)
def test_a_decision_made_again_from_its_stored_inputs_is_the_same_text(inputs):
    text = inputs_text(inputs)

    assert redecide(text) == decision_text(decide(inputs))


absurd = st.builds(
    lambda digits, exponent: D(digits).scaleb(exponent),
    st.sampled_from([1, 3, 10**17 + 1, 10**33 + 7, 9 * 10**33]),
    st.integers(-34, 0),
)


@given(
    quantity=absurd,
    price=absurd,
    ask=absurd,
    equity=absurd,
    out=absurd,
    kind=st.sampled_from([None, "units", "share_of_equity", "target", "capital"]),
    order_type=st.sampled_from(["MARKET", "LIMIT", "STOP"]),
)
@settings(deadline=None, max_examples=300)
def test_no_number_however_absurd_stops_a_strategy(quantity, price, ask, equity, out, kind, order_type):
    strategy = a_config(sizing=kind, expected_alpha=D("0.02"))
    desk = Desk(strategy=strategy, market=a_market(a_quote(ask=ask)))
    sent = {"price": price, "account_equity": equity, "order_type": order_type}

    desk.send(quantity=quantity, **sent)
    desk.send(quantity=out, action="SELL", **sent)
    desk.send(quantity=out, action="SELL", signal_type="EXIT", fill=False, **sent)

    assert len(desk.decisions) == 3


@given(situations())
@settings(deadline=None)
def test_a_decision_is_whole(inputs):
    """A refusal says why, an order has a size or waits for one, and ids are a function of the signal."""
    decision = decide(inputs)

    assert (decision.outcome == "REFUSED") == (not decision.orders and not decision.commands and bool(decision.reason))
    assert decision.sentence
    assert all(order.quantity or order.waits_for for order in decision.orders)
    assert len({order.order_id for order in decision.orders}) == len(decision.orders)
    assert decide(replace(inputs)) == decision


@given(st.lists(steps, max_size=12))
@settings(deadline=None)
def test_a_book_comes_back_from_its_checkpoint_as_it_was(script):
    desk = Desk()
    for kind, size, detail in script:
        if kind == "open":
            desk.send(fill=bool(detail), signal_type="ENTRY", quantity=size, account_equity=D(500_000))
        elif kind == "close":
            desk.send(fill=False, signal_type="EXIT", action="SELL", quantity=size, entry_ref=detail)
    book = desk.book

    again = book_from(book.portfolio, book.seq, "\n".join(pieces_of(book)))

    assert again.hash == book.hash
    assert list(pieces_of(again)) == list(pieces_of(book))
    assert (again.in_use, again.reserved) == (book.in_use, book.reserved)
    assert {name: set(ids) for name, ids in again.uncovered.items()} == {
        name: set(ids) for name, ids in book.uncovered.items()
    }
    assert again.stack("Trend", "AAPL").units == book.stack("Trend", "AAPL").units
