"""Every broker adapter under the one suite."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import PaperStore
from execution.adapters.paper.venue import PaperVenue
from execution.ports import BrokerOrder, BrokerRejected
from mathematricks.storage.mongo import Database
from mathematricks.testing.broker_suite import BrokerSuite
from support.paper import ACCOUNT, STOCK, D, DrivenMarket, SetClock, an_order


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
