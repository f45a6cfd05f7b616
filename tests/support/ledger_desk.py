"""Account-data as a whole, on a real MongoDB and the in-process bus, with a broker that says what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from account_data import jobs
from account_data.ports import Ports
from account_data.service import service
from account_data.settings import Settings
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.collections import EXECUTIONS
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.topics import ACCOUNT_UPDATES, ALERTS, EXECUTION_CONFIRMATIONS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, Role, mint_token
from mathematricks.storage.mongo import Database, to_document

from support.accounts import ACCOUNT, a_confirmation

KEY = "k" * 32


@dataclass
class BrokerTold:
    """Execution's REST API as far as account-data asks it; *says* is each account's next snapshot."""

    says: dict[str, AccountUpdate] = field(default_factory=dict)
    reachable: bool = True

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/api/v1/accounts")
        async def accounts() -> Response:
            listed = [
                {"account": name, "broker": "told", "mode": each.mode, "base_currency": each.base_currency}
                for name, each in self.says.items()
            ]
            return self._answer({"items": listed})

        @app.get("/api/v1/accounts/{account}/snapshot")
        async def snapshot(account: str) -> Response:
            if account not in self.says:
                return Response(status_code=404)
            return self._answer(self.says[account].model_dump(mode="json"))

        return app

    def _answer(self, body: Any) -> Response:
        return JSONResponse(body) if self.reachable else Response(status_code=503)


@dataclass
class Desk:
    """One started account-data, and how to speak to it."""

    bus: MemoryBus
    http: httpx.AsyncClient
    db: Database
    broker: BrokerTold
    ports: Ports
    alerts: list[Alert]

    async def fill(self, *executions: Execution, times: int = 1) -> None:
        for execution in executions * times:
            await self.bus.publish(EXECUTION_CONFIRMATIONS, a_confirmation(execution))
        await eventually(self.quiet)

    async def report(self, *updates: AccountUpdate) -> None:
        for update in updates:
            await self.bus.publish(ACCOUNT_UPDATES, update)
        await eventually(self.quiet)

    async def quiet(self) -> bool:
        return self.bus.idle()

    async def saved(self) -> None:
        """Write the derived documents now."""
        await jobs.save(self.ports)

    async def executed_elsewhere(self, *executions: Execution) -> None:
        """Execution recorded them, but no message told of them."""
        documents = [to_document(each, each.execution_id) for each in executions]
        await self.db[EXECUTIONS.name].insert_many(documents)

    async def sync(self, account: str = ACCOUNT) -> dict[str, Any]:
        answer = await self.http.post(f"/api/v1/account/{quote(account)}/sync")
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def state(self, account: str = ACCOUNT) -> dict[str, Any]:
        state: dict[str, Any] = await self.get(f"/api/v1/account/{account}/state")
        return state


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 5) -> None:
    for _ in range(int(seconds * 100)):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


Start = Callable[..., AbstractAsyncContextManager[Desk]]
"""Starts account-data on the test's database: ``start(allow_live=…, role=…)``."""


@asynccontextmanager
async def started(
    mongo_url: str, db: Database, *, allow_live: bool = False, role: Role = "admin"
) -> AsyncIterator[Desk]:
    """Start account-data, yield it with a client of this *role*, and drain it."""
    platform = Platform(
        mongo_url=mongo_url,  # type: ignore[arg-type]
        mongo_database=db.name,
        deployment_key=KEY,  # type: ignore[arg-type]
        allow_live=allow_live,
    )
    quick: dict[str, Any] = {"gather": "PT0S", "settle": "PT0S", "reconcile_every": "PT1H"}
    bus, broker = MemoryBus(), BrokerTold()
    platform.local_apps["execution"] = broker.app()
    alerts: list[Alert] = []
    await bus.subscribe(ALERTS, "test", _keep_in(alerts))
    app = create_app(service, Settings(platform=platform, **quick), bus)
    bearer = {"Authorization": f"Bearer {mint_token(Caller('operator', role), KEY)}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://it", headers=bearer) as http,
    ):
        yield Desk(bus, http, db, broker, app.state.running.ports, alerts)
    await bus.close()


def _keep_in(kept: list[Alert]) -> Callable[[Alert], Awaitable[None]]:
    async def keep(alert: Alert) -> None:
        kept.append(alert)

    return keep
