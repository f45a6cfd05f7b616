"""A venue served on a port of this process, as execution reaches it, and as whoever controls it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any

import httpx
from execution.adapters.remote.link import Address, VenueLink, listening
from execution.adapters.remote.venue import RemoteVenue
from mathematricks.runtime.clock import WallClock
from mathematricks_cli.mongod import free_port
from mathematricks_cli.venue.app import Door
from mathematricks_cli.venue.floor import Floor, FloorOptions, open_floor
from mathematricks_cli.venue.serving import Place, server_of

TOKEN = "the-venue-knows-us-by-this"
PATIENT = timedelta(seconds=5)


class ServedVenue:
    """A venue with faults, which can be closed and opened again on the same port and book, as a restart is."""

    def __init__(self, options: FloorOptions) -> None:
        self.options = options
        self.place = Place("127.0.0.1", free_port())
        self.url = f"http://127.0.0.1:{self.place.port}"
        self.floor: Floor | None = None
        self._open = AsyncExitStack()

    async def open(self) -> None:
        """Serve."""
        self.floor = await self._open.enter_async_context(open_floor(self.options))
        server = server_of(Door(self.floor, TOKEN, faults=True), self.place)
        server.capture_signals = nullcontext  # type: ignore[method-assign]
        serving = asyncio.create_task(server.serve())
        self._open.push_async_callback(_ended, server, serving)
        async with asyncio.timeout(20):
            while not server.started:
                assert not serving.done(), serving
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        """End; the book stays."""
        await self._open.aclose()

    async def fault(self, kind: str, **but: Any) -> None:
        """Arm a fault."""
        await self._control("POST", "/control/faults", json={"kind": kind, **but})

    async def struck(self, kind: str) -> int:
        """Return how often faults of *kind* have struck."""
        told = await self._control("GET", "/control/faults")
        return sum(each["struck"] for each in told["faults"] if each["kind"] == kind)

    async def tally(self) -> Any:
        """Return the venue's own truth."""
        return await self._control("GET", "/control/tally")

    async def _control(self, method: str, path: str, **what: Any) -> Any:
        async with httpx.AsyncClient(base_url=self.url, headers=authorised(), trust_env=False, timeout=20) as http:
            return (await http.request(method, path, **what)).raise_for_status().json()


def authorised(token: str = TOKEN) -> dict[str, str]:
    """Return the headers of who knows the token."""
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def a_served_venue(url: str, database: str, **but: Any) -> AsyncIterator[ServedVenue]:
    """Yield a venue on *database*, open."""
    served = ServedVenue(FloorOptions(url, database, **but))
    await served.open()
    try:
        yield served
    finally:
        await served.close()


@asynccontextmanager
async def a_remote_venue(served: ServedVenue, patience: timedelta = PATIENT) -> AsyncIterator[RemoteVenue]:
    """Yield a broker connected to *served*."""
    link = VenueLink(Address(served.url, TOKEN, patience), WallClock())
    async with listening(link):
        yield RemoteVenue(link)


async def _ended(server: Any, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    await serving
