"""A service whose store is away takes no work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from mathematricks.messaging.bus import Bus
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.storage.mongo import Database, mongo
from support.desk_service import a_service, trial_settings


async def test_readiness_asks_the_store(mongo_url: str) -> None:
    @asynccontextmanager
    async def connect(_: Any, __: Bus) -> AsyncIterator[Database]:
        async with mongo(mongo_url, "readiness") as db:
            yield db

    app = create_app(a_service(connect=connect), trial_settings(), MemoryBus())
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://trial") as http,
    ):
        assert (await http.get("/ready")).status_code == 200

        await app.state.running.ports.client.close()

        answer = await http.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"error": "Not ready: the store does not answer"})
