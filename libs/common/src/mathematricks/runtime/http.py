"""HTTP for every service alike: one app factory, one error shape, callers known by their tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from mathematricks.messaging.bus import Bus
from mathematricks.runtime.service import Running, Service, running
from mathematricks.runtime.settings import Platform, ServiceSettings
from mathematricks.runtime.tokens import Caller, Role, TokenRefused, mint_token, read_token

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """A request refused with a status and a sentence that says what to do; becomes ``{"error": …}``."""

    def __init__(self, status: int, error: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **more}
        self.headers = dict(headers or {})


def create_app(service: Service, settings: ServiceSettings, bus: Bus) -> FastAPI:
    """Return *service* as an app; its life span is the service's."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(service, settings, bus) as state:
            app.state.running = state
            yield
        app.state.running = None

    app = FastAPI(title=service.name, version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.running = None
    app.state.settings = settings
    for router in service.routes:
        app.include_router(router)
    for wrap in service.middleware:
        app.add_middleware(wrap, settings=settings)
    _add_probes(app)
    _add_error_shapes(app)
    settings.platform.local_apps[service.name] = app
    return app


def _add_probes(app: FastAPI) -> None:
    @app.get("/live", tags=["probes"])
    async def live() -> dict[str, str]:
        """Answer while the event loop turns; dead streams end the process."""
        return {"status": "alive"}

    @app.get("/ready", tags=["probes"], responses={503: {"description": "Not ready"}})
    async def ready() -> Response:
        """Answer 200 when work may be sent here."""
        state: Running | None = app.state.running
        if state is None or not state.ready or not await state.bus.ready():
            return JSONResponse({"status": "not ready"}, status_code=503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", tags=["probes"])
    async def metrics() -> Response:
        """Counters and histograms for Prometheus; no ids, no amounts."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _add_error_shapes(app: FastAPI) -> None:
    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> Response:
        return JSONResponse(refusal.body, status_code=refusal.status, headers=refusal.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        return JSONResponse({"error": "Invalid request: " + "; ".join(faults[:20])}, status_code=422)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> Response:
        return JSONResponse({"error": str(error.detail)}, status_code=error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        log.error("request.failed", route=getattr(route, "path", "?"), exc_info=error)
        return JSONResponse({"error": "Internal error; it was logged"}, status_code=500)


def ports_of(request: Request) -> Any:
    """Return the ports of the service that serves *request*."""
    state: Running | None = request.app.state.running
    if state is None:
        raise Refusal(503, "Starting or stopping; try again in a moment")
    return state.ports


def caller_of(request: Request) -> Caller:
    """Return who is asking; refuse with 401 without a valid token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    key = request.app.state.settings.platform.deployment_key.get_secret_value()
    if scheme.lower() != "bearer":
        raise Refusal(401, "Show a bearer token", {"WWW-Authenticate": "Bearer"})
    try:
        return read_token(token, key)
    except TokenRefused as why:
        raise Refusal(401, "The token is forged or out of date", {"WWW-Authenticate": "Bearer"}) from why


def require(*roles: Role) -> Any:
    """Return a dependency that lets only callers in *roles* pass."""

    def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if caller.role not in roles:
            raise Refusal(403, "Not for this role")
        return caller

    return Depends(check)


class _Local(httpx.AsyncBaseTransport):
    """Reach a service of this very process without a socket, once it has been created."""

    def __init__(self, apps: Mapping[str, ASGIApp], name: str) -> None:
        self._apps, self._name = apps, name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._name not in self._apps:
            raise httpx.ConnectError(f"{self._name} is not here (yet)")
        return await httpx.ASGITransport(self._apps[self._name]).handle_async_request(request)


class _FreshToken(httpx.Auth):
    """Show a token minted for this request."""

    def __init__(self, mint: Callable[[], str]) -> None:
        self._mint = mint

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._mint()}"
        yield request


@asynccontextmanager
async def internal_http(platform: Platform, me: str, target: str) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client that speaks to the service *target* as the service *me*."""
    key = platform.deployment_key.get_secret_value()
    url = platform.service_urls.get(target)
    transport = None if url else _Local(platform.local_apps, target)
    auth = _FreshToken(lambda: mint_token(Caller(me, "service"), key))
    base = url or f"http://{target}"
    async with httpx.AsyncClient(base_url=base, transport=transport, auth=auth, timeout=5.0) as client:
        yield client
