"""A running execution service that trades on a venue of its own, served beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.instruments import Contract, Quote
from mathematricks.contracts.orders import OrderRecord, TradingOrder
from mathematricks.contracts.topics import ALERTS, TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.service import running
from mathematricks.runtime.settings import Platform
from mathematricks.storage.mongo import Database

from support.execution import AAPL, ACCOUNT
from support.remote import TOKEN, ServedVenue, a_served_venue

PATIENCE = 40.0


@dataclass
class VenueDesk:
    """Execution, its records, its venue, and what it raised."""

    ports: Any
    bus: MemoryBus
    db: Database
    venue: ServedVenue
    alerts: list[Alert] = field(default_factory=list)

    async def send(self, order: TradingOrder, *statuses: str) -> OrderRecord:
        """Publish an order; return it once it is recorded in one of *statuses*."""
        await self.bus.publish(TRADING_ORDERS, order)
        return await self.until(order.order_id, *statuses)

    async def until(self, order_id: str, *statuses: str) -> OrderRecord:
        """Return an order once it is recorded in one of *statuses*."""

        async def there() -> OrderRecord | None:
            order = next(iter(await self.ports.orders.load([order_id])), None)
            return order if order is not None and order.status in statuses else None

        return await eventually(there, f"{order_id} in {statuses}")

    async def booked(self, count: int) -> list[dict[str, Any]]:
        """Return the executions on record once there are *count*, oldest first."""

        async def there() -> list[dict[str, Any]] | None:
            found = await self.db.executions.find().sort("recorded_at", 1).to_list()
            return found if len(found) >= count else None

        return await eventually(there, f"{count} executions")

    async def quote(self, bid: str, ask: str, size: int | None = None, contract: Contract = AAPL) -> None:
        """Let the venue meet a quote, whether execution hears of it or not."""
        shown = None if size is None else Decimal(size)
        sides = {"bid": Decimal(bid), "ask": Decimal(ask), "bid_size": shown, "ask_size": shown}
        at = datetime.now(UTC) + timedelta(milliseconds=5)
        quote = Quote(instrument=contract.key, contract=contract, currency="USD", at=at, **sides)
        assert self.venue.floor is not None
        await self.venue.floor.take_quotes([quote])

    def held(self, strategy: str = "momentum") -> Decimal:
        """What the strategy holds of AAPL, as recorded."""
        return (self.ports.blotter.held(ACCOUNT, AAPL.key).by_strategy or {}).get(strategy, Decimal(0))


async def eventually(look: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Return what *look* returns as soon as that is something."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not (found := await look()):  # noqa: ASYNC110 - polls what others change, who signal nobody
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None
    return found


@asynccontextmanager
async def a_venue_desk(db: Database, mongo_url: str, **but: Any) -> AsyncIterator[VenueDesk]:
    """Yield execution on *db*, trading on a venue with a database beside it; AAPL stands around 150."""
    beside = f"{db.name}_venue"
    try:
        async with a_served_venue(mongo_url, beside) as served, an_execution(db, mongo_url, served, **but) as desk:
            await desk.ports.market.seed(AAPL, Decimal(150))
            yield desk
    finally:
        await db.client.drop_database(beside)


@asynccontextmanager
async def an_execution(db: Database, mongo_url: str, served: ServedVenue, **but: Any) -> AsyncIterator[VenueDesk]:
    """Yield execution on *db* trading on *served*; another one on the same database is what a restart is."""
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key="k" * 32, demo=True)  # type: ignore[arg-type]
    usual: dict[str, Any] = {"venue_url": served.url, "venue_token": TOKEN, "call_timeout": timedelta(milliseconds=400)}
    settings, bus = Settings(platform=platform, **usual | but), MemoryBus()
    alerts: list[Alert] = []

    async def take(alert: Any) -> None:
        alerts.append(alert)

    await bus.subscribe(ALERTS, "test", take)
    quick = tuple(replace(job, interval=min(job.interval, timedelta(milliseconds=100))) for job in service.jobs)
    async with running(replace(service, jobs=quick), settings, bus) as state:
        yield VenueDesk(state.ports, bus, db, served, alerts)
