"""What every request passes first: a trace, a limit on its body, a measure of its time, a last resort."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable
from functools import cache

import structlog
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mathematricks.runtime.errors import answer

log = structlog.get_logger(__name__)

SECONDS = Histogram(
    "http_request_seconds",
    "Time from the first byte to the last",
    ["service", "method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Edge:
    """
    The outermost layer of our own around a service's app.

    Args:
        largest_body: Bytes; a longer body is refused with 413, announced or not.
    """

    def __init__(self, app: ASGIApp, service: str, largest_body: int) -> None:
        self._app, self._service, self._largest = app, service, largest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(trace=_trace_of(scope["headers"])):
            if scope["type"] == "http":
                await _Exchange(scope, receive, send, self._largest).run(self._app, self._service)
            else:
                await self._app(scope, receive, send)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, largest: int) -> None:
        self._bodiless = scope["method"] == "HEAD"
        self._method = scope["method"] if scope["method"] in _METHODS else "other"
        self._scope = {**scope, "method": "GET"} if self._bodiless else scope  # HEAD is GET without the body
        self._receive, self._send, self._left = receive, send, largest
        self._status = 0

    async def run(self, app: ASGIApp, service: str) -> None:
        started = time.perf_counter()
        try:
            await self._answer(app)
        finally:
            route = getattr(self._scope.get("route"), "path_format", "none")
            _seconds(service, self._method, route, self._status).observe(time.perf_counter() - started)

    async def _answer(self, app: ASGIApp) -> None:
        if _announced(self._scope["headers"]) > self._left:
            await self._refuse(413, "The body is too large")
            return
        try:
            await app(self._scope, self._count, self._pass_on)
        except Exception as error:
            route = getattr(self._scope.get("route"), "path_format", "none")
            log.error("request.failed", route=route, method=self._method, exc_info=error)
            if not self._status:
                await self._refuse(500, "Something broke on our side; it is in the log")

    async def _refuse(self, status: int, error: str) -> None:
        await answer(status, error)(self._scope, self._receive, self._pass_on)

    async def _count(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "The body is too large")
        return message

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif self._bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


@cache
def _seconds(service: str, method: str, route: str, status: int) -> Histogram:
    return SECONDS.labels(service, method, route, str(status))


def _announced(headers: Iterable[tuple[bytes, bytes]]) -> int:
    for name, value in headers:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _trace_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"traceparent" and (told := _TRACEPARENT.fullmatch(value)):
            return told[1].decode()
    return uuid.uuid4().hex
