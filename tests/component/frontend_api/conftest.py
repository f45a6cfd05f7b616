"""The frontend's API, started on a real MongoDB with stand-ins for the owners it asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from frontend_api.ports import Ports
from frontend_api.service import service
from frontend_api.settings import Settings
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.users import User
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.storage.mongo import Database
from support.owners import Owner
from support.people import PASSWORD, QuickPasswords, SetClock, a_platform, bearer

OWNERS = ("signal-ingestion", "cerebro", "execution", "account-data", "alerting")


@dataclass
class Front:
    """The running API, and the hands of its tests."""

    app: FastAPI
    db: Database
    owners: dict[str, Owner]
    clock: SetClock
    passwords: QuickPasswords = field(default_factory=QuickPasswords)

    @property
    def ports(self) -> Ports:
        ports: Ports = self.app.state.running.ports
        return ports

    def browser(self, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """Return a browser that nobody has logged in with."""
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def operator(self) -> httpx.AsyncClient:
        """Return a caller with an admin's token."""
        operator = self.browser()
        operator.headers.update(bearer())
        return operator

    async def add(self, user: User, password: str = PASSWORD) -> User:
        """Let *user* log in with *password*."""
        user = user.model_copy(update={"password_hash": await self.ports.passwords.hash(password)})
        assert await self.ports.users.add(user)
        return user

    async def enter(self, name: str, password: str = PASSWORD, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """Return a browser that is logged in and shows its CSRF token."""
        browser = self.browser(address)
        answer = await browser.post("/api/auth/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return browser


Begin = Callable[..., Awaitable[Front]]


@pytest.fixture
async def begin(mongo_url: str, db: Database) -> AsyncIterator[Begin]:
    """Return what starts the API with the settings it is given."""
    open_apps: list[Any] = []

    async def started(**settings: Any) -> Front:
        platform = a_platform(mongo_url, db.name)
        owners = {name: Owner() for name in OWNERS}
        platform.local_apps.update(owners)
        app = create_app(service, Settings(platform=platform, **{"plain_http": True} | settings), MemoryBus())
        life = app.router.lifespan_context(app)
        await life.__aenter__()
        open_apps.append(life)
        front = Front(app, db, owners, SetClock(to_instant(datetime.now(UTC))))
        app.state.running.ports = replace(front.ports, clock=front.clock)
        return front

    yield started
    for life in open_apps:
        await life.__aexit__(None, None, None)


@pytest.fixture
async def front(begin: Begin) -> Front:
    """Return the API over plain HTTP on localhost, with quick passwords and a clock that stands."""
    front = await begin()
    front.app.state.running.ports = replace(front.ports, passwords=front.passwords)
    return front
