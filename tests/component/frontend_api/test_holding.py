"""Admins hold the desk back from their browsers: in their own names, and no one re-arms what they fired."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from execution.service import service as execution
from execution.settings import Settings
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from support.people import a_user

FIRE = {"mode": "freeze_entries", "reason": "looks wrong"}


@pytest.fixture
async def desk(front: Any) -> AsyncIterator[Any]:
    """The frontend's API with the real execution service behind it, and three admins."""
    platform = front.app.state.settings.platform
    app = create_app(execution, Settings(platform=platform), MemoryBus())
    async with app.router.lifespan_context(app):
        for name in ("ada", "bob", "cid"):
            await front.add(a_user(name))
        yield front


async def test_the_kill_switch_takes_two_admins_and_both_stand_on_the_trail(desk: Any):
    ada, bob, cid = [await desk.enter(name) for name in ("ada", "bob", "cid")]

    fired = await ada.post("/api/kill-switch/fire", json=FIRE)
    asked = await bob.post("/api/kill-switch/rearm", json={"reason": "was nothing"})
    own = [await browser.post("/api/kill-switch/approve", json={}) for browser in (ada, bob)]
    armed = await cid.post("/api/kill-switch/approve", json={})

    assert [answer.status_code for answer in (fired, asked, *own, armed)] == [200, 200, 409, 409, 200]
    assert fired.json()["switches"][0]["fired_by"] == "ada"
    assert armed.json()["switches"] == []
    trail = await desk.db.audit_trail.find({"action": {"$regex": "^kill_switch"}}).sort("_id", 1).to_list()
    assert [(entry["actor"], entry["action"], entry["outcome"]) for entry in trail] == [
        ("ada", "kill_switch.fire", "done"),
        ("bob", "kill_switch.rearm", "done"),
        ("ada", "kill_switch.approve", "refused"),
        ("bob", "kill_switch.approve", "refused"),
        ("cid", "kill_switch.approve", "done"),
    ]
    assert trail[0]["before"]["switches"] == []
    changes = (await ada.get("/api/controls/changes")).json()["items"]
    assert [(each["act"], each["by"]) for each in changes] == [("rearm", "cid"), ("ask_rearm", "bob"), ("fire", "ada")]


async def test_limits_and_triggers_are_set_and_shown(desk: Any):
    ada = await desk.enter("ada")

    limits = await ada.put("/api/controls/limits", json={"limits": {"max_order_notional": "1000"}, "reason": "try"})
    wrong = await ada.put("/api/controls/limits", json={"limits": {"max_order_notinal": "1000"}})
    scope = {"kind": "desk", "name": ""}
    triggers = await ada.put("/api/controls/triggers", json={"scope": scope, "triggers": {"drawdown": "0.1"}})
    shown = (await ada.get("/api/controls")).json()

    assert [answer.status_code for answer in (limits, wrong, triggers)] == [200, 422, 200]
    assert shown["limits"][0]["limits"]["max_order_notional"] == "1000"
    assert (shown["triggers"][0]["scope"], shown["triggers"][0]["triggers"]["drawdown"]) == (scope, "0.1")


async def test_a_reconciliation_is_asked_for_in_ones_own_name(desk: Any):
    ada = await desk.enter("ada")

    run = await ada.post("/api/reconciliations")
    listed = (await ada.get("/api/reconciliations")).json()["items"]

    assert run.status_code == 200
    assert (run.json()["asked_by"], run.json()) == ("ada", listed[0])
    entry = await desk.db.audit_trail.find_one({"action": "reconciliations.run"})
    assert (entry["actor"], entry["outcome"]) == ("ada", "done")


async def test_reports_of_firings_are_listed_and_an_unknown_one_is_not_there(desk: Any):
    ada = await desk.enter("ada")
    await ada.post("/api/kill-switch/fire", json=FIRE | {"mode": "flatten"})

    for _ in range(200):
        items = (await ada.get("/api/kill-switch/reports")).json()["items"]
        if items:
            break

    assert [(await ada.get(f"/api/kill-switch/reports/{number}")).status_code for number in (1, 99)] == [200, 404]
    assert items[0]["fired_by"] == "ada"


async def test_the_kill_switch_is_rehearsed_on_paper_alone_and_the_drill_stands_on_the_trail(desk: Any):
    ada = await desk.enter("ada")

    drilled = await ada.post("/api/kill-switch/drills", json={"account": "paper:A", "positions": 2})
    live = await ada.post("/api/kill-switch/drills", json={"account": "IBKR_Main", "positions": 2})

    assert live.status_code == 422
    assert drilled.status_code == 200, drilled.text
    assert (drilled.json()["drill"], drilled.json()["fired_by"]) == (True, "ada")
    assert drilled.json()["flat_at"]
    entry = await desk.db.audit_trail.find_one({"action": "kill_switch.drill"})
    assert (entry["actor"], entry["outcome"]) == ("ada", "done")
    assert (await ada.get("/api/controls")).json()["switches"] == []
