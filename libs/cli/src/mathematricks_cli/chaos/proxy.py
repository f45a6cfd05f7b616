"""A wire that can be cut and slowed: TCP from a port of its own to another one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast


class Wire:
    """What passes from its port to the one behind; cut, all of it breaks at once, and slowed, all of it is late."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ends: set[asyncio.Transport] = set()
        self._cut_until = 0.0
        self._slow_until = 0.0
        self._delay = 0.0
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self, None), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more, and break what there is."""
        if self._server is not None:
            self._server.close()
        self.cut(0)

    def cut(self, seconds: float) -> None:
        """Break every connection now, and every new one for *seconds*."""
        self._cut_until = asyncio.get_running_loop().time() + seconds
        for end in list(self._ends):
            end.abort()

    def slow(self, seconds: float, delay: float) -> None:
        """Let everything arrive *delay* seconds late, for *seconds*."""
        self._slow_until, self._delay = asyncio.get_running_loop().time() + seconds, delay

    def due(self, after: float) -> float:
        """Return when what comes now is to arrive: late while slowed, and never before what came *after* it was due."""
        now = asyncio.get_running_loop().time()
        return max(after, now + self._delay if now < self._slow_until else now)

    def joined(self, end: asyncio.Transport) -> bool:
        """Take in one end of a connection; False where the wire is cut."""
        if asyncio.get_running_loop().time() < self._cut_until:
            return False
        self._ends.add(end)
        return True

    def left(self, end: asyncio.Transport) -> None:
        """Forget one end."""
        self._ends.discard(end)

    async def behind(self, near: _End) -> _End:
        """Connect to what is behind, for what comes in at *near*; raise ``OSError``."""
        _, far = await asyncio.get_running_loop().create_connection(lambda: _End(self, near), "127.0.0.1", self._target)
        return far


class _End(asyncio.Protocol):
    """One end of a connection through the wire; what it hears, the *other* end says."""

    def __init__(self, wire: Wire, other: _End | None) -> None:
        self._wire, self._other = wire, other
        self._transport: asyncio.Transport | None = None
        self._early: list[bytes] = []
        self._due = 0.0
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._wire.joined(self._transport):
            self._transport.abort()
        elif self._other is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        if self._other is None:
            self._early.append(data)
            return
        loop = asyncio.get_running_loop()
        self._due = self._wire.due(self._due)
        if self._due <= loop.time():
            self._other.say(data)
        else:
            loop.call_at(self._due, self._other.say, data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._wire.left(self._transport)
        if self._other is not None:
            self._other.hang_up()

    def say(self, data: bytes) -> None:
        """Pass *data* on to whoever is connected here."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def hang_up(self) -> None:
        """End this connection too."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    async def _connect(self) -> None:
        try:
            self._other = await self._wire.behind(self)
        except OSError:
            self.hang_up()
            return
        early, self._early = self._early, []
        for data in early:
            self.data_received(data)


@asynccontextmanager
async def wire_to(target: int) -> AsyncIterator[Wire]:
    """Yield an open wire to *target*."""
    wire = Wire(target)
    await wire.open()
    try:
        yield wire
    finally:
        with suppress(OSError):
            await wire.close()
