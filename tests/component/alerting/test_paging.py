"""Pages through real servers: delivered, down, slow, refused, recovering; and no secret anywhere."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from alerting.service import service
from alerting.settings import Settings
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform, SettingsInvalid
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database
from mathematricks_cli.mongod import free_port
from structlog.testing import capture_logs

KEY = "k" * 32
SECRETS = {"telegram_token": "tele-s3cret", "sms_secret": "sms-s3cret", "webhook_secret": "hook-s3cret"}


@dataclass
class Provider:
    """An HTTP server that takes what the channels post, or fails as told."""

    port: int = field(default_factory=free_port)
    status: int = 200
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while (part := await receive()).get("more_body", False) or (not body and part.get("body")):
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append((scope["path"], headers, body))
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    def to(self, path: str) -> list[bytes]:
        return [body for where, _, body in self.got if path in where]


@dataclass
class MailServer:
    """As much of SMTP as a mail needs."""

    port: int = field(default_factory=free_port)
    mails: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                mail = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(mail.decode())
            writer.write(b"250 well\r\n" if not line.upper().startswith(b"QUIT") else b"221 bye\r\n")
            if line.upper().startswith(b"QUIT"):
                break
        writer.close()


@dataclass
class Desk:
    bus: MemoryBus
    http: httpx.AsyncClient
    provider: Provider
    mail: MailServer

    async def raise_alert(self, number: int = 1, **but: Any) -> None:
        now = WallClock().now()
        usual = {
            "alert_id": f"a{number}",
            "key": f"order.parked:{number}",
            "severity": "critical",
            "title": "An order is parked",
        }
        await self.bus.publish(ALERTS, Alert(**usual | {"service": "execution", "raised_at": now} | but))

    async def pages(self, alert_id: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"/api/v1/alerts/{alert_id}/notifications")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def until(self, alert_id: str, **states: str) -> list[dict[str, Any]]:
        """Wait for these states by channel; a page counts as owed once it has failed."""
        for _ in range(1000):
            pages = await self.pages(alert_id)
            tried = all(page["trouble"] for page in pages if page["state"] == "owed")
            if tried and {page["channel"]: page["state"] for page in pages} == states:
                return pages
            await asyncio.sleep(0.02)
        raise AssertionError(f"{states} never came: {pages}")


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    async with serving(provider):
        yield provider


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(provider, port=provider.port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    for _ in range(500):
        if server.started:
            break
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def desk(mongo_url: str, db: Database, provider: Provider) -> AsyncIterator[Desk]:
    mail = MailServer()
    async with await asyncio.start_server(mail.serve, "127.0.0.1", mail.port):
        base = f"http://127.0.0.1:{provider.port}"
        settings = Settings(
            platform=Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY),
            telegram_api=base,
            telegram_chats=("42",),
            sms_url=f"{base}/sms",
            sms_account="acc",
            sms_to=("+491234",),
            webhook_url=f"{base}/hook",
            smtp_host="127.0.0.1",
            smtp_port=mail.port,
            smtp_starttls=False,
            smtp_to=("desk@example.org",),
            **SECRETS,
        )
        bus = MemoryBus()
        app = create_app(service, settings, bus)
        token = mint_token(Caller("operator", "admin"), KEY)
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://alerting", headers=headers) as http,
        ):
            yield Desk(bus, http, provider, mail)


async def test_a_critical_alert_reaches_every_channel_of_its_first_rung(desk: Desk) -> None:
    await desk.raise_alert(facts={"order": "o1", "api_token": "nobody-sees-this"})

    await desk.until("a1", telegram="sent", email="sent", webhook="sent")

    (chat,) = map(json.loads, desk.provider.to("sendMessage"))
    assert chat["chat_id"] == "42"
    assert "An order is parked" in chat["text"]
    assert "alerts ack a1" in chat["text"]
    (mail,) = desk.mail.mails
    assert "CRITICAL: An order is parked" in mail
    (hook,) = desk.provider.to("/hook")
    signature = next(headers["x-signature"] for path, headers, _ in desk.provider.got if "/hook" in path)
    assert signature == hmac.new(b"hook-s3cret", hook, hashlib.sha256).hexdigest()
    assert not desk.provider.to("/sms")
    assert "nobody-sees-this" not in chat["text"] + mail + hook.decode()


async def test_a_warning_goes_where_warnings_go_and_is_one_page_however_often_it_is_raised(desk: Desk) -> None:
    for number in range(5):
        await desk.raise_alert(number, key="the same", severity="warning")

    found = await desk.http.get("/api/v1/alerts")
    while not found.json()["items"]:
        found = await desk.http.get("/api/v1/alerts")
    await desk.until(found.json()["items"][0]["alert_id"], email="sent", webhook="sent")

    assert len(desk.mail.mails) == 1
    assert not desk.provider.to("sendMessage")


async def test_a_channel_that_is_down_delays_no_other_is_itself_an_alert_and_delivers_when_it_is_back(
    desk: Desk, db: Database
) -> None:
    desk.provider.status = 500
    await desk.raise_alert()

    pages = await desk.until("a1", telegram="owed", email="sent", webhook="owed")
    assert {page["channel"]: page["trouble"] for page in pages if page["state"] == "owed"} == {
        "telegram": "it answered 500",
        "webhook": "it answered 500",
    }
    desk.provider.status = 200
    await desk.until("a1", telegram="sent", email="sent", webhook="sent")

    down = [one async for one in db.alerts.find({"key": {"$regex": "^channel.down"}})]
    assert {one["key"] for one in down} == {"channel.down:telegram", "channel.down:webhook"}
    assert sum(mail.count("cannot be sent through") > 0 for mail in desk.mail.mails) == 2


async def test_an_acknowledged_alert_is_not_paged_any_more(desk: Desk) -> None:
    desk.provider.status = 503
    await desk.raise_alert()
    await desk.until("a1", telegram="owed", email="sent", webhook="owed")

    await desk.http.post("/api/v1/alerts/a1/acknowledge", json={"note": "seen"})

    await desk.until("a1", telegram="dropped", email="sent", webhook="dropped")


async def test_no_secret_reaches_a_log_or_a_record(desk: Desk, db: Database) -> None:
    desk.provider.status = 500
    with capture_logs() as logs:
        await desk.raise_alert()
        await desk.until("a1", telegram="owed", email="sent", webhook="owed")

    kept = [one async for one in db.alerts.find()] + [one async for one in db.notifications.find()]
    assert not [secret for secret in SECRETS.values() if secret in str(logs) + str(kept)]


@pytest.mark.parametrize(
    "wrong",
    [{"ladder": {"critical": [{"channels": ["pigeon"]}]}}, {"telegram_token": "t"}, {"smtp_host": "mail.example.org"}],
)
def test_a_ladder_to_nowhere_is_told_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises((SettingsInvalid, ValueError), match=r"ladder names pigeon|nobody to send to"):
        Settings(platform=Platform(mongo_url="mongodb://x", mongo_database="d", deployment_key=KEY), **wrong)
