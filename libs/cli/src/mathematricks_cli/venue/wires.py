"""The venue's connections, which can be cut: one in the middle of a call, or all at once."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

TRANSPORT = "venue.transport"


class Wires:
    """Every connection to the venue that is not for its control."""

    def __init__(self) -> None:
        self._transports: set[asyncio.Transport] = set()
        self._cut_until = 0.0

    @property
    def down(self) -> bool:
        """Whether nobody gets through now."""
        return asyncio.get_running_loop().time() < self._cut_until

    def add(self, transport: asyncio.Transport) -> None:
        """Remember a connection."""
        self._transports = {each for each in self._transports if not each.is_closing()}
        self._transports.add(transport)

    def cut(self, seconds: float) -> None:
        """Cut every connection now, and every new one for *seconds*."""
        self._cut_until = max(self._cut_until, asyncio.get_running_loop().time() + seconds)
        for transport in self._transports:
            transport.abort()
        self._transports.clear()


def protocol_on(wires: Wires) -> type[asyncio.Protocol]:
    """Return uvicorn's HTTP protocol, whose requests know their connection and whose streams can be cut."""

    class Line(HttpToolsProtocol):
        def on_message_begin(self) -> None:
            super().on_message_begin()
            extensions: Any = {TRANSPORT: {"transport": self.transport}}
            self.scope["extensions"] = extensions

        def handle_websocket_upgrade(self) -> None:
            if wires.down:
                self.transport.abort()
                return
            wires.add(self.transport)
            super().handle_websocket_upgrade()

    return Line
