"""The venue killed, cut off from its store, or run twice at once: nothing lost, nothing doubled, nothing early."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.engine.orders import as_state
from execution.adapters.paper.snapshot import summary
from execution.adapters.paper.store import PaperStore
from execution.adapters.paper.venue import PaperVenue, open_paper_venue
from execution.ports import BrokerRejected, BrokerUnavailable
from mathematricks.storage.mongo import Database
from mathematricks.testing.broker_suite import START
from support.paper import ACCOUNT, FOREX, NOON, STOCK, Bench, D, DrivenMarket, SetClock, an_order, limit, stop
from support.paper_scripts import TRADED, a_script, order, play, quote
from support.paper_venue import WeakStore, a_venue

DEPTH = Depth(step_bps=D(300), levels=2)


async def test_a_restart_knows_what_the_killed_venue_knew(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market, checkpoint_every=3)
    for number in range(10):
        instrument = (STOCK, FOREX)[number % 2]
        await venue.submit(an_order(instrument, quantity=10 + number, client_order_id=f"o{number}"))
        await venue.tick()
    await venue.submit(an_order(client_order_id="resting", **limit(90, time_in_force="GTC")))
    before = await venue.snapshot(ACCOUNT)

    again = await a_venue(db, market)

    assert await again.snapshot(ACCOUNT) == before
    assert (await db.paper_accounts.find_one({"_id": ACCOUNT}))["checkpoint"]["seq"] == 9
    await again.submit(an_order(client_order_id="next"))
    fills = await again.executions(ACCOUNT, START)
    assert [fill.venue_seq for fill in fills] == list(range(1, 12))


async def test_a_clean_end_leaves_a_checkpoint(db: Database, market: DrivenMarket):
    async with open_paper_venue(db, market, clock=SetClock()) as venue:
        await venue.submit(an_order())
        before = await venue.snapshot(ACCOUNT)

    assert (await db.paper_accounts.find_one({"_id": ACCOUNT}))["checkpoint"]["seq"] == 1
    async with open_paper_venue(db, market, clock=SetClock()) as again:
        assert await again.snapshot(ACCOUNT) == before


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_a_write_in_doubt_is_told_as_doubt_and_found_out(db: Database, market: DrivenMarket, broken: str):
    store = WeakStore(db)
    venue = await a_venue(db, market, store)
    await venue.submit(an_order(client_order_id="o0"))
    store.breaks = [broken]

    with pytest.raises(BrokerUnavailable):
        await venue.submit(an_order(client_order_id="o1"))

    found = await venue.find(ACCOUNT, "o1")
    assert (found is not None) == (broken == "after")
    await venue.submit(an_order(client_order_id="o1"))
    assert (await venue.snapshot(ACCOUNT)).open_positions[0].quantity == 200


async def test_orders_behind_a_lost_write_do_not_stand_on_it(db: Database, market: DrivenMarket):
    store = WeakStore(db)
    venue = await a_venue(db, market, store)
    await venue.open_account(ACCOUNT, "USD", {"USD": D(1_000_000)})
    store.go.clear()
    store.breaks = ["before"]
    lost = asyncio.create_task(venue.submit(an_order(client_order_id="lost")))
    await asyncio.sleep(0.01)
    behind = asyncio.create_task(venue.submit(an_order(quantity=7, client_order_id="behind")))
    await asyncio.sleep(0.01)

    store.go.set()
    await asyncio.wait([lost, behind])

    assert isinstance(lost.exception(), BrokerUnavailable)
    assert behind.exception() is None
    after = await venue.snapshot(ACCOUNT)
    assert after.open_positions[0].quantity == 7
    assert after.cash["USD"] == D("999299.00")
    assert after == await (await a_venue(db, market)).snapshot(ACCOUNT)


async def test_nothing_is_told_or_shown_before_it_is_durable(db: Database, market: DrivenMarket):
    store = WeakStore(db)
    venue = await a_venue(db, market, store)
    await venue.submit(an_order(client_order_id="o0"))
    feed = venue.events()
    store.go.clear()

    waiting = asyncio.create_task(venue.submit(an_order(client_order_id="o1")))
    told = asyncio.create_task(anext(feed))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert not told.done()
    assert (await venue.snapshot(ACCOUNT)).open_positions[0].quantity == 100

    store.go.set()
    await waiting
    assert (await told).client_order_id == "o1"
    assert (await venue.snapshot(ACCOUNT)).open_positions[0].quantity == 200


async def test_two_venues_on_one_store_neither_lose_nor_double(db: Database, market: DrivenMarket):
    clock = SetClock()
    one, two = await a_venue(db, market, clock=clock), await a_venue(db, market, clock=clock)

    async def all_through(venue: PaperVenue, names: Sequence[str]) -> None:
        for name in names:
            while True:
                try:
                    await venue.submit(an_order(quantity=1, client_order_id=name))
                    break
                except BrokerUnavailable:
                    await asyncio.sleep(0)

    await asyncio.gather(
        all_through(one, [f"a{n}" for n in range(20)] + ["both"]),
        all_through(two, ["both"] + [f"b{n}" for n in range(20)]),
    )

    third = await a_venue(db, market, clock=clock)
    assert (await third.snapshot(ACCOUNT)).open_positions[0].quantity == 41
    fills = await third.executions(ACCOUNT, START)
    assert len({fill.execution_id for fill in fills}) == 41


async def test_a_group_torn_by_a_crash_is_mended_at_the_start(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    await venue.submit(an_order(client_order_id="entry"))
    pair = {"side": "SELL", "oco_group": "g", "time_in_force": "GTC"}
    await venue.submit(an_order(client_order_id="stop", **pair, **stop(95)))
    await venue.submit(an_order(client_order_id="target", **pair, **limit(105)))
    untouched = await db.paper_orders.find_one({"client_order_id": "stop"})
    await venue.quote_changed([market.move(STOCK, 106, 106)])
    await db.paper_orders.replace_one({"_id": untouched["_id"]}, untouched)

    again = await a_venue(db, market)
    await again.quote_changed([market.move(STOCK, 94, 94)])

    assert (await again.find(ACCOUNT, "stop")).status == "CANCELLED"
    assert (await again.snapshot(ACCOUNT)).open_positions == ()


async def test_a_twin_that_arrives_after_a_restart_knows_that_its_group_is_done(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    await venue.submit(an_order(client_order_id="entry"))
    await venue.submit(an_order(client_order_id="stop", side="SELL", oco_group="g", **stop(101)))

    again = await a_venue(db, market)
    await again.submit(an_order(client_order_id="target", side="SELL", oco_group="g", **limit(99)))

    assert (await again.find(ACCOUNT, "stop")).status == "FILLED"
    assert (await again.find(ACCOUNT, "target")).status == "CANCELLED"


@pytest.mark.parametrize("seed", range(6))
async def test_a_venue_killed_at_random_moments_is_the_one_that_was_not(db: Database, seed: int):
    chance, bench, store = Random(seed), Bench(depth=DEPTH), PaperStore(db)
    how: dict[str, Any] = {"depth": DEPTH, "credit_for": timedelta(0), "remembered": 5, "checkpoint_every": 7}
    for instrument in TRADED:
        quote(bench.market, instrument, 100, 1, 50)
    venue = await a_venue(db, bench.market, store, **how)
    for step in a_script(seed) + a_script(seed + 1000):
        before = list(bench.orders)
        if step[0] == "order":
            with suppress(BrokerRejected):
                await venue.submit(order(step, f"o{len(before) + 1}"))
        elif step[0] == "cancel":
            await venue.cancel(ACCOUNT, f"o{step[1]}")
        play(bench, step)
        if step[0] == "quote":
            await venue.quote_changed([bench.market.quotes[step[1].instrument]])
        if chance.random() < 0.15:
            await venue.tick()
            venue = await a_venue(db, bench.market, store, **how)

    assert await venue.snapshot(ACCOUNT) == summary(bench.book, bench.market, NOON)
    assert [await venue.find(ACCOUNT, name) for name in bench.orders] == [*map(as_state, bench.orders.values())]


@pytest.mark.parametrize("broken", ["before", "after"])
async def test_a_fill_in_doubt_is_told_once_it_is_known(db: Database, market: DrivenMarket, broken: str):
    store = WeakStore(db)
    venue = await a_venue(db, market, store)
    await venue.submit(an_order(**limit(95)))
    feed = venue.events()
    store.breaks = [broken]

    with pytest.raises(BrokerUnavailable):
        await venue.quote_changed([market.move(STOCK, 94, 94)])
    await venue.quote_changed([market.move(STOCK, 94, 94)])
    await venue.submit(an_order(client_order_id="last"))

    told = [await anext(feed), await anext(feed)]
    assert [(event.client_order_id, event.status) for event in told] == [("o1", "FILLED"), ("last", "FILLED")]


async def test_whoever_gives_up_waiting_has_taken_nothing_back(db: Database, market: DrivenMarket):
    store = WeakStore(db)
    venue = await a_venue(db, market, store)
    store.go.clear()
    writing = asyncio.create_task(venue.submit(an_order(client_order_id="o0")))
    await asyncio.sleep(0.05)  # its write is in flight, and the next waits behind it
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await venue.submit(an_order(client_order_id="o1"))

    asked = asyncio.create_task(venue.find(ACCOUNT, "o1"))
    await asyncio.sleep(0.02)
    assert not asked.done(), "an order on its way is neither there nor absent"
    store.go.set()

    assert await asked is not None
    await writing
    fills = await venue.executions(ACCOUNT, START)
    assert [fill.client_order_id for fill in fills] == ["o0", "o1"]
    (position,) = (await venue.snapshot(ACCOUNT)).open_positions
    assert position.quantity == sum(fill.quantity for fill in fills)
    again = await a_venue(db, market)
    assert (await again.snapshot(ACCOUNT)).open_positions == (position,)
