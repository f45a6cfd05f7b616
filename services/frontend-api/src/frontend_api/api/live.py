"""The live stream of one browser."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from mathematricks.contracts.live import Heartbeat
from starlette.types import Receive, Scope, Send

from frontend_api.api.who import CREDENTIALS, MAY_REFUSE, Here, Wired, guarded
from frontend_api.domain.live import FEEDS
from frontend_api.handlers.live import frames

DOCUMENTS = ", ".join(f"`{feed.event}` ({feed.model.__name__})" for feed in FEEDS.values())
SAYS = (
    f"Server-sent events. First a `heartbeat` (Heartbeat: time and build), then every document there is for the viewer "
    f"and `snapshot` (SnapshotEnd); from then on each document as it changes: {DOCUMENTS}; `gone` (Gone, admins only). "
    f"A heartbeat comes every 5 seconds. `resync`: ask for everything again. `closed`: the session has ended."
)
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": SAYS,
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
}
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
router = APIRouter(
    prefix="/api",
    tags=["live"],
    route_class=guarded(None),
    responses=MAY_REFUSE | EVENTS,
    dependencies=CREDENTIALS,
)


class Events(StreamingResponse):
    """A stream whose source is closed with it, though the browser left while something was being sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert isinstance(self.body_iterator, AsyncGenerator)
        async with aclosing(self.body_iterator):
            await super().__call__(scope, receive, send)


@router.get("/stream", response_class=StreamingResponse)
async def stream(here: Here, ports: Wired) -> StreamingResponse:
    """Follow what the viewer may see: a snapshot, then changes, and a heartbeat every 5 seconds."""
    told = frames(here.session(), here.viewer, ports)
    return Events(told, media_type="text/event-stream", headers=HEADERS)


@router.get("/heartbeat")
async def heartbeat(_: Here, ports: Wired) -> Heartbeat:
    """Return the server's time and build, for who cannot follow the stream."""
    return Heartbeat(at=ports.clock.now(), build=ports.build())
