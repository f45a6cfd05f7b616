"""Every fault of the venue at once, by seed: each order has one effect, and our books equal the venue's."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from mathematricks.contracts.orders import OrderRecord, TradingOrder
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, an_exit, an_order
from support.venue_desk import VenueDesk, a_venue_desk, eventually

ENTRIES, EXITS = 30, 10
OVER = {"FILLED", "REJECTED", "CANCELLED", "EXPIRED"}
ZERO = Decimal(0)


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_goes_wrong_each_order_has_one_effect(db: Database, mongo_url: str, seed: int):
    async with a_venue_desk(db, mongo_url) as desk:
        entries = [an_order(order_id=f"o{each}", signal_id=f"s{each}") for each in range(ENTRIES)]
        exits = [an_exit(entry) for entry in entries[:EXITS]]
        await _arm(desk, seed)
        storm = asyncio.create_task(_storm(desk, random.Random(seed)))
        for order in (*entries, *exits):
            await desk.bus.publish(TRADING_ORDERS, order)
            await asyncio.sleep(0.02)
        await storm
        records = await eventually(lambda: _ended(desk, (*entries, *exits)), "every order ended")
        tally = await eventually(lambda: _at_rest(desk), "our positions are the venue's")

    _assert_one_effect(records, tally)


async def _arm(desk: VenueDesk, seed: int) -> None:
    for kind, times in {"reply_lost": 6, "order_lost": 4, "reject": 2, "partial_fills": 6}.items():
        await desk.venue.fault(kind, times=times, seed=seed)
    await desk.venue.fault("duplicate_events", times=20, seed=seed)
    await desk.venue.fault("reordered_events", times=10, seed=seed)
    await desk.venue.fault("delay", times=4, seconds=1, seed=seed)
    await desk.venue.fault("stale_clock", times=5, seconds=900, seed=seed)


async def _storm(desk: VenueDesk, chance: random.Random) -> None:
    """Break the lines three times, take something away that is held, and restart."""
    for kind in chance.sample(["disconnect", "liquidation", "reused_ids", "disconnect"], 4):
        await asyncio.sleep(0.2)
        await desk.venue.fault(kind, seconds=chance.choice([0, 0.3]))
    await desk.venue.close()
    await desk.venue.open()


async def _ended(desk: VenueDesk, orders: tuple[TradingOrder, ...]) -> list[OrderRecord] | None:
    records = await desk.ports.orders.load([order.order_id for order in orders])
    return records if len(records) == len(orders) and all(each.status in OVER for each in records) else None


async def _at_rest(desk: VenueDesk) -> Any:
    tally = await desk.venue.tally()
    booked = await desk.db.executions.find().to_list()
    net: Counter[str] = Counter()
    for fill in booked:
        net[fill["instrument"]] += fill["quantity"] if fill["side"] == "BUY" else -fill["quantity"]
    there = Decimal(tally["positions"].get(ACCOUNT, {}).get(AAPL.key, 0))
    return tally | {"booked": booked} if len(booked) == len(tally["executions"]) and net[AAPL.key] == there else None


def _assert_one_effect(records: list[OrderRecord], tally: Any) -> None:
    by_attempt: Counter[str] = Counter()
    for fill in tally["executions"]:
        by_attempt[fill["client_order_id"] or "nobody"] += Decimal(fill["quantity"])  # type: ignore[assignment]
    for order in records:
        traded = sum((by_attempt[attempt.client_order_id] for attempt in order.attempts), ZERO)
        wanted = order.working_quantity or order.quantity or ZERO
        assert traded == order.filled <= wanted, order
        assert order.filled == wanted or order.status != "FILLED", order
    assert set(tally["acceptances"].values()) == {1}
    assert {fill["execution_id"] for fill in tally["executions"]} == {fill["_id"] for fill in tally["booked"]}
    assert not tally["open_orders"]
