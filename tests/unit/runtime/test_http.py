"""What every service's HTTP does alike: one error shape, nothing echoed, limits, probes, callers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any, Literal

import httpx
import pytest
import structlog
from fastapi import APIRouter, Depends, FastAPI, Path, Query
from mathematricks.contracts.base import Message
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.edge import SECONDS
from mathematricks.runtime.http import Refusal, create_app, internal_http, ports_of, require
from mathematricks.runtime.tokens import Caller, mint_token
from pydantic import Field
from structlog.testing import capture_logs
from support.desk_service import KEY, Diary, a_service, trial_settings

SECRET = "hunter2-do-not-repeat"
router = APIRouter(prefix="/api")
seen: dict[str, Any] = {}


class Car(Message):
    """One kind of thing."""

    kind: Literal["car"]
    doors: Annotated[int, Field(gt=0)]


class Bike(Message):
    """Another kind of thing."""

    kind: Literal["bike"]


class Fleet(Message):
    """A body with everything that can be wrong."""

    things: tuple[Annotated[Car | Bike, Field(discriminator="kind")], ...] = ()
    cash: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Decimal] = Field(default_factory=dict)


@router.get("/things/{thing}")
async def get_thing(thing: Annotated[int, Path(lt=100)], most: Annotated[int, Query(ge=1)] = 5) -> dict[str, int]:
    seen["trace"] = structlog.contextvars.get_contextvars().get("trace")
    return {"thing": thing, "most": most}


@router.post("/things/{thing}")
async def post_thing(thing: str, fleet: Fleet) -> Fleet:
    return fleet


@router.get("/refused")
async def refused() -> None:
    raise Refusal(409, "Close the positions first", {"Retry-After": "5"}, positions=2)


@router.get("/broken/{how}")
async def broken(how: str) -> None:
    raise {
        "bug": ZeroDivisionError(SECRET),
        "text": UnicodeEncodeError("utf-8", "\ud800", 0, 1, SECRET),
        "number": OverflowError(SECRET),
    }[how]


@router.get("/inside", dependencies=[require("service", "admin")])
async def inside(ports: Annotated[Diary, Depends(ports_of)]) -> list[str]:
    seen["trace"] = structlog.contextvars.get_contextvars().get("trace")
    return ports.lines


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://trial") as client:
        yield client


@pytest.fixture
async def app() -> AsyncIterator[FastAPI]:
    app = create_app(a_service(routes=(router,), largest_body=1000), trial_settings(), MemoryBus())
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/api/things/500", None, 422, "path.thing: Input should be less than 100"),
        ("GET", f"/api/things/{SECRET}", None, 422, "path.thing: Input should be a valid integer"),
        ("GET", f"/api/things/1?most={SECRET}", None, 422, "query.most: Input should be a valid integer"),
        ("POST", "/api/things/1", {"things": [{"kind": SECRET}]}, 422, "body.things.0: Input is of no known kind"),
        (
            "POST",
            "/api/things/1",
            {"things": [{"kind": "car", "doors": SECRET}]},
            422,
            "body.things.0.car.doors: Input",
        ),
        ("POST", "/api/things/1", {"cash": {SECRET: 1}}, 422, "body.cash.?.?: String should match pattern"),
        ("POST", "/api/things/1", {"cash": {"USD": SECRET}}, 422, "body.cash.?: Input should be a valid decimal"),
        ("POST", "/api/things/1", f'{{"{SECRET}": ', 422, "JSON decode error"),
        ("POST", "/api/things/1", b'"\xff\xfe' + SECRET.encode(), 400, "The body cannot be read; send valid JSON"),
        ("POST", "/api/things/1", "[" * 900, 422, "body"),
        ("GET", f"/api/nothing/{SECRET}", None, 404, "Not Found"),
        ("DELETE", "/api/things/1", None, 405, "This address takes GET, HEAD, OPTIONS, POST"),
        ("GET", "/api/refused", None, 409, "Close the positions first"),
        ("GET", "/api/broken/bug", None, 500, "Something broke on our side"),
        ("GET", "/api/broken/text", None, 422, "text must be valid Unicode"),
        ("GET", "/api/broken/number", None, 422, "a number is too large"),
        ("GET", "/api/inside", None, 401, "Show a bearer token"),
    ],
)
async def test_every_refusal_has_one_shape_and_repeats_nothing(
    http: httpx.AsyncClient, method: str, path: str, body: Any, status: int, said: str
) -> None:
    given: dict[str, Any] = {"content": body} if isinstance(body, str | bytes) else {"json": body} if body else {}

    answer = await http.request(method, path, headers={"content-type": "application/json"}, **given)

    assert answer.status_code == status
    assert said in answer.json()["error"]
    assert SECRET not in answer.text


async def test_a_refusal_carries_its_headers_and_facts(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/refused")

    assert answer.json() == {"error": "Close the positions first", "positions": 2}
    assert answer.headers["Retry-After"] == "5"


async def test_a_bug_is_logged_with_its_route_and_told_as_an_error_of_ours(http: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        answer = await http.get("/api/broken/bug")

    (line,) = lines
    assert (line["event"], line["route"], line["log_level"]) == ("request.failed", "/api/broken/{how}", "error")
    assert answer.json() == {"error": "Something broke on our side; it is in the log"}


async def test_options_tells_what_an_address_takes(http: httpx.AsyncClient) -> None:
    answer = await http.options("/api/things/1")

    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_head_is_get_without_the_body(http: httpx.AsyncClient) -> None:
    head, get = await http.head("/api/things/7"), await http.get("/api/things/7")

    assert head.content == b""
    assert (head.status_code, head.headers["content-length"]) == (get.status_code, get.headers["content-length"])
    assert (await http.head("/api/things/700")).status_code == 422


async def test_a_body_that_is_too_large_is_refused_announced_or_not(http: httpx.AsyncClient) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    announced = await http.post("/api/things/1", content=b" " * 1001)
    unannounced = await http.post("/api/things/1", content=in_pieces())

    assert announced.status_code == unannounced.status_code == 413
    assert announced.json() == unannounced.json() == {"error": "The body is too large"}


async def test_only_route_templates_are_counted(http: httpx.AsyncClient) -> None:
    await http.get(f"/api/things/{SECRET}")
    await http.request("BREW", f"/{SECRET}")

    samples = [sample.labels for metric in SECONDS.collect() for sample in metric.samples]
    assert {"service": "trial", "method": "GET", "route": "/api/things/{thing}", "status": "422"} in [
        {name: value for name, value in labels.items() if name != "le"} for labels in samples
    ]
    assert SECRET not in (await http.get("/metrics")).text
    assert "BREW" not in (await http.get("/metrics")).text


async def test_a_request_keeps_the_trace_it_came_with_and_else_gets_one(http: httpx.AsyncClient) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    await http.get("/api/things/1", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert seen["trace"] == trace

    await http.get("/api/things/1", headers={"traceparent": SECRET})
    assert len(seen["trace"]) == 32
    assert seen["trace"] not in (trace, SECRET)
    assert "trace" not in structlog.contextvars.get_contextvars()


async def test_the_probes_of_a_service_that_runs(http: httpx.AsyncClient) -> None:
    assert (await http.get("/live")).json() == {"status": "alive"}
    assert (await http.get("/ready")).json() == {"status": "ready"}
    assert "http_request_seconds" in (await http.get("/metrics")).text


async def test_a_service_that_has_not_started_lives_but_takes_no_work() -> None:
    app = create_app(a_service(routes=(router,)), trial_settings(), MemoryBus())
    token = mint_token(Caller("cerebro", "service"), KEY)

    async with client_of(app) as http:
        assert (await http.get("/live")).status_code == 200
        ready = await http.get("/ready")
        asked = await http.get("/api/inside", headers={"Authorization": f"Bearer {token}"})

    assert (ready.status_code, ready.json()) == (503, {"error": "Not ready: starting or stopping"})
    assert (asked.status_code, asked.headers["Retry-After"]) == (503, "1")


async def test_the_probes_tell_of_a_dead_stream_and_a_bus_that_is_away() -> None:
    async def hang_up(_: Diary) -> None:
        """End at once."""

    app = create_app(a_service(), trial_settings(), bus := MemoryBus())
    async with app.router.lifespan_context(app), client_of(app) as http:
        await bus.close()
        assert (await http.get("/ready")).json() == {"error": "Not ready: the bus does not answer"}
        app.state.running.loops._dead = True
        assert (await http.get("/live")).status_code == 503


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (mint_token(Caller("cerebro", "service"), KEY), 200),
        (mint_token(Caller("carol", "client"), KEY), 403),
        (mint_token(Caller("cerebro", "service"), KEY, now=0), 401),
        (mint_token(Caller("cerebro", "service"), "x" * 32), 401),
        ("nonsense", 401),
        ("\xff", 401),
    ],
)
async def test_only_callers_in_the_right_role_pass(http: httpx.AsyncClient, token: str, status: int) -> None:
    answer = await http.get("/api/inside", headers=[(b"Authorization", f"Bearer {token}".encode("latin-1"))])

    assert answer.status_code == status
    assert token not in answer.text


async def test_services_ask_each_other_with_a_token_and_the_same_trace(app: FastAPI) -> None:
    async with internal_http(app.state.settings.platform, "cerebro", "trial") as inner:
        with structlog.contextvars.bound_contextvars(trace="4bf92f3577b34da6a3ce929d0e0e4736"):
            answer = await inner.get("/api/inside")
        broke = await inner.get("/api/broken/bug")

    assert answer.json() == ["connected"]
    assert seen["trace"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert broke.status_code == 500


async def test_a_service_that_is_not_here_yet_is_a_failed_connection(app: FastAPI) -> None:
    async with internal_http(app.state.settings.platform, "cerebro", "execution") as inner:
        with pytest.raises(httpx.ConnectError):
            await inner.get("/anything")
