"""Every broker adapter under the one suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import PaperStore
from execution.adapters.paper.venue import PaperVenue
from execution.adapters.remote.venue import RemoteVenue
from execution.ports import BrokerOrder, BrokerRejected
from mathematricks.contracts.instruments import Quote
from mathematricks.storage.mongo import Database
from mathematricks.testing.broker_suite import BrokerSuite
from support.paper import ACCOUNT, STOCK, D, DrivenMarket, SetClock, an_order
from support.remote import ServedVenue, a_remote_venue, a_served_venue


class PaperBench:
    """The paper venue on a real MongoDB; reconnecting drops the venue as a crash would."""

    account = ACCOUNT
    rejected = BrokerRejected

    def __init__(self, db: Database) -> None:
        self.market = DrivenMarket()
        self.clock = SetClock()
        self._db = db

    async def reconnected(self) -> PaperVenue:
        self.broker = PaperVenue(PaperStore(self._db), self.market, PaperSettings(), self.clock)
        await self.broker.start()
        return self.broker

    def order(self, client_order_id: str, side: str = "BUY", quantity: int = 10, **but: Any) -> BrokerOrder:
        return an_order(STOCK, side, quantity, client_order_id=client_order_id, **but)

    async def move(self, price: Decimal, size: int | None = None) -> None:
        await self.broker.quote_changed([self.market.move(STOCK, price, price, size)])

    def now(self) -> datetime:
        return self.clock.now()


class TestPaperVenue(BrokerSuite):
    @pytest.fixture
    async def bench(self, db: Database) -> PaperBench:
        bench = PaperBench(db)
        await bench.reconnected()
        await bench.broker.open_account(ACCOUNT, "USD", {"USD": D(1_000_000)})
        await bench.move(D(100))
        return bench


class RemoteBench:
    """A venue that is served on a port; reconnecting is another connection to it."""

    account = ACCOUNT
    rejected = BrokerRejected

    def __init__(self, served: ServedVenue, connections: AsyncExitStack) -> None:
        self._served, self._connections = served, connections

    async def reconnected(self) -> RemoteVenue:
        self.broker = await self._connections.enter_async_context(a_remote_venue(self._served))
        return self.broker

    def order(self, client_order_id: str, side: str = "BUY", quantity: int = 10, **but: Any) -> BrokerOrder:
        return an_order(STOCK, side, quantity, client_order_id=client_order_id, **but)

    async def move(self, price: Decimal, size: int | None = None) -> None:
        shown = None if size is None else D(size)
        sides = {"bid": price, "ask": price, "bid_size": shown, "ask_size": shown}
        quote = Quote(
            instrument=STOCK.instrument, contract=STOCK.contract, currency="USD", at=datetime.now(UTC), **sides
        )
        await self.broker.quote_changed([quote])

    def now(self) -> datetime:
        return datetime.now(UTC)


class TestVenueOfItsOwn(BrokerSuite):
    @pytest.fixture
    async def bench(self, db: Database, mongo_url: str) -> AsyncIterator[RemoteBench]:
        async with AsyncExitStack() as stack:
            served = await stack.enter_async_context(a_served_venue(mongo_url, db.name, simulated=False))
            bench = RemoteBench(served, stack)
            await bench.reconnected()
            await bench.broker.open_account(ACCOUNT, "USD", {"USD": D(1_000_000)})
            await bench.move(D(100))
            yield bench
