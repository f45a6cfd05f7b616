"""Orders as they travel: claimed, submitted, filled, told; once, whatever fails."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import ScriptedBroker, a_desk, an_order


async def test_an_order_is_claimed_submitted_filled_and_told(db: Database):
    async with a_desk(db) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())

        order = await desk.until("o1", "FILLED")
        await desk.wait(lambda: bool(desk.confirmations and desk.confirmations[-1].status == "FILLED"))

    assert [arrived.client_order_id for arrived in desk.broker.arrived] == ["o1.1"]
    assert (order.filled, order.average_price, order.commission) == (Decimal(100), Decimal(150), Decimal(1))
    assert order.submitted_at is not None
    assert desk.confirmations[-1].version == order.revision
    assert desk.confirmations[-1].execution is not None
    assert not desk.deaths


async def test_twenty_redeliveries_at_once_submit_once(db: Database):
    async with a_desk(db, ScriptedBroker()) as desk:
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, an_order()) for _ in range(20)))

        await desk.until("o1", "FILLED")
        await asyncio.sleep(0.1)

    assert desk.broker.calls == ["o1.1"]
