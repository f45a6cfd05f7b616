"""Execution with its real paper venue, driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.instruments import Contract, Quote
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.service import running
from mathematricks.runtime.settings import Platform

from support.execution import AAPL, ACCOUNT


class Floor:
    """A running execution service with its real paper venue, in a demo, so that every market is open."""

    def __init__(self, ports: Any, bus: MemoryBus) -> None:
        self.ports, self.bus = ports, bus

    async def quote(self, contract: Contract, bid: str, ask: str) -> None:
        """Post a quote, as the API does."""
        instrument = self.ports.market.instrument(contract)
        at = self.ports.clock.now() + timedelta(milliseconds=5)
        posted = Quote(
            instrument=contract.key,
            contract=contract,
            currency=instrument.currency,
            bid=Decimal(bid),
            ask=Decimal(ask),
            at=at,
        )
        await asyncio.sleep(0.006)
        await self.ports.brokers.quotes_moved(self.ports.market.take([posted]))

    async def send(self, order: Any, *statuses: str) -> OrderRecord:
        await self.bus.publish(TRADING_ORDERS, order)
        return await self.until(order.order_id, *statuses)

    async def until(self, order_id: str, *statuses: str) -> OrderRecord:
        order: OrderRecord | None = None
        for _ in range(500):
            order = next(iter(await self.ports.orders.load([order_id])), None)
            if order is not None and order.status in statuses:
                return order
            await asyncio.sleep(0.01)
        raise AssertionError(f"{order_id} is {order and order.status}: {order and order.reason}")

    async def position(self, contract: Contract = AAPL) -> Decimal:
        snapshot = await self.ports.brokers.of(ACCOUNT).snapshot(ACCOUNT)
        held = {position.instrument: position.quantity for position in snapshot.open_positions}
        return held.get(contract.key, Decimal(0))


@asynccontextmanager
async def a_floor(url: str, database: str) -> AsyncIterator[Floor]:
    platform = Platform(mongo_url=url, mongo_database=database, deployment_key="k" * 32, demo=True)  # type: ignore[arg-type]
    settings, bus = Settings(platform=platform, call_timeout=timedelta(milliseconds=500)), MemoryBus()
    async with running(service, settings, bus) as state:
        yield Floor(state.ports, bus)
