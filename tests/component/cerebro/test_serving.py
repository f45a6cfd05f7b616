"""What Cerebro serves, over HTTP, to those who may ask."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from cerebro.service import service
from cerebro.settings import Settings
from fastapi import FastAPI
from mathematricks.contracts.topics import STANDARDIZED_SIGNALS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database, to_document
from support.cerebro import a_config
from support.signals import a_signal

KEY = "k" * 32
CUSTOM = "/api/portfolio/allocations/custom"


@pytest.fixture
async def app(mongo_url: str, db: Database) -> AsyncIterator[FastAPI]:
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY)  # type: ignore[arg-type]
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform), bus)
    async with app.router.lifespan_context(app):
        yield app
    await bus.close()


def client(app: FastAPI, role: Any = "admin") -> httpx.AsyncClient:
    token = mint_token(Caller("operator", role), KEY)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cerebro",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as http:
        yield http


async def test_without_an_active_allocation_the_answer_says_what_holds(http):
    answer = await http.get("/api/portfolio/allocations/current")

    assert answer.status_code == 404
    assert "5 % of equity" in answer.json()["error"]


async def test_a_custom_allocation_becomes_the_active_one_and_the_one_before_is_archived(http, db):
    for percent in ("13.25", "6.54"):
        body = {"allocations": {"SPX_1-D_Opt": percent}, "reason": "by hand", "approved_by": "Ann"}
        assert (await http.put(CUSTOM, json=body)).status_code == 200

    current = (await http.get("/api/portfolio/allocations/current")).json()

    assert current["allocations"] == {"SPX_1-D_Opt": "6.54"}
    assert [one["status"] async for one in db.portfolio_allocations.find().sort("created_at", 1)] == [
        "ARCHIVED",
        "ACTIVE",
    ]


@pytest.mark.parametrize(
    "allocations",
    [{"A": "-1"}, {"A": "150", "B": "51"}, {"A": "NaN"}, {"": "1"}, {"a\x00": "1"}, {"\ud800": "1"}, {"A": "201"}],
)
async def test_what_cannot_be_an_allocation_is_refused(http, allocations):
    body = json.dumps({"allocations": allocations, "approved_by": "Ann"})
    answer = await http.put(CUSTOM, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_an_unknown_signal_has_no_decision(http):
    assert (await http.get("/api/v1/decisions/s1")).status_code == 404


async def test_a_decision_shows_its_legs_and_inputs(http, app, db):
    await db.strategy_configurations.insert_one(to_document(a_config(), "Trend"))
    out = a_signal(signal_type="EXIT", action="SELL")
    await app.state.running.bus.publish(STANDARDIZED_SIGNALS, out)
    await app.state.running.bus.drain("cerebro")

    asked = {"outcome": "REFUSED", "strategy_id": "Trend"}
    (listed,) = (await http.get("/api/v1/decisions", params=asked)).json()["items"]
    one = (await http.get(f"/api/v1/decisions/{out.signal_id}")).json()

    assert listed["reason"] == one["reason"] == "NO_OPEN_POSITION"
    assert one["inputs"]["signal"]["signal_id"] == one["signal_id"]
    assert (await http.get("/api/v1/decisions", params={"outcome": "APPROVED"})).json()["items"] == []


async def test_the_book_can_be_read(http):
    answer = await http.get("/api/v1/book/paper")

    assert answer.status_code == 200
    assert answer.json()["seq"] == 0
    assert (await http.get("/api/v1/book/other")).status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/decisions", "/api/v1/book/live", "/api/portfolio/allocations/current"])
async def test_nothing_is_told_without_a_role(app, path):
    async with client(app, "sender") as stranger:
        assert (await stranger.get(path)).status_code == 403
        assert (await stranger.get(path, headers={"Authorization": ""})).status_code == 401
