"""The way to execution: the bus."""

from __future__ import annotations

from datetime import datetime

from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.orders import OrderCommand, TradingOrder
from mathematricks.contracts.topics import ORDER_COMMANDS, TRADING_ORDERS
from mathematricks.messaging.bus import Bus


class BusOutbox:
    """Publishes orders, commands and alerts; what the bus loses, the sweep publishes again."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def order(self, order: TradingOrder) -> None:
        await self._bus.publish(TRADING_ORDERS, order)

    async def command(self, command: OrderCommand) -> None:
        await self._bus.publish(ORDER_COMMANDS, command)

    async def alarm(self, key: str, severity: Severity, title: str, now: datetime) -> None:
        await raise_hell(self._bus, "cerebro", key, severity, title, now)
