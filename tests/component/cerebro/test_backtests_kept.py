"""Backtests over HTTP: kept with their measures, asked about where unclear, and read by the 30 % rule."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from cerebro.adapters.mongo_backtests import MongoBacktests
from cerebro.adapters.mongo_terms import MongoTerms
from cerebro.domain.backtests.series import returns_of
from cerebro.service import service
from cerebro.settings import Settings
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database, to_document
from support.cerebro import a_config

KEY = "k" * 32
SYNC = "/api/strategies/Trend/sync-backtest"
ROWS = [
    "date,P&L,return,notional,margin,equity",
    *(f"2024-01-{day:02d},{10 * day},{1 if day % 3 else -1}%,50000,9000,100000" for day in range(1, 31)),
    "total,1,2%,,,",
    "2099-01-01,1,2%,,,",
]


@pytest.fixture
async def http(mongo_url: str, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY)  # type: ignore[arg-type]
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform), bus)
    token = mint_token(Caller("operator", "admin"), KEY)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cerebro", headers=headers) as client,
    ):
        yield client
    await bus.close()


def a_file(rows: list[str], **said: Any) -> dict[str, Any]:
    return {"name": "trend.csv", "content": base64.b64encode("\n".join(rows).encode()).decode(), **said}


async def test_a_backtest_is_kept_with_its_measures_and_every_refused_row(http, db):
    answer = (await http.post(SYNC, json=a_file(ROWS))).json()

    assert answer["backtest_period"] == {"start": "2024-01-01", "end": "2024-01-30", "days": 30}
    assert answer["refused"] == [
        {"row": 32, "reason": "'total' is not a date"},
        {"row": 33, "reason": "2099-01-01 is in the future"},
    ]
    assert answer["margin_per_unit"] == pytest.approx(0.09)
    assert answer["expected_alpha"] == pytest.approx(2 * answer["mean_return_daily"])
    assert answer["expected_alpha_sample"] == 30
    assert (await http.get("/api/strategies/Trend/backtest")).json() == answer
    assert (await http.get("/api/backtests")).json() == ["Trend"]
    assert (await db.strategy_backtest_data.count_documents({})) == 1


async def test_what_is_unclear_is_asked_and_nothing_is_kept(http, db):
    rows = ["date,return", *(f"2024-01-{day:02d},0.5" for day in range(1, 31))]

    refused = await http.post(SYNC, json=a_file(rows))

    assert refused.status_code == 422
    assert "--units" in refused.json()["error"]
    assert await db.strategy_backtest_data.count_documents({}) == 0
    assert (await http.post(SYNC, json=a_file(rows, units="percent"))).json()["mean_return_daily"] == pytest.approx(
        0.005
    )


async def test_what_is_no_file_is_refused(http):
    broken = {"name": "x.xlsx", "content": base64.b64encode(b"PK\x03\x04nothing").decode()}

    assert (await http.post(SYNC, json=broken)).status_code == 400
    assert (await http.post(SYNC, json={"name": "x", "content": "§"})).status_code == 422
    assert (await http.get("/api/strategies/Other/backtest")).status_code == 404
    assert (await http.get("/api/backtests")).json() == []


async def test_the_expected_alpha_of_the_backtest_holds_where_the_admin_set_none(http, db):
    for name, alpha in (("Trend", None), ("Told", "0.02")):
        config = a_config(strategy_id=name, expected_alpha=alpha)
        await db.strategy_configurations.insert_one(to_document(config, name))
        sent = await http.post(f"/api/strategies/{name}/sync-backtest", json=a_file(ROWS))
        assert sent.status_code == 200

    terms = await MongoTerms(db).current(["Trend", "Told"])

    assert terms["Trend"].strategy.expected_alpha == Decimal("0.00666666")
    assert terms["Told"].strategy.expected_alpha == Decimal("0.02")


async def test_a_newer_backtest_leaves_the_live_returns(http, db):
    await http.post(SYNC, json=a_file(ROWS))
    live = {"live_returns": [{"day": (await MongoBacktests(db).find("Trend")).daily_returns[0].day, "value": 0.5}]}
    await db.strategy_backtest_data.update_one({"_id": "Trend"}, {"$set": live})

    await http.post(SYNC, json=a_file(ROWS[:20]))
    history = returns_of(await MongoBacktests(db).find("Trend"))

    assert (history.values[0], history.values.size) == (0.5, 19)
