"""How services ask each other: a token of their own, the same trace, and no socket where none is needed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import httpx
import structlog
from starlette.types import ASGIApp

from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import LIFE_SECONDS, Caller, mint_token

_SPAN = "0" * 15 + "1"
_TIMEOUT = 5.0


@asynccontextmanager
async def internal_http(platform: Platform, me: str, target: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that speaks to the service *target* as the service *me*."""
    url = platform.service_urls.get(target)
    transport = None if url else _Local(platform.local_apps, target)
    auth = _Token(Caller(me, "service"), platform.deployment_key.get_secret_value())
    base = url or f"http://{target}"
    async with httpx.AsyncClient(base_url=base, transport=transport, auth=auth, timeout=_TIMEOUT) as client:
        yield client


class _Token(httpx.Auth):
    """Show who asks, with a token used for half its life, and what it is about."""

    def __init__(self, caller: Caller, key: str) -> None:
        self._caller, self._key = caller, key
        self._header, self._renew_at = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        if time.monotonic() > self._renew_at:
            self._header = f"Bearer {mint_token(self._caller, self._key)}"
            self._renew_at = time.monotonic() + LIFE_SECONDS / 2
        request.headers["Authorization"] = self._header
        if trace := structlog.contextvars.get_contextvars().get("trace"):
            request.headers["traceparent"] = f"00-{trace}-{_SPAN}-01"
        yield request


class _Local(httpx.AsyncBaseTransport):
    """Reach a service of this very process without a socket, once it has been created."""

    def __init__(self, apps: Mapping[str, ASGIApp], name: str) -> None:
        self._apps, self._name = apps, name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._name not in self._apps:
            raise httpx.ConnectError(f"{self._name} is not here (yet)")
        transport = httpx.ASGITransport(self._apps[self._name], raise_app_exceptions=False)
        return await transport.handle_async_request(request)
