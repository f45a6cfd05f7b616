"""What intake tells others over the bus: accepted signals, and alerts."""

from __future__ import annotations

import asyncio

import structlog
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.topics import STANDARDIZED_SIGNALS
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock
from mathematricks.runtime.failpoints import failpoint

from signal_ingestion.ports import Limit

log = structlog.get_logger(__name__)


class Announcer:
    """Publish behind the sender's back: an answer does not wait for the bus, and the record owes the message."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._under_way: set[asyncio.Task[None]] = set()

    def __call__(self, signal: StandardSignal) -> None:
        task = asyncio.create_task(self._publish(signal))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Return when everything announced has been published or given up."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def _publish(self, signal: StandardSignal) -> None:
        try:
            await self._bus.publish(STANDARDIZED_SIGNALS, signal)
            await failpoint("signal-ingestion.announced")
        except Exception as failure:
            log.warning("signal.unpublished", signal_id=signal.signal_id, error=type(failure).__name__)


class BusAlarm:
    """Raise alerts over the bus, at most one a minute per key."""

    def __init__(self, bus: Bus, clock: Clock, pace: Limit) -> None:
        self._bus, self._clock, self._pace = bus, clock, pace

    async def __call__(self, key: str, severity: Severity, title: str, **facts: object) -> None:
        if self._pace.take(key):
            await raise_hell(self._bus, "signal-ingestion", key, severity, title, self._clock.now(), **facts)
