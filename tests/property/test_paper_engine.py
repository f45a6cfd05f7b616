"""Whatever is ordered and however the market moves, money is conserved and orders keep their word."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

import bson
from execution.adapters.paper.documents import (
    InstrumentDocuments,
    account_from,
    checkpoint_of,
    order_document,
    order_from,
)
from execution.adapters.paper.engine.accounts import PAID_IN_FULL, Account, opened
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.engine.money import EXACT
from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.engine.replay import replayed
from execution.adapters.paper.engine.settlement import settled
from execution.adapters.paper.engine.steps import expired
from execution.adapters.paper.engine.valuation import value
from execution.domain.instruments import settles_at
from hypothesis import given, settings
from hypothesis import strategies as st
from mathematricks.storage.mongo import CODEC
from support.paper import ACCOUNT, CRYPTO, LONDON, OPTION, STOCK, Bench, D
from support.paper_scripts import TRADED, a_script, play, quote

LONG_AFTER = datetime(2027, 6, 1, tzinfo=UTC)

seeds = st.integers(0, 2**32)
scripts = seeds.map(a_script)
grouped = seeds.map(lambda seed: a_script(seed, groups=("g1", "g1", "g2")))
coins = seeds.map(lambda seed: a_script(seed, among=[CRYPTO], groups=[None]))
cash = st.sampled_from([D(50_000), D(10_000_000), D(10_000_000)])


def played(script: list[Any], dollars: Decimal) -> Bench:
    bench = Bench({"USD": dollars, "GBP": D("777.77")}, depth=Depth(step_bps=D(300), levels=2, jitter=D("0.5")))
    for instrument in TRADED:
        quote(bench.market, instrument, 100, 1, 150)
    for step in script:
        play(bench, step)
    return bench


def open_cost(account: Account, currency: str) -> Decimal:
    held = [position for position in account.positions.values() if position.instrument.currency == currency]
    return sum((one.cost for one in held if one.instrument.contract.type in PAID_IN_FULL), D(0))


@settings(deadline=None)
@given(script=scripts, dollars=cash)
def test_cash_is_deposits_and_realized_less_fees_and_open_cost_to_the_last_digit(script, dollars):
    account = played(script, dollars).book.account

    with localcontext(EXACT):
        for currency, deposit in account.deposits.items():
            earned = account.realized.get(currency, D(0)) - account.fees.get(currency, D(0))
            assert account.cash[currency] == deposit + earned - open_cost(account, currency)


@settings(deadline=None)
@given(script=scripts, dollars=cash)
def test_the_position_is_the_sum_of_the_fills(script, dollars):
    bench = played(script, dollars)

    for instrument in TRADED:
        mine = [order for order in bench.orders.values() if order.instrument.instrument == instrument.instrument]
        assert bench.book.account.held(instrument.instrument) == sum(order.signed * order.filled for order in mine)


@settings(deadline=None)
@given(script=scripts, dollars=cash)
def test_no_order_fills_beyond_its_quantity_its_limit_or_its_time_in_force(script, dollars):
    for order in played(script, dollars).orders.values():
        asked = order.asked
        assert order.filled == sum(fill.quantity for fill in order.fills) <= asked.quantity
        assert (order.status == "FILLED") == (order.filled == asked.quantity)
        assert all(fill.quantity > 0 for fill in order.fills)
        for fill in order.fills:
            assert order.limit is None or (order.limit - fill.price) * order.signed >= 0
            assert fill.price % order.instrument.tick == 0
        if asked.time_in_force == "FOK":
            assert order.filled in (0, asked.quantity - order.reduced)
        if asked.time_in_force in ("IOC", "FOK") and order.stop is None:
            assert not order.working


@settings(deadline=None)
@given(script=grouped, dollars=cash)
def test_an_oco_group_never_fills_more_than_its_largest_order(script, dollars):
    groups: dict[str, list[PaperOrder]] = {}
    for order in played(script, dollars).orders.values():
        if order.asked.oco_group:
            groups.setdefault(order.asked.oco_group, []).append(order)

    for members in groups.values():
        admitted = [order for order in members if order.status != "REJECTED"]
        filled = sum(order.filled for order in admitted)
        assert filled <= max((order.asked.quantity for order in admitted), default=0)
        assert all(filled - order.filled == order.reduced for order in admitted if order.working)
        if any(order.status == "FILLED" for order in admitted):
            assert not any(order.working for order in admitted)


@settings(deadline=None)
@given(
    script=scripts,
    side=st.sampled_from(["BUY", "SELL"]),
    share=st.integers(1, 4),
    price=st.sampled_from([10, 30, 170, 500]),
)
def test_an_order_that_only_reduces_is_never_refused_for_margin(script, side, share, price):
    bench = played([("order", STOCK, side, 950, "MARKET", 0, 0, "DAY", None), *script], D(50_000))
    bench.meet(quote(bench.market, STOCK, price))

    for instrument in TRADED:
        held = bench.book.account.held(instrument.instrument)
        quantity = abs(held) // share // instrument.lot * instrument.lot
        if quantity:
            assert bench.submit(instrument, "SELL" if held > 0 else "BUY", quantity).filled == quantity


@settings(deadline=None)
@given(script=coins, dollars=cash)
def test_spot_crypto_is_never_short(script, dollars):
    assert played(script, dollars).book.account.held(CRYPTO.instrument) >= 0


@settings(deadline=None)
@given(script=scripts, dollars=cash, cut=st.integers(0, 40))
def test_stored_orders_make_the_same_book_again_from_the_start_and_from_any_checkpoint(script, dollars, cut):
    bench = played(script[:cut], dollars)
    start = {"account": ACCOUNT, "base_currency": "USD", "deposits": dict(bench.book.account.deposits)}
    checkpoint = stored({**start, "checkpoint": checkpoint_of(bench.book.account)})
    for step in script[cut:]:
        play(bench, step)

    encoded = InstrumentDocuments()
    documents = [stored(order_document(order, encoded.of(order.instrument))) for order in bench.orders.values()]
    orders = [order_from(document) for document in documents]
    working = [order for order in orders if order.working]

    assert orders == list(bench.orders.values())
    for account in (opened(ACCOUNT, "USD", start["deposits"]), account_from(checkpoint)):
        assert replayed(account, reversed(orders), working, len(orders)) == bench.book


@settings(deadline=None)
@given(script=scripts, dollars=cash)
def test_after_the_last_day_nothing_that_expires_is_held_or_works_and_no_money_is_lost(script, dollars):
    bench = played(script, dollars)
    before = value(bench.book.account, bench.market).equity
    at = {one.instrument: settles_at(one.contract, bench.market.quote) for one in TRADED if one.contract.expiry}
    gained = sum(
        held.quantity * (at[name] - (bench.market.quotes[name].mid)) * held.instrument.multiplier
        for name, held in bench.book.account.positions.items()
        if name in at
    )

    bench.keep(expired(bench.book, LONG_AFTER))
    bench.keep(settled(bench.book, bench.market, LONG_AFTER))

    left = bench.book.account
    assert not at.keys() & left.positions.keys()
    assert not at.keys() & {order.instrument.instrument for order in bench.book.working.values()}
    assert value(left, bench.market).equity == before + gained
    assert (
        replayed(
            opened(ACCOUNT, "USD", left.deposits), bench.orders.values(), bench.book.working.values(), len(bench.orders)
        )
        == bench.book
    )


def stored(document: dict[str, Any]) -> dict[str, Any]:
    return bson.decode(bson.encode(document, codec_options=CODEC), codec_options=CODEC)


def test_every_type_and_currency_is_traded_in_these_properties():
    assert {instrument.contract.type for instrument in TRADED} == {"STOCK", "FOREX", "CRYPTO", "FUTURE", "OPTION"}
    assert {LONDON.currency, OPTION.currency} == {"GBP", "USD"}
