"""Controls, the kill switch, drills and reconciliation over HTTP, on the real paper venue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from execution.adapters.mongo_oversight import MongoOversight
from execution.ports import Ports
from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, Role, mint_token
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import ServerSelectionTimeoutError
from support.execution import ACCOUNT, an_order

KEY = "k" * 32
DESK = {"kind": "desk", "name": ""}


class Unreadable(MongoOversight):
    """The records of oversight, with another service's out of reach."""

    async def strategies(self) -> dict[str, str]:
        raise ServerSelectionTimeoutError


class Desk:
    """The service as several people ask it."""

    def __init__(self, http: httpx.AsyncClient, bus: MemoryBus, ports: Ports) -> None:
        self.http, self.bus, self.ports = http, bus, ports

    async def ask(
        self, method: str, path: str, body: Any = None, *, by: str = "ann", role: Role = "admin", **params: Any
    ) -> httpx.Response:
        token = mint_token(Caller(by, role), KEY)
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers, params=params)


@pytest.fixture
async def desk(db: Database, mongo_url: str) -> AsyncIterator[Desk]:
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY, demo=True)  # type: ignore[arg-type]
    bus = MemoryBus()
    app = create_app(service, Settings(platform=platform), bus)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        yield Desk(http, bus, app.state.running.ports)


async def test_limits_are_set_shown_and_hold(desk: Desk):
    limits = {"scope": DESK, "limits": {"max_order_quantity": "5"}, "reason": "fat fingers"}
    answer = await desk.ask("PUT", "/controls/limits", limits)
    shown = (await desk.ask("GET", "/controls")).json()
    (change,) = (await desk.ask("GET", "/controls/changes")).json()["items"]
    await desk.bus.publish(TRADING_ORDERS, an_order())
    order = await refused(desk, "o1")

    assert answer.status_code == 200
    assert shown["limits"][0]["limits"]["max_order_quantity"] == "5"
    assert (change["by"], change["reason"], change["before"]) == ("ann", "fat fingers", None)
    assert order["facts"] == {"asked": "100", "limit": "5"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/controls/limits", {"limits": {"max_order_quantity": "5"}}),
        ("PUT", "/controls/triggers", {"triggers": {"drawdown": "0.1"}}),
        ("POST", "/kill-switch/fire", {"mode": "flatten", "reason": "a feed is wrong"}),
    ],
)
async def test_what_is_put_on_what_nobody_has_is_refused(desk: Desk, db: Database, method: str, path: str, body: Any):
    await desk.bus.publish(TRADING_ORDERS, an_order())
    await refused(desk, "o1")  # nobody quotes it, but its account is open and its strategy known now
    await register(db, "trend", "Other")

    for kind, wrong, known in (
        ("account", "paper:Mian", (ACCOUNT, "paper:Other")),
        ("strategy", "momentun", ("momentum", "trend")),
    ):
        misspelt = await desk.ask(method, path, body | {"scope": {"kind": kind, "name": wrong}})
        spelt = [await desk.ask(method, path, body | {"scope": {"kind": kind, "name": name}}) for name in known]

        assert [misspelt.status_code, *(answer.status_code for answer in spelt)] == [422, 200, 200]
        assert f"no {kind} of this name; it has {', '.join(known)}" in misspelt.json()["error"]


async def test_a_registry_that_cannot_be_read_keeps_nobody_from_firing(desk: Desk, db: Database):
    desk.ports.oversight.store = Unreadable(db)
    fire = {"scope": {"kind": "strategy", "name": "momentum"}, "mode": "freeze_entries", "reason": "a test"}

    assert (await desk.ask("POST", "/kill-switch/fire", fire)).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/controls/limits", {"limits": {"max_order_notinal": "5"}}),
        ("/controls/limits", {"limits": {"max_order_quantity": "0"}}),
        ("/controls/limits", {"limits": {}, "scope": {"kind": "account"}}),
        ("/controls/triggers", {"triggers": {"drawdown": "-1"}}),
        ("/controls/triggers", {"triggers": {"mode": "panic"}}),
    ],
)
async def test_what_is_no_limit_and_no_trigger_is_refused(desk: Desk, path: str, body: dict[str, Any]):
    assert (await desk.ask("PUT", path, body)).status_code == 422


async def test_the_kill_switch_takes_two_admins_to_re_arm(desk: Desk):
    fire = {"scope": DESK, "mode": "freeze_entries", "reason": "looks wrong"}

    fired = await desk.ask("POST", "/kill-switch/fire", fire)
    milder = await desk.ask("POST", "/kill-switch/fire", fire | {"mode": "flatten"}, by="bob")
    back = await desk.ask("POST", "/kill-switch/fire", fire)
    alone = await desk.ask("POST", "/kill-switch/approve", {"scope": DESK})
    asked = await desk.ask("POST", "/kill-switch/rearm", {"scope": DESK}, by="bob")
    same = await desk.ask("POST", "/kill-switch/approve", {"scope": DESK}, by="bob")
    named = await desk.ask(
        "POST", "/kill-switch/approve", {"scope": DESK}, by="frontend-api", role="service", **{"as": 1}
    )
    armed = await desk.ask("POST", "/kill-switch/approve", {"scope": DESK}, by="cid")

    assert [answer.status_code for answer in (fired, milder, back, alone, asked, same)] == [
        200,
        200,
        409,
        409,
        200,
        409,
    ]
    assert fired.json()["switches"][0]["fired_by"] == "ann"
    assert named.status_code == 200
    assert armed.status_code == 409
    assert "not fired" in armed.json()["error"]


async def test_a_service_names_the_person_it_asks_for_and_nobody_else_does(desk: Desk, db: Database):
    await register(db, "momentum", "Main")
    fire = {"scope": {"kind": "strategy", "name": "momentum"}, "mode": "freeze_entries", "reason": "a test"}

    told = await desk.http.post("/api/v1/kill-switch/fire", json=fire, params={"by": "ann"}, headers=bearer("service"))
    lied = await desk.http.post("/api/v1/kill-switch/rearm", json=fire, params={"by": "ann"}, headers=bearer("admin"))

    assert told.json()["switches"][0]["fired_by"] == "ann"
    assert lied.json()["switches"][0]["rearm_asked_by"] == "bob"


@pytest.mark.parametrize("role", ["client", "sender"])
async def test_only_admins_hold_the_desk_back(desk: Desk, role: Role):
    for method, path in (("GET", "/controls"), ("PUT", "/controls/limits"), ("POST", "/kill-switch/fire")):
        assert (await desk.ask(method, path, {}, role=role)).status_code == 403


async def test_a_drill_flattens_what_it_opened_and_says_how_long_that_took(desk: Desk, db: Database):
    answer = await desk.ask("POST", "/kill-switch/drills", {"account": ACCOUNT, "positions": 10})
    report = answer.json()
    shown = (await desk.ask("GET", f"/kill-switch/reports/{report['generation']}")).json()
    controls = (await desk.ask("GET", "/controls")).json()

    assert answer.status_code == 200, report
    assert shown == report
    assert (report["reversed"], report["drill"], report["fired_by"]) == (0, True, "ann")
    assert (len(report["places"]), report["exits"]) == (10, 10)
    assert all(Decimal(place["held"]) == 2 for place in report["places"])
    assert Decimal(report["seconds_to_flat"]) > 0
    assert controls["switches"] == []
    snapshot = (await desk.ask("GET", f"/accounts/{ACCOUNT}/snapshot")).json()
    assert snapshot["open_positions"] == []
    assert await db.orders.count_documents({"live": True}) == 0


async def test_a_drill_that_cannot_open_says_why_and_leaves_nothing(desk: Desk):
    await desk.ask("PUT", "/controls/limits", {"limits": {"max_order_quantity": "1"}})

    answer = await desk.ask("POST", "/kill-switch/drills", {"account": ACCOUNT, "positions": 3})

    assert answer.status_code == 409
    assert "CONTROL_MAX_QUANTITY" in answer.json()["error"]
    assert (await desk.ask("GET", "/controls")).json()["switches"] == []


async def test_a_drill_is_for_paper_alone(desk: Desk):
    assert (await desk.ask("POST", "/kill-switch/drills", {"account": "IBKR_Main"})).status_code == 422


async def test_a_reconciliation_is_asked_for_and_its_report_kept(desk: Desk):
    answer = await desk.ask("POST", "/reconciliations")
    (newest, *_) = (await desk.ask("GET", "/reconciliations")).json()["items"]

    assert answer.json() == newest
    assert (newest["occasion"], newest["asked_by"], newest["agreed"]) == ("demand", "ann", True)


async def test_an_unknown_report_is_not_found(desk: Desk):
    assert (await desk.ask("GET", "/kill-switch/reports/99")).status_code == 404


async def register(db: Database, strategy: str, account: str) -> None:
    now = to_instant(datetime.now(UTC))
    known = StrategyConfiguration(
        strategy_id=strategy, strategy_name=strategy, account=account, created_at=now, updated_at=now
    )
    await db.strategy_configurations.insert_one(to_document(known, strategy))


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint_token(Caller('bob', role), KEY)}"}


async def refused(desk: Desk, order_id: str) -> Any:
    for _ in range(300):
        answer = await desk.ask("GET", f"/orders/{order_id}")
        if answer.status_code == 200 and answer.json()["status"] == "REJECTED":
            return answer.json()
    raise AssertionError(answer.text)
