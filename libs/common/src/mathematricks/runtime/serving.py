"""The HTTP server as every process runs it: it says that it leaves before it waits for answers to end."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from mathematricks.runtime.service import Running

KEEP_ALIVE_SECONDS = 620
"""
Longer than whoever is in front keeps an idle connection (Caddy 120 s, Google's load balancers 600 s): who reuses one
that we are just closing has sent a signal that nobody reads, and may not send it again by himself.
"""


class LeavingServer(uvicorn.Server):
    """A server of some apps; without being told, an open stream of events would never end by itself."""

    def __init__(self, config: uvicorn.Config, apps: Sequence[FastAPI]) -> None:
        super().__init__(config)
        self._apps = tuple(apps)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the apps, wait for what is being answered, stop them."""
        for app in self._apps:
            running: Running | None = app.state.running
            if running is not None:
                running.leave()
        await super().shutdown(sockets)
