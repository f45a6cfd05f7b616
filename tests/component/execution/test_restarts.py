"""What a process that was killed leaves behind, and what the next one makes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from execution.ports import BrokerOrder
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, Desk, ScriptedBroker, a_desk, an_exit, an_order


class Killed(Exception):
    """Stands for the end of the process."""


class DeadlyBroker(ScriptedBroker):
    """Its process dies in the middle of a submission: before the order arrived, or just after."""

    def __init__(self, *, arrives: bool) -> None:
        super().__init__()
        self._arrives = arrives
        self.killed = asyncio.Event()

    async def submit(self, order: BrokerOrder) -> None:
        if self._arrives:
            await super().submit(order)
        self.killed.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_restart_while_submitting_ends_with_one_accepted_order(db: Database, arrives: bool):
    deadly = DeadlyBroker(arrives=arrives)
    async with a_desk(db, deadly, call_timeout=timedelta(seconds=30)) as killed:
        killed.ports.record = _nothing_more_is_recorded  # the process is gone: what it would record is lost
        await killed.bus.publish(TRADING_ORDERS, an_order())
        await deadly.killed.wait()
        await killed.bus.close()
    await db.orders.update_one({"_id": "o1"}, {"$set": {"lease_until": datetime.now(UTC)}})

    survivor = ScriptedBroker()
    survivor.orders, survivor.asked, survivor.arrived = deadly.orders, deadly.asked, deadly.arrived
    async with a_desk(db, survivor) as restarted:
        order = await restarted.until("o1", "FILLED")
        await restarted.wait(lambda: restarted.held() == 100)

    assert len(survivor.arrived) == 1
    assert survivor.arrived[0].client_order_id == ("o1.1" if arrives else "o1.2")
    assert order.filled == 100


async def test_fills_while_we_were_away_are_booked_at_the_start(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=Decimal(149)))
        await desk.until("o1", "SUBMITTED")

    broker.fill("o1.1", Decimal(100))
    broker.trade_by_hand(AAPL, "SELL", Decimal(30))
    async with a_desk(db, broker) as restarted:
        order = await restarted.until("o1", "FILLED")

        assert restarted.held() == 100
        assert restarted.held("unattributed") == -30
    assert order.filled == 100


async def test_an_end_that_overtakes_its_fills_waits_for_them(db: Database):
    """Whoever hears that an entry ended with nothing filled lets go of its margin."""
    async with a_desk(db, ScriptedBroker(["rests"])) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "SUBMITTED")
        desk.broker.fill("o1.1", Decimal(40), say=False)
        desk.broker.end("o1.1", "CANCELLED", "as asked")
        order = await desk.until("o1", "CANCELLED")
        await desk.wait(lambda: any(each.status == "CANCELLED" for each in desk.confirmations))

    assert order.filled == 40
    assert {each.filled for each in desk.confirmations if each.status == "CANCELLED"} == {Decimal(40)}


async def test_while_its_venue_is_silent_an_order_whose_end_overtook_its_fills_lives(db: Database):
    async with a_desk(db, ScriptedBroker(["rests"])) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "SUBMITTED")
        desk.broker.fill("o1.1", Decimal(40), say=False)
        desk.broker.deaf = True
        desk.broker.end("o1.1", "CANCELLED", "as asked")
        await asyncio.sleep(0.1)
        before = await desk.until("o1", "SUBMITTED")
        desk.broker.deaf = False
        desk.broker.end("o1.1", "CANCELLED", "as asked")
        after = await desk.until("o1", "CANCELLED")

    assert (before.filled, after.filled) == (0, 40)


async def test_an_execution_recorded_without_its_order_is_counted_at_the_start(db: Database):
    broker = ScriptedBroker(["rests"])
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        before = await desk.until("o1", "SUBMITTED")
        broker.fill("o1.1", Decimal(100))
        after = await desk.until("o1", "FILLED")
    await db.orders.replace_one({"_id": "o1"}, {"_id": "o1", **before.model_dump()})

    async with a_desk(db, broker) as restarted:
        order = await restarted.until("o1", "FILLED")

    assert (order.filled, order.average_price, order.commission) == (after.filled, Decimal(150), Decimal(1))
    [execution] = await db.executions.find().to_list()
    assert min(order.updated_at, after.updated_at) >= execution["recorded_at"]


async def test_what_is_held_survives_a_restart(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await _trade(desk, an_order())
        await _trade(desk, an_order(order_id="o2", strategy_id="other", quantity=Decimal(30), side="SELL"))

    async with a_desk(db, broker) as restarted:
        assert restarted.held() == 100
        assert restarted.held("other") == -30
        await _trade(restarted, an_exit(an_order()))

        await restarted.wait(lambda: restarted.held() == 0)


async def test_a_fill_nobody_told_us_is_found_by_what_the_venue_holds(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        broker.trade_by_hand(AAPL, "SELL", Decimal(30), say=False)
        desk.ports.stale_accounts.add(ACCOUNT)
        await desk.wait(lambda: desk.held("unattributed") == -30)
        told = {"position.unexplained", "execution.external"}
        await desk.wait(lambda: {alert.key.split(":")[0] for alert in desk.alerts} == told)


async def _trade(desk: Desk, order: object) -> None:
    await desk.bus.publish(TRADING_ORDERS, order)  # type: ignore[arg-type]
    await desk.until(order.order_id, "FILLED")  # type: ignore[attr-defined]


async def _nothing_more_is_recorded(_: object) -> object:
    raise Killed
