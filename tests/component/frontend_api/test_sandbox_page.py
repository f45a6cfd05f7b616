"""The sandbox as an admin's browser sees it: asked for in one's own name, followed live, nothing of it a trade."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest

RUNS = "/api/sandbox/simulations"


def a_run(status: str, progress: float = 0.0, **but: Any) -> dict[str, Any]:
    usual = {"run_id": "x1", "status": status, "progress": progress, "stage": "", "why": "", "name": "try"}
    usual |= {"asked_by": "operator", "code_version": "1", "inputs": {}, "inputs_hash": "h", "asked": {}}
    return usual | {"created_at": "2026-11-20T12:00:00Z"} | but


@pytest.fixture
def cerebro(front: Any) -> Any:
    return front.owners["cerebro"]


async def test_a_simulation_is_asked_for_in_the_callers_name_and_on_the_trail(front: Any, cerebro: Any) -> None:
    cerebro.tells(RUNS, a_run("QUEUED"), method="POST", status=202)

    answer = await front.operator().post(RUNS, json={"settings": {"cvar_limit": 0.01}})

    assert (answer.status_code, answer.json()["run_id"]) == (202, "x1")
    entry = await front.db.audit_trail.find_one({"action": "sandbox.simulate"})
    assert (entry["outcome"], entry["after"]["run_id"]) == ("done", "x1")


async def test_its_progress_comes_as_events_until_it_has_ended(front: Any, cerebro: Any) -> None:
    seen = iter([a_run("RUNNING", 0.3), a_run("RUNNING", 0.3), a_run("RUNNING", 0.7), a_run("DONE", 1.0)])
    cerebro.tells(RUNS + "/x1", lambda asked: (200, next(seen)))

    answer = await front.operator().get(RUNS + "/x1/progress")
    missing = await front.operator().get(RUNS + "/x2/progress")

    told = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [(one["status"], one["progress"]) for one in told] == [("RUNNING", 0.3), ("RUNNING", 0.7), ("DONE", 1.0)]
    assert set(told[-1]) == {"run_id", "status", "progress", "stage", "why"}
    assert missing.status_code == 404


async def test_whoever_follows_as_many_as_one_may_is_told_once_and_asks_again(front: Any, cerebro: Any) -> None:
    cerebro.tells(RUNS + "/x1", a_run("RUNNING", 0.3))
    followers = front.app.state.running.ports.followers

    with ExitStack() as held:
        while held.enter_context(followers.taken("operator")):
            pass
        answer = await front.operator().get(RUNS + "/x1/progress")

    assert answer.text.count("data: ") == 1
    with followers.taken("operator") as free:
        assert free
