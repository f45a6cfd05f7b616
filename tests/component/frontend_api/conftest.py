"""The frontend's API, started on a real MongoDB with stand-ins for the owners it asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from frontend_api.domain.people import needs_second_factor
from frontend_api.domain.second_factor import recovery_hash
from frontend_api.ports import Ports
from frontend_api.service import service
from frontend_api.settings import Settings
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.collections import COLLECTIONS
from mathematricks.contracts.people import SecondFactor
from mathematricks.contracts.topics import ALERTS
from mathematricks.contracts.users import User
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.storage.mongo import Database
from support.databases import Databases
from support.owners import Owner
from support.people import PASSWORD, QuickPasswords, SetClock, a_platform, bearer

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OWNERS = ("signal-ingestion", "cerebro", "execution", "account-data", "alerting")


@dataclass
class Front:
    """The running API, and the hands of its tests."""

    app: FastAPI
    db: Database
    owners: dict[str, Owner]
    clock: SetClock
    alerts: list[Alert]
    passwords: QuickPasswords = field(default_factory=QuickPasswords)
    shown: int = 0

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
        """Let *user* log in with *password*, and with a second factor where one is needed."""
        user = user.model_copy(update={"password_hash": await self.ports.passwords.hash(password)})
        assert await self.ports.users.add(user)
        if needs_second_factor(user):
            await self.ports.second_factors.put(a_second_factor(user, self.ports))
        return user

    async def enter(self, name: str, password: str = PASSWORD, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """Return a browser that is logged in, with the next of the codes where one is asked for."""
        browser = await self.knock(name, password, address)
        if (await browser.get("/api/auth/session")).json()["needs"] == "code":
            await self.show(browser, name)
        return browser

    async def knock(self, name: str, password: str = PASSWORD, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """Return a browser that has shown the password and shows its CSRF token."""
        browser = self.browser(address)
        answer = await browser.post("/api/auth/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return browser

    async def show(self, browser: httpx.AsyncClient, name: str) -> None:
        """Let *browser* show the next recovery code of *name*."""
        self.shown += 1
        code = recovery_code(name.casefold(), self.shown)
        answer = await browser.post("/api/session/second-factor", json={"code": code})
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]


def recovery_code(name: str, number: int) -> str:
    """Return one of the recovery codes that tests give to *name*."""
    return f"{name}-recovery-{number:04}"


def a_second_factor(user: User, ports: Ports) -> SecondFactor:
    """Return a second factor that is set up, with as many recovery codes as a test may enter with."""
    codes = [recovery_code(user.name, number) for number in range(100)]
    return SecondFactor(
        user_id=user.user_id,
        sealed=ports.sealer.seal(TOTP_SECRET, user.user_id),
        recovery=tuple(recovery_hash(code, user.user_id, ports.keys.recovery) for code in codes),
        updated_at=user.updated_at,
    )


@pytest.fixture(scope="session")
def databases(mongo_url: str) -> Databases:
    """Databases with what the API owns and reads: making every collection there is would take longer."""
    owners = ("frontend-api", "dashboard-processor")
    return Databases(mongo_url, [each for each in COLLECTIONS if each.owner in owners])


Begin = Callable[..., Awaitable[Front]]


@pytest.fixture
async def begin(mongo_url: str, db: Database) -> AsyncIterator[Begin]:
    """Return what starts the API with the settings it is given."""
    open_apps: list[Any] = []

    async def started(**settings: Any) -> Front:
        platform = a_platform(mongo_url, db.name)
        owners = {name: Owner() for name in OWNERS}
        platform.local_apps.update(owners)
        bus = MemoryBus()
        alerts: list[Alert] = []

        async def hear(alert: Alert) -> None:
            alerts.append(alert)

        await bus.subscribe(ALERTS, "test", hear)
        app = create_app(service, Settings(platform=platform, **{"plain_http": True} | settings), bus)
        life = app.router.lifespan_context(app)
        await life.__aenter__()
        open_apps.append(life)
        front = Front(app, db, owners, SetClock(to_instant(datetime.now(UTC))), alerts)
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
