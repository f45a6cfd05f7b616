"""All services behind one port."""

from __future__ import annotations

from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from mathematricks_cli.composite import Composite


def an_app(name: str, *paths: str, log: list[str] | None = None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI):
        (log if log is not None else []).append(f"start {name}")
        yield
        (log if log is not None else []).append(f"stop {name}")

    app = FastAPI(title=name, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.running = None
    router = APIRouter()
    for path in paths:
        router.add_api_route(path, lambda: name)
    app.include_router(router)
    return app


def a_desk(*apps: FastAPI) -> Composite:
    return Composite(apps, apps[-1].title, lambda: None)


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/v1/signals", "intake"),
        ("/api/v1/signals/some-token", "intake"),
        ("/api/v1/signals/ws", "intake"),
        ("/api/signals", "browser"),
        ("/api/signals/s1/receipt", "browser"),
        ("/api/strategies/Momentum/x", "accounts"),
        ("/nowhere", "browser"),
        ("/live", "browser"),
    ],
)
def test_a_path_goes_to_the_app_that_declares_it(path, owner):
    desk = a_desk(
        an_app("intake", "/api/v1/signals", "/api/v1/signals/{token}", "/api/v1/signals/ws"),
        an_app("accounts", "/api/strategies", "/api/strategies/{strategy_id}"),
        an_app("browser", "/api/signals", "/api/signals/{signal_id}/receipt"),
    )

    assert desk.owner_of(path).title == owner


async def test_the_desk_is_ready_when_every_service_is():
    desk = a_desk(an_app("one"), an_app("two"))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(desk), base_url="http://desk") as http:
        answer = await http.get("/ready")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "waiting_for": ["one", "two"]}


async def test_services_start_in_order_and_stop_in_reverse():
    log: list[str] = []
    desk = a_desk(an_app("one", log=log), an_app("two", log=log))
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive():
        return next(incoming)

    async def send(message):
        sent.append(message["type"])

    await desk({"type": "lifespan"}, receive, send)

    assert log == ["start one", "start two", "stop two", "stop one"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
