"""The desk as separate processes: one per service, with the Pub/Sub emulator between them, all kept alive."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from mathematricks_cli import fleet
from mathematricks_cli.desk_mongod import desk_mongod, is_free
from mathematricks_cli.embedded import StartFailed, await_port, shadow_settings, usual_settings
from mathematricks_cli.emulator import find_jar, find_java
from mathematricks_cli.state import DeskRecord, StateDir, UpOptions
from mathematricks_cli.supervisor import Program, Supervisor

PROJECT = "mathematricks"
EMULATOR = "pubsub-emulator"
VENUE = "venue"
DATABASE = "mathematricks"
"""Of the desk; where it has another one than usual, so has its venue."""
PORT_ORDER = (
    fleet.FRONTEND,
    fleet.INGESTION,
    fleet.CEREBRO,
    fleet.EXECUTION,
    fleet.ACCOUNTS,
    fleet.DASHBOARD,
    fleet.ALERTING,
)
"""Who listens on ``--port``, on the port after it, and so on."""
SLOWEST_START = 120.0
_ORPHANS_DRAIN = 25.0


def run_stack(
    state: StateDir, options: UpOptions, tell: Callable[[DeskRecord], None], say: Callable[[str], None]
) -> None:
    """
    Run the desk of *state*, one process per service, until SIGTERM or SIGINT.

    Raises:
        DeskIsUp: Another process runs it already.
        StartFailed: A port is taken, or a service did not become ready.
    """
    with state.held(), desk_mongod(state) as mongod:
        for offset in range(len(PORT_ORDER)):
            await_port(options.port + offset, options.host, _ORPHANS_DRAIN)
        record = _record(state, options, mongod.url)
        record = replace(record, pids={"mongod": mongod.pid} if mongod.pid else {})
        asyncio.run(_run(Stack(state, record, options), tell, say))


@dataclass(frozen=True)
class Stack:
    """A desk of processes: where it lives, what it tells of itself, what it was asked to be."""

    state: StateDir
    record: DeskRecord
    options: UpOptions


async def _run(stack: Stack, tell: Callable[[DeskRecord], None], say: Callable[[str], None]) -> None:
    state, record = stack.state, stack.record
    stop, ready = asyncio.Event(), asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)

    def on_change(pids: Mapping[str, int]) -> None:
        if ready.is_set():
            state.tell(replace(record, pids=record.pids | dict(pids)))

    supervisor = Supervisor(on_change, say)
    try:
        await _until_either(_start_all(stack, supervisor), stop.wait())
        if not stop.is_set():
            ready.set()
            on_change(supervisor.pids)
            tell(record)
        await stop.wait()
    finally:
        await supervisor.stop()


async def _start_all(stack: Stack, supervisor: Supervisor) -> None:
    state, record = stack.state, stack.record
    if record.venue_url is not None:
        supervisor.keep(_venue(stack, record.venue_url))
    host = os.environ.get("PUBSUB_EMULATOR_HOST") or await _start_emulator(state, supervisor)
    environment = environment_of(state, record, host)
    for name in fleet.START_ORDER:
        supervisor.keep(_program(state, record, name, environment))
    if stack.options.shadow is not None:
        supervisor.keep(_shadow(state, stack.options, environment))
    await _await_ready(record)


async def _until_either(work: Coroutine[Any, Any, None], stop: Coroutine[Any, Any, object]) -> None:
    """Return when *work* is done, or *stop* was asked for first; raise what *work* raises."""
    tasks = working, stopping = asyncio.create_task(work), asyncio.create_task(stop)
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
    working.cancel()


def environment_of(state: StateDir, record: DeskRecord, emulator: str) -> dict[str, str]:
    """Return what every service's process is told; what this process was told goes along."""
    return (
        usual_settings(record.paper_cash, urlsplit(record.url).port or 80)
        | os.environ
        | {
            "MATHEMATRICKS_MONGO_URL": record.mongo_url,
            "MATHEMATRICKS_MONGO_DATABASE": record.mongo_database,
            "MATHEMATRICKS_DEPLOYMENT_KEY": state.deployment_key(),
            "MATHEMATRICKS_DEMO": str(record.demo).lower(),
            "MATHEMATRICKS_PUBSUB_PROJECT": PROJECT,
            "MATHEMATRICKS_SERVICE_URLS": json.dumps(record.urls),
            "PUBSUB_EMULATOR_HOST": emulator,
        }
    )


def _record(state: StateDir, options: UpOptions, mongo_url: str) -> DeskRecord:
    urls = {name: f"http://{options.host}:{options.port + offset}" for offset, name in enumerate(PORT_ORDER)}
    return DeskRecord(
        pid=os.getpid(),
        mode="processes",
        bus="pubsub",
        demo=options.demo,
        url=urls[fleet.FRONTEND],
        urls=urls,
        mongo_url=mongo_url,
        mongo_database=os.environ.get("MATHEMATRICKS_MONGO_DATABASE", DATABASE),
        paper_cash=options.paper_cash,
        venue_url=f"http://127.0.0.1:{state.port(VENUE)}" if options.venue else None,
    )


def _venue(stack: Stack, url: str) -> Program:
    """Return the program of the venue, on the desk's own MongoDB."""
    command = [sys.executable, "-m", "mathematricks_cli", "venue", "--state", str(stack.state.path)]
    command += ["--port", url.rpartition(":")[2], "--simulated" if stack.record.demo else "--posted"]
    command += ["--paper-cash", ",".join(f"{name}={amount}" for name, amount in stack.record.paper_cash.items())]
    if stack.record.mongo_database != DATABASE:
        command += ["--database", f"{stack.record.mongo_database}_venue"]
    command += ["--faults"] if stack.options.venue_faults else []
    return Program(VENUE, command, {**os.environ, "MONGO_URL": stack.record.mongo_url}, stack.state.log_path)


def _program(state: StateDir, record: DeskRecord, name: str, environment: Mapping[str, str]) -> Program:
    host, _, port = record.urls[name].removeprefix("http://").rpartition(":")
    command = (sys.executable, "-m", fleet.package_of(name))
    told = {**environment, "HOST": host, "PORT": port}
    if name == fleet.EXECUTION and record.venue_url is not None:
        told = {"EXECUTION_VENUE_URL": record.venue_url, "EXECUTION_VENUE_TOKEN": state.venue_token()} | told
    return Program(name, command, told, state.log_path)


def _shadow(state: StateDir, options: UpOptions, environment: Mapping[str, str]) -> Program:
    name = f"{fleet.CEREBRO}-{options.shadow}"
    where = {"HOST": options.host, "PORT": str(state.port(name))}
    told = {**environment, **shadow_settings(str(options.shadow), environment), **where}
    return Program(name, (sys.executable, "-m", fleet.package_of(fleet.CEREBRO)), told, state.log_path)


async def _start_emulator(state: StateDir, supervisor: Supervisor) -> str:
    port = state.port(EMULATOR)
    await_port(port, "127.0.0.1", _ORPHANS_DRAIN)
    command = (str(find_java()), "-Xmx512m", "-jar", str(find_jar()), "--host=127.0.0.1", f"--port={port}")
    supervisor.keep(Program(EMULATOR, command, os.environ, state.path / f"{EMULATOR}.log"))
    async with asyncio.timeout(SLOWEST_START):
        while True:
            if not is_free(port):
                return f"127.0.0.1:{port}"
            await asyncio.sleep(0.05)


async def _await_ready(record: DeskRecord) -> None:
    waiting = set(record.urls)
    deadline = asyncio.get_running_loop().time() + SLOWEST_START
    async with httpx.AsyncClient(timeout=2) as http:
        while waiting:
            for name in sorted(waiting):
                with suppress(httpx.TransportError):
                    if (await http.get(f"{record.urls[name]}/ready")).is_success:
                        waiting.discard(name)
            if asyncio.get_running_loop().time() > deadline:
                raise StartFailed(f"Not ready after {SLOWEST_START:.0f} s: {', '.join(sorted(waiting))}")
            await asyncio.sleep(0.1)
