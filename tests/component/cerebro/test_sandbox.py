"""The sandbox over HTTP: simulations asked for, followed, cancelled, survived by the desk, and never left unended."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from cerebro.handlers.signals import on_signal
from cerebro.handlers.simulation_running import report_abandoned
from cerebro.service import service
from cerebro.settings import Settings
from fastapi import FastAPI
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, mint_token
from mathematricks.storage.mongo import Database, to_document
from support.cerebro import a_config
from support.cerebro_world import Around, around
from support.signals import a_signal

KEY = "k" * 32
RUNS = "/api/sandbox/simulations"
PATIENCE = 60.0
LONG = {"scenario": {"kind": "bootstrapped", "days": 20_000, "paths": 20}, "trades": "weekly"}


def an_app(mongo_url: str, db: Database) -> FastAPI:
    platform = Platform(mongo_url=mongo_url, mongo_database=db.name, deployment_key=KEY)  # type: ignore[arg-type]
    return create_app(service, Settings(platform=platform), MemoryBus())


def client(app: FastAPI, role: Any = "admin") -> httpx.AsyncClient:
    token = mint_token(Caller("operator", role), KEY)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cerebro", headers=headers)


def a_file(seed: int = 1, days: int = 420, drift: float = 0.0006) -> str:
    dates = np.busday_offset(np.datetime64("2022-01-03"), np.arange(days), roll="forward")
    values = np.random.default_rng(seed).normal(drift, 0.01, days)
    rows = [f"{day},{value:.6f}" for day, value in zip(dates, values, strict=True)]
    return base64.b64encode("\n".join(["date,return", *rows]).encode()).decode()


async def a_strategy(http: httpx.AsyncClient, db: Database, name: str, seed: int) -> None:
    config = a_config(strategy_id=name)
    await db.strategy_configurations.replace_one({"_id": name}, to_document(config, name), upsert=True)
    kept = await http.post(
        f"/api/strategies/{name}/sync-backtest", json={"name": "a.csv", "content": a_file(seed), "units": "fraction"}
    )
    assert kept.status_code == 200, kept.text


@pytest.fixture
async def http(mongo_url: str, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = an_app(mongo_url, db)
    async with app.router.lifespan_context(app), client(app) as http:
        for seed, name in enumerate(("Trend", "Carry")):
            await a_strategy(http, db, name, seed)
        yield http


async def ended(http: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    return await seen(http, run_id, lambda run: run["status"] not in ("QUEUED", "RUNNING"))


async def seen(http: httpx.AsyncClient, run_id: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            run = (await http.get(f"{RUNS}/{run_id}")).json()
            if wanted(run):
                return run
            await asyncio.sleep(0.05)


def computing() -> list[int]:
    """The processes that compute simulations for this one."""
    found = list[int]()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # threads and processes end as we look
            children = (thread / "children").read_text().split()
            found += [int(one) for one in children if b"cerebro.sandbox" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return found


async def test_a_simulation_is_asked_for_followed_and_told_beside_the_desk_as_it_is(http, db):
    wanted = {
        "name": "half the risk",
        "settings": {"cvar_limit": 0.01},
        "hypothetical": [{"strategy_id": "New", "file": {"name": "n.csv", "content": a_file(7), "units": "fraction"}}],
    }
    asked = await http.post(RUNS, json=wanted)
    run_id = asked.json()["run_id"]
    async with asyncio.timeout(PATIENCE):
        followed = await http.get(f"{RUNS}/{run_id}/progress")
    told = [json.loads(line.removeprefix("data: ")) for line in followed.text.splitlines() if line]
    run = (await http.get(f"{RUNS}/{run_id}")).json()

    assert (asked.status_code, asked.json()["status"], asked.json()["asked_by"]) == (202, "QUEUED", "operator")
    assert followed.headers["content-type"].startswith("text/event-stream")
    assert (told[-1]["status"], told[-1]["progress"]) == ("DONE", 1.0)
    assert [one["progress"] for one in told] == sorted(one["progress"] for one in told)
    assert (run["status"], run["result"]["after"]["settings"]["terms"]["cvar_limit"]) == ("DONE", 0.01)
    assert run["result"]["before"]["settings"]["terms"]["cvar_limit"] == 0.02
    names = [one["strategy_id"] for one in run["result"]["after"]["contributions"] if one["hypothetical"]]
    assert names == ["New"]
    assert {one["strategy_id"] for one in run["result"]["before"]["contributions"]} == {"Trend", "Carry"}
    assert run["difference"] == run["result"]["difference"]
    newest = (await http.get(RUNS)).json()["items"]
    assert [(one["run_id"], one["figures"]) for one in newest] == [(run_id, run["result"]["after"]["figures"])]
    assert await db.cerebro_decisions.count_documents({}) == 0
    assert await db.portfolio_allocations.count_documents({}) == 0


async def test_asked_again_it_gives_the_same(http):
    wanted = {"scenario": {"kind": "stressed", "volatility": 2, "crashes": 3, "seed": 4}, "delay_minutes": 2}
    first, second = [(await http.post(RUNS, json=wanted)).json()["run_id"] for _ in range(2)]

    one, other = await ended(http, first), await ended(http, second)

    assert first != second
    assert one["inputs_hash"] == other["inputs_hash"]
    assert {**one["result"], "milliseconds": 0} == {**other["result"], "milliseconds": 0}


async def test_what_cannot_be_simulated_is_said_at_once(http):
    percent = base64.b64encode(b"date,return\n" + b"\n".join(b"2024-01-%02d,0.5" % day for day in range(1, 29)))
    unclear = {"strategy_id": "New", "file": {"name": "n.csv", "content": percent.decode()}}
    short = {"strategy_id": "New", "file": {"name": "n.csv", "content": a_file(1, 100), "units": "fraction"}}
    taken = {"strategy_id": "Trend", "file": {"name": "n.csv", "content": a_file(), "units": "fraction"}}

    answers = [
        await http.post(RUNS, json={"hypothetical": [unclear]}),
        await http.post(RUNS, json={"hypothetical": [short]}),
        await http.post(RUNS, json={"hypothetical": [taken]}),
        await http.post(RUNS, json={"strategies": ["Nobody"]}),
        await http.post(RUNS, json={"settings": {"method": "magic"}}),
        await http.post(RUNS, json={"scenario": {"kind": "historical", "paths": 3}}),
        await http.get(f"{RUNS}/unknown"),
        await http.post(f"{RUNS}/unknown/cancel"),
    ]

    assert [one.status_code for one in answers] == [422, 400, 400, 400, 422, 422, 404, 404]
    assert "no such strategy" in answers[3].json()["error"]


async def test_a_scenario_that_cannot_be_made_fails_and_says_why(http):
    run = (await http.post(RUNS, json={"scenario": {"end": "2001-01-01"}})).json()

    told = await ended(http, run["run_id"])

    assert (told["status"], told["why"]) == ("FAILED", "no strategy has a return until 2001-01-01")


async def test_a_cancelled_simulation_leaves_no_process_and_the_next_one_runs(http):
    long, waiting, short = [(await http.post(RUNS, json=one)).json()["run_id"] for one in (LONG, LONG, {})]
    await seen(http, long, lambda run: run["status"] == "RUNNING" and run["progress"] > 0)

    cancelled = [await http.post(f"{RUNS}/{one}/cancel") for one in (waiting, long)]
    told = await ended(http, short)

    assert [one.json()["status"] for one in cancelled] == ["CANCELLED", "CANCELLED"]
    assert told["status"] == "DONE"
    assert computing() == []
    assert (await http.post(f"{RUNS}/{short}/cancel")).status_code == 409
    assert (await ended(http, long))["why"] == "operator cancelled it"


async def test_a_simulation_whose_process_dies_has_failed(http):
    run_id = (await http.post(RUNS, json=LONG)).json()["run_id"]
    await seen(http, run_id, lambda run: run["status"] == "RUNNING" and run["progress"] > 0)

    for process in computing():
        os.kill(process, signal.SIGKILL)

    assert (await ended(http, run_id))["status"] == "FAILED"


async def test_a_server_that_stops_says_so_and_the_next_one_runs_what_waited(mongo_url, db):
    app = an_app(mongo_url, db)
    async with app.router.lifespan_context(app), client(app) as http:
        await a_strategy(http, db, "Trend", 1)
        running, waiting = [(await http.post(RUNS, json=one)).json()["run_id"] for one in (LONG, {})]
        await seen(http, running, lambda run: run["progress"] > 0)
    left = computing()
    again = an_app(mongo_url, db)
    async with again.router.lifespan_context(again), client(again) as http:
        told = [await ended(http, one) for one in (running, waiting)]

    assert left == []
    assert [one["status"] for one in told] == ["INTERRUPTED", "DONE"]
    assert "stopped" in told[0]["why"]


async def test_the_desk_decides_while_a_simulation_is_computed(mongo_url, db):
    app = an_app(mongo_url, db)
    async with app.router.lifespan_context(app), client(app) as http:
        await a_strategy(http, db, "Trend", 1)
        run_id = (await http.post(RUNS, json=LONG)).json()["run_id"]
        await seen(http, run_id, lambda run: run["progress"] > 0)
        sent = a_signal(strategy_id="Trend", signal_type="EXIT")
        await on_signal(sent, app.state.running.ports)
        decided = await http.get(f"/api/v1/decisions/{sent.signal_id}")
        still = (await http.get(f"{RUNS}/{run_id}")).json()["status"]
        await http.post(f"{RUNS}/{run_id}/cancel")

    assert (decided.status_code, still) == (200, "RUNNING")


@pytest.fixture
async def desk(db: Database) -> Around:
    return around(db)


async def test_what_a_vanished_process_ran_is_interrupted_and_what_lives_is_left(desk, db):
    now = desk.clock.now()
    usual = {"name": "", "asked_by": "Ann", "code_version": "1", "inputs": {}, "excluded": {}, "inputs_hash": ""}
    usual |= {"asked": {}, "created_at": now, "progress": 0.5, "stage": "", "why": "", "reason": "", "difference": {}}
    usual |= {"figures": None, "result": None, "ended_at": None, "started_at": now, "job": b"", "status": "RUNNING"}
    for name, age in (("gone", 60), ("alive", 1)):
        beat = {"runner": "another", "beat_at": now - timedelta(seconds=age)}
        await db.sandbox_runs.insert_one({"_id": name, "run_id": name, **usual, **beat})

    await report_abandoned(desk.ports)

    kept = {one["_id"]: one["status"] async for one in db.sandbox_runs.find()}
    assert kept == {"gone": "INTERRUPTED", "alive": "RUNNING"}


async def test_only_admins_and_services_may_ask(mongo_url, db):
    app = an_app(mongo_url, db)
    async with app.router.lifespan_context(app), client(app, "strategist") as http:
        assert (await http.post(RUNS, json={})).status_code in (401, 403)
        assert (await http.get(RUNS)).status_code in (401, 403)
