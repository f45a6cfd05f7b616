"""Probes of the other services' readiness, over internal HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

import httpx
from mathematricks.contracts.dashboard import ServiceHealth
from mathematricks.runtime.clock import Clock

from dashboard_processor.domain.health import Probe, health_after

PATIENCE = 2.0


class HttpServices:
    """Asks ``/ready`` of each service and keeps what the last answer said."""

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], clock: Clock) -> None:
        self._clients = clients
        self._clock = clock
        self._health: dict[str, ServiceHealth] = {}

    async def probe(self) -> None:
        for probe in await asyncio.gather(*(self._ask(name, client) for name, client in self._clients.items())):
            self._health[probe.service] = health_after(probe, self._health.get(probe.service))

    def health(self) -> Sequence[ServiceHealth]:
        return [self._health[name] for name in self._clients if name in self._health]

    def remember(self, health: Sequence[ServiceHealth]) -> None:
        self._health.update({one.service: one for one in health if one.service in self._clients})

    async def _ask(self, name: str, client: httpx.AsyncClient) -> Probe:
        started = time.perf_counter()
        try:
            status: int | None = (await client.get("/ready", timeout=PATIENCE)).status_code
        except httpx.HTTPError:
            status = None
        return Probe(name, status, (time.perf_counter() - started) * 1000, self._clock.now())
