"""Signal ingestion in one piece for component tests: the app, its store, and everything it told the bus."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from fastapi import FastAPI
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.signals import StandardSignal
from mathematricks.contracts.topics import ALERTS, STANDARDIZED_SIGNALS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database
from signal_ingestion.domain.authentic import MAC_HEADERS, Signature, mac_of
from signal_ingestion.ports import Ports
from signal_ingestion.service import service
from signal_ingestion.settings import Settings

from support.signals import a_body

KEY = "a deployment key of at least 32 characters"


@dataclass
class Intake:
    """A running intake: post to it, and look at what it kept and told."""

    app: FastAPI
    http: httpx.AsyncClient
    db: Database
    bus: MemoryBus
    signals: list[StandardSignal] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def ports(self) -> Ports:
        """The service's own ports."""
        return self.app.state.running.ports  # type: ignore[no-any-return]

    @property
    def admin(self) -> dict[str, str]:
        """Headers of an admin."""
        return {"Authorization": f"Bearer {mint_token(Caller('root', 'admin'), KEY)}"}

    async def add_sender(self, name: str, strategies: Sequence[str]) -> dict[str, str]:
        """Create a sender with all kinds of secrets, and return them."""
        new = {"name": name, "strategies": list(strategies), "kinds": ["passphrase", "token", "mac"]}
        answer = await self.http.post("/api/v1/senders", json=new, headers=self.admin)
        assert answer.status_code == 201, answer.text
        self.secrets[name] = answer.json()["secrets"]
        return self.secrets[name]

    def body(self, **but: Any) -> dict[str, Any]:
        """A body that alice sends now, with her passphrase."""
        return a_body(
            **{"signal_sent_EPOCH": int(time.time()), "passphrase": self.secrets["alice"]["passphrase"]} | but
        )

    async def post(self, body: Any, path: str = "", **how: Any) -> httpx.Response:
        """Post *body*, as JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.http.post(f"/api/v1/signals{path}", content=content, **how)

    def signed(self, body: bytes, *, nonce: str = "", timestamp: int | None = None) -> dict[str, str]:
        """Headers that sign *body* as alice."""
        shown = Signature("alice", str(timestamp or int(time.time())), nonce or uuid.uuid4().hex, "")
        values = {**vars(shown), "signature": mac_of(self.secrets["alice"]["mac"], shown, body)}
        return {MAC_HEADERS[name]: value for name, value in values.items()}

    async def settle(self) -> None:
        """Wait until what was announced has arrived."""
        for _ in range(5):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def intake(mongo_url: str, db: Database, **settings: Any) -> AsyncIterator[Intake]:
    """Yield a running intake on *db*; *settings* as the service knows them."""
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY)
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform, **settings), bus)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
    async with app.router.lifespan_context(app), client:
        running = Intake(app, client, db, bus)

        async def hear(signal: StandardSignal) -> None:
            running.signals.append(signal)

        async def worry(alert: Alert) -> None:
            running.alerts.append(alert)

        await bus.subscribe(STANDARDIZED_SIGNALS, "test", hear)
        await bus.subscribe(ALERTS, "test", worry)
        yield running
