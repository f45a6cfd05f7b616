"""HTTP for every service alike: one app factory, and callers known by their tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request

from mathematricks.messaging.bus import Bus
from mathematricks.runtime.edge import Edge
from mathematricks.runtime.errors import Refusal, add_error_shapes
from mathematricks.runtime.internal import internal_http
from mathematricks.runtime.probes import add_probes
from mathematricks.runtime.service import Running, Service, running
from mathematricks.runtime.settings import ServiceSettings
from mathematricks.runtime.tokens import Caller, Role, TokenRefused, read_token

__all__ = ["Refusal", "caller_of", "create_app", "internal_http", "ports_of", "require"]


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
    app.add_middleware(Edge, service=service.name, largest_body=service.largest_body)
    for wrap in service.middleware:
        app.add_middleware(wrap, settings=settings)
    add_probes(app)
    add_error_shapes(app)
    settings.platform.local_apps[service.name] = app
    return app


def ports_of(request: Request) -> Any:
    """Return the ports of the service that serves *request*."""
    state: Running | None = request.app.state.running
    if state is None:
        raise Refusal(503, "Starting or stopping; try again in a moment", {"Retry-After": "1"})
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
