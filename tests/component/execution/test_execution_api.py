"""What execution serves over HTTP, on the real paper venue and the simulated market of a demo."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app, internal_http
from mathematricks.runtime.settings import Platform
from mathematricks.storage.mongo import Database
from support.execution import ACCOUNT, an_order

KEY = "k" * 32
AAPL = {"symbol": "AAPL", "type": "STOCK"}
AUDNZD = {"symbol": "AUDNZD", "type": "FOREX"}


class Client:
    """A service's view of execution, and the bus beside it."""

    def __init__(self, http: httpx.AsyncClient, bus: MemoryBus) -> None:
        self.http, self.bus = http, bus

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.http.post(path, json=body)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture
async def client(db: Database, mongo_url: str) -> AsyncIterator[Client]:
    async for each in _running(mongo_url, db.name, demo=True):
        yield each


async def _running(url: str, database: str, *, demo: bool) -> AsyncIterator[Client]:
    platform = Platform(mongo_url=url, mongo_database=database, deployment_key=KEY, demo=demo)  # type: ignore[arg-type]
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform), bus)
    async with app.router.lifespan_context(app), internal_http(platform, "cerebro", "execution") as http:
        yield Client(http, bus)


async def test_a_demo_market_begins_at_the_first_price_seen_and_later_ones_do_not_move_it(client: Client):
    first = await client.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "200"}})
    second = await client.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "300"}})

    for view in (first, second):
        assert 199 < float(view["quotes"]["AAPL"]["bid"]) < float(view["quotes"]["AAPL"]["ask"]) < 201
    assert first["instruments"]["AAPL"]["leverage"] == "1"
    assert first["closed"] == []


async def test_the_demo_market_goes_on_where_it_was_after_a_restart(mongo_url: str, db: Database):
    async for one in _running(mongo_url, db.name, demo=True):
        await one.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "200"}})
    async for two in _running(mongo_url, db.name, demo=True):
        view = await two.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "100"}})

        assert 199 < float(view["quotes"]["AAPL"]["bid"]) < 201


async def test_the_market_of_a_cross_comes_with_the_rate_to_the_base(client: Client):
    view = await client.post("/api/v1/market", {"contracts": [AUDNZD, {"symbol": "Primary Ticker", "type": "STOCK"}]})

    assert set(view["instruments"]) == {"AUDNZD"}
    assert 1.08 < float(view["quotes"]["AUDNZD"]["bid"]) < 1.10
    assert 0.59 < float(view["rates"]["NZD"]) < 0.62


async def test_without_a_demo_there_is_no_quote_until_somebody_posts_one(mongo_url: str, db: Database):
    async for client in _running(mongo_url, db.name, demo=False):
        before = await client.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "200"}})
        quote = {"instrument": "AAPL", "contract": AAPL, "currency": "USD", "bid": "149.9", "ask": "150.1"}
        taken = await client.post("/api/v1/quotes", quote | {"at": datetime.now(UTC).isoformat()})
        after = await client.get("/api/v1/quotes/AAPL")
        older = await client.post("/api/v1/quotes", [quote | {"at": "2020-01-01T00:00:00Z"}])

        assert before["quotes"] == {}
        assert taken == {"taken": 1, "older": 0}
        assert after["ask"] == "150.1"
        assert older == {"taken": 0, "older": 1}


async def test_a_paper_account_trades_and_its_records_agree_with_its_venue(client: Client):
    await client.post("/api/v1/accounts", {"account": ACCOUNT, "cash": {"USD": "500000"}})
    await client.post("/api/v1/market", {"contracts": [AAPL], "seen": {"AAPL": "150"}})

    await client.bus.publish(TRADING_ORDERS, an_order())
    order = await _ended(client, "o1")
    snapshot = await client.get(f"/api/v1/accounts/{ACCOUNT}/snapshot")
    ours = await client.get("/api/v1/executions", order_id="o1")
    venues = await client.get(f"/api/v1/accounts/{ACCOUNT}/venue-executions")

    assert order["status"] == "FILLED"
    assert snapshot["open_positions"][0]["quantity"] == "100"
    assert float(snapshot["cash"]["USD"]) < 500_000 - 14_900
    assert [e["execution_id"] for e in ours["items"]] == [e["execution_id"] for e in venues["items"]]
    assert (await client.get("/api/v1/orders", signal_id="s1"))["items"][0]["order_id"] == "o1"
    assert [a["account"] for a in (await client.get("/api/v1/accounts"))["items"]] == [ACCOUNT]


async def test_a_paper_account_opens_when_somebody_looks_at_it(client: Client):
    snapshot = await client.get("/api/v1/accounts/paper:new/snapshot")

    assert (float(snapshot["equity"]), snapshot["mode"]) == (1_000_000, "PAPER")
    assert (await client.http.get("/api/v1/accounts/IBKR_Main/snapshot")).status_code == 404
    assert (await client.http.get("/api/v1/accounts/paper:none/venue-executions")).status_code == 404


async def test_refusals_say_what_is_wrong(client: Client):
    quote = {"instrument": "AAPL", "contract": AAPL, "currency": "USD", "bid": "151", "ask": "150"}
    crossed = await client.http.post("/api/v1/quotes", json=quote | {"at": datetime.now(UTC).isoformat()})

    assert (crossed.status_code, crossed.json()) == (422, {"error": "Quote 1: bid must not be above ask"})
    assert (await client.http.get("/api/v1/orders/none")).status_code == 404
    assert (await client.http.get("/api/v1/quotes/NOTHING")).status_code == 404
    assert (await httpx.AsyncClient(transport=client.http._transport).get("http://x/api/v1/orders")).status_code == 401


async def _ended(client: Client, order_id: str) -> Any:
    async with asyncio.timeout(5):
        while True:
            answer = await client.http.get(f"/api/v1/orders/{order_id}")
            if answer.status_code == 200 and not answer.json()["live"]:
                return answer.json()
            await asyncio.sleep(0.02)
