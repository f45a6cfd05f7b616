"""Alerting as a whole, on a real MongoDB and the in-process bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from alerting.service import service
from alerting.settings import Settings
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database
from structlog.testing import capture_logs

KEY = "k" * 32
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Desk:
    bus: MemoryBus
    http: httpx.AsyncClient
    db: Database

    async def hear(self, *alerts: Alert) -> None:
        for alert in alerts:
            await self.bus.publish(ALERTS, alert)
        await eventually(self._handled)

    async def _handled(self) -> bool:
        return self.bus.idle()

    async def items(self, **params: Any) -> list[dict[str, Any]]:
        answer = await self.http.get("/api/v1/alerts", params=params)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


@pytest.fixture
async def desk(mongo_url: str, db: Database) -> AsyncIterator[Desk]:
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY)  # type: ignore[arg-type]
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform), bus)
    token = mint_token(Caller("operator", "admin"), KEY)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://alerting",
            headers={"Authorization": f"Bearer {token}"},
        ) as http,
    ):
        yield Desk(bus, http, db)
    await bus.close()


def an_alert(**but: Any) -> Alert:
    usual = {"alert_id": "h1", "key": "order.parked:o1", "severity": "critical", "title": "Parked", "service": "exec"}
    return Alert(**usual | {"raised_at": NOON} | but)


async def test_an_alert_delivered_many_times_is_one_record(desk: Desk) -> None:
    await desk.hear(*[an_alert()] * 20)

    (item,) = await desk.items()
    assert (item["alert_id"], item["count"]) == ("h1", 1)


async def test_occurrences_of_one_key_at_once_are_all_counted(desk: Desk) -> None:
    await desk.hear(*(an_alert(alert_id=f"h{n}", raised_at=NOON + timedelta(seconds=n)) for n in range(30)))

    (item,) = await desk.items()
    assert item["count"] == 30


async def test_after_an_acknowledgement_the_key_opens_a_new_alert(desk: Desk) -> None:
    await desk.hear(an_alert())

    answer = await desk.http.post("/api/v1/alerts/h1/acknowledge", json={"note": "on it", "by": "somebody else"})
    await desk.hear(an_alert(), an_alert(alert_id="h2", raised_at=NOON + timedelta(hours=1)))

    assert answer.json()["acknowledged_by"] == "operator"
    assert [(item["alert_id"], item["open"]) for item in await desk.items()] == [("h2", True), ("h1", False)]


async def test_acknowledging_twice_keeps_the_first_and_an_unknown_alert_is_not_found(desk: Desk) -> None:
    await desk.hear(an_alert())
    first = await desk.http.post("/api/v1/alerts/h1/acknowledge", json={})
    second = await desk.http.post("/api/v1/alerts/h1/acknowledge", json={"note": "late"})
    unknown = await desk.http.post("/api/v1/alerts/h9/acknowledge", json={})

    assert first.json() == second.json()
    assert unknown.status_code == 404


async def test_alerts_are_listed_from_a_severity_up(desk: Desk) -> None:
    await desk.hear(an_alert(), an_alert(alert_id="h2", key="k2", severity="info"))

    assert len(await desk.items()) == 2
    assert [item["alert_id"] for item in await desk.items(severity="warning")] == ["h1"]
    assert len(await desk.items(limit=1)) == 1


async def test_an_alert_is_logged_at_its_severity_without_secrets(desk: Desk) -> None:
    with capture_logs() as lines:
        await desk.hear(an_alert(facts={"passphrase": "hunter2", "order": "o1"}))

    (line,) = [line for line in lines if line["event"] == "alert.raised"]
    assert line["log_level"] == "critical"
    assert line["facts"] == {"passphrase": "[redacted]", "order": "o1"}


async def test_nobody_reads_alerts_without_a_token(desk: Desk) -> None:
    answer = await desk.http.get("/api/v1/alerts", headers={"Authorization": ""})

    assert answer.status_code == 401
