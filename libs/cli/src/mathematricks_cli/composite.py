"""All services behind one port: each request goes to the app that owns its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from mathematricks.runtime.service import Running
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

_SHARED = ("/live", "/ready", "/metrics", "/openapi.json")
"""Paths that every app has; the composite answers /ready, its fallback the others."""


class Composite:
    """
    One ASGI app made of several.

    A path belongs to the app that declares it: exactly, else by the longest fixed beginning of a
    declared path. What nobody declares goes to the app named *fallback*. The probes answer for all.
    """

    def __init__(self, apps: Sequence[FastAPI], fallback: str, on_started: Callable[[], None]) -> None:
        self.apps = tuple(apps)
        self._fallback = next(app for app in apps if app.title == fallback)
        self._on_started = on_started
        # what people ask for goes in by the front: it knows sessions, and keeps the trail of who changed what
        self._exact, self._beginnings = owners_of((self._fallback, *self.apps))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/ready":
            await self._ready(scope, receive, send)
        else:
            await self.owner_of(scope["path"])(scope, receive, send)

    def owner_of(self, path: str) -> FastAPI:
        """Return the app that serves *path*."""
        if app := self._exact.get(path):
            return app
        return next((app for beginning, app in self._beginnings if path.startswith(beginning)), self._fallback)

    async def _ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = [app.title for app in self.apps if not await _is_ready(app)]
        answer = {"status": "not ready", "waiting_for": waiting} if waiting else {"status": "ready"}
        await JSONResponse(answer, status_code=503 if waiting else 200)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                for app in self.apps:
                    await stack.enter_async_context(app.router.lifespan_context(app))
            except BaseException as error:
                await send({"type": "lifespan.startup.failed", "message": repr(error)})
                raise
            self._on_started()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


def owners_of(apps: Sequence[FastAPI]) -> tuple[Mapping[str, FastAPI], Sequence[tuple[str, FastAPI]]]:
    """Return which app owns each exact path, and each fixed beginning (longest first)."""
    exact: dict[str, FastAPI] = {}
    beginnings: dict[str, FastAPI] = {}
    for app in apps:
        for path in (context.path for context in iter_route_contexts(app.routes)):
            if path and path not in _SHARED:
                (beginnings if "{" in path else exact).setdefault(path.partition("{")[0], app)
    return exact, sorted(beginnings.items(), key=lambda owned: -len(owned[0]))


async def _is_ready(app: FastAPI) -> bool:
    running: Running | None = app.state.running
    return running is not None and running.ready and await running.bus.ready()
