"""A running execution service on its real paper venue, in a demo, where every market is open and walks by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from execution.ports import Ports
from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderRecord, TradingOrder
from mathematricks.contracts.topics import ALERTS, TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.service import running
from mathematricks.runtime.settings import Platform

from support.execution import ACCOUNT, an_order

PATIENCE = 60.0


class PaperFloor:
    """The service, its bus and every alert it raised."""

    def __init__(self, ports: Ports, bus: MemoryBus, alerts: list[Alert]) -> None:
        self.ports, self.bus, self.alerts = ports, bus, alerts

    async def seed(self, *contracts: Contract, price: Decimal = Decimal(100)) -> None:
        """Let the market quote *contracts* near *price*."""
        for contract in contracts:
            await self.ports.market.seed(contract, price)

    async def send(self, *orders: TradingOrder) -> None:
        """Put *orders* on the bus, all at once."""
        await asyncio.gather(*(self.bus.publish(TRADING_ORDERS, order) for order in orders))

    async def open(self, *entries: TradingOrder) -> None:
        """Open positions by *entries*, and wait until they are filled and protected as they ask."""
        await self.send(*entries)
        await self.until(lambda: all(self.status(each) == "FILLED" for each in entries))
        legs = sum((each.stop_loss is not None) + (each.take_profit is not None) for each in entries)
        await self.until(lambda: self.working("stop_loss") + self.working("take_profit") >= legs)

    def status(self, order: TradingOrder) -> str | None:
        """Return the state of *order*, as recorded."""
        found = self.ports.blotter.find(order.order_id)
        return found.status if found else None

    def working(self, purpose: str) -> int:
        """Return how many orders of *purpose* rest at the venue."""
        return sum(each.purpose == purpose and each.status == "SUBMITTED" for each in self.ports.blotter.live())

    def live(self) -> list[OrderRecord]:
        """Return every live order."""
        return list(self.ports.blotter.live())

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until *condition* holds of what is in memory."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - polls what the service changes, which signals nobody
                await asyncio.sleep(0.01)

    async def eventually(self, condition: Callable[[], Awaitable[Any]], seconds: float = PATIENCE) -> Any:
        """Wait until *condition*, which asks the records, returns something true; return that."""
        async with asyncio.timeout(seconds):
            while not (found := await condition()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return found

    async def at_venue(self, account: str = ACCOUNT) -> dict[str, Decimal]:
        """Return what the venue itself holds."""
        snapshot = await self.ports.brokers.of(account).snapshot(account)
        return {position.instrument: position.quantity for position in snapshot.open_positions}

    def held(self, contract: Contract, account: str = ACCOUNT) -> dict[str, Decimal]:
        """Return what each strategy holds, as recorded."""
        return self.ports.blotter.sub_positions(account, contract.key)


@asynccontextmanager
async def a_paper_floor(url: str, database: str, **settings: Any) -> AsyncIterator[PaperFloor]:
    """Yield a running service; another one on the same database is what a restart is."""
    platform = Platform(mongo_url=url, mongo_database=database, deployment_key="k" * 32, demo=True)  # type: ignore[arg-type]
    told, bus = Settings(platform=platform, **{"call_timeout": timedelta(seconds=1)} | settings), MemoryBus()
    alerts: list[Alert] = []

    async def take(alert: Alert) -> None:
        alerts.append(alert)

    await bus.subscribe(ALERTS, "test", take)
    async with running(service, told, bus) as state:
        yield PaperFloor(state.ports, bus, alerts)


def shares(count: int) -> Sequence[Contract]:
    """Return *count* stocks that nobody has heard of."""
    return [Contract(symbol=f"Z{one}{two}", type="STOCK") for one in ascii_uppercase for two in ascii_uppercase][:count]


def an_entry(number: int, contract: Contract, **but: Any) -> TradingOrder:
    """The entry of one strategy's *number*-th position: 10 shares, with a stop and a target far away."""
    usual: dict[str, Any] = {
        "order_id": f"e{number}",
        "signal_id": f"s{number}",
        "contract": contract,
        "quantity": Decimal(10),
        "stop_loss": Decimal(50),
        "take_profit": Decimal(200),
    }
    return an_order(**usual | but)
