"""A service as a real process: it drains on SIGTERM, dies of a dead stream, and says why it cannot start."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mathematricks.contracts.orders import OrderCommand
from mathematricks.contracts.topics import ORDER_COMMANDS
from mathematricks.messaging.pubsub import PubSubBus
from mathematricks.storage.mongo import Database
from mathematricks_cli.mongod import free_port

PROGRAM = Path(__file__).parent.parent / "support" / "trial_process.py"
COMMAND = OrderCommand(
    command_id="c1", order_id="o1", signal_id="s1", strategy_id="Trend", account="a", given_at="2026-11-20T12:00:00Z"
)


@dataclass
class Trial:
    """The environment of one trial service, and the processes started in it."""

    environment: dict[str, str]
    url: str
    started: list[subprocess.Popen[bytes]]

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        environment = os.environ | self.environment | more
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.started.append(process)
        return process

    async def is_ready(self) -> None:
        async with httpx.AsyncClient() as http:
            for _ in range(600):
                try:
                    if (await http.get(f"{self.url}/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError("the service never became ready")


@pytest.fixture
def trial(mongo_url: str, db: Database, emulator: str) -> Iterator[Trial]:
    port = free_port()
    environment = {
        "MATHEMATRICKS_MONGO_URL": mongo_url,
        "MATHEMATRICKS_MONGO_DATABASE": db.name,
        "MATHEMATRICKS_DEPLOYMENT_KEY": "k" * 32,
        "MATHEMATRICKS_PUBSUB_PROJECT": f"project-{db.name.replace('_', '-')}",
        "PUBSUB_EMULATOR_HOST": emulator,
        "PORT": str(port),
    }
    trial = Trial(environment, f"http://127.0.0.1:{port}", [])
    yield trial
    for process in trial.started:
        process.kill()
        process.communicate()


@pytest.fixture
async def bus(trial: Trial) -> AsyncIterator[PubSubBus]:
    bus = PubSubBus(trial.environment["MATHEMATRICKS_PUBSUB_PROJECT"])
    yield bus
    await bus.close()


async def wait_for(db: Database, line: str) -> None:
    for _ in range(600):
        if await db.diary.find_one({"_id": line}):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{line!r} never happened")


async def ended(process: subprocess.Popen[bytes]) -> tuple[int, list[dict[str, Any]], str]:
    """Return exit code, log lines and stderr."""
    out, err = await asyncio.to_thread(process.communicate, None, 30)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err.decode()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_it_finishes_what_is_in_hand_and_exits_0(
    trial: Trial, db: Database, bus: PubSubBus, sign: signal.Signals
) -> None:
    process = trial.start()
    await trial.is_ready()
    await bus.publish(ORDER_COMMANDS, COMMAND)
    await wait_for(db, "begun c1")

    process.send_signal(sign)

    code, lines, err = await ended(process)
    assert (code, err) == (0, "")
    assert {document["_id"] async for document in db.diary.find()} == {"begun c1", "done c1", "closed"}
    assert [line["event"] for line in lines if line["event"].startswith("service.")] == [
        "service.ready",
        "service.stopped",
    ]


async def test_a_killed_process_loses_nothing_that_the_bus_had(trial: Trial, db: Database, bus: PubSubBus) -> None:
    process = trial.start()
    await trial.is_ready()
    await bus.publish(ORDER_COMMANDS, COMMAND)
    await wait_for(db, "begun c1")
    process.kill()
    await db.diary.drop()

    trial.start()

    await asyncio.wait_for(wait_for(db, "done c1"), 60)


async def test_a_dead_stream_ends_the_process(trial: Trial) -> None:
    code, lines, _ = await ended(trial.start(TRIAL_FAULT="stream"))

    assert code == 70
    assert [line["stream"] for line in lines if line["event"] == "stream.died"] == ["follow_broker"]


async def test_a_start_that_fails_is_told_and_exits_3(trial: Trial) -> None:
    code, lines, err = await ended(trial.start(TRIAL_FAULT="start"))

    assert (code, err) == (3, "")
    assert any("the broker is away" in line.get("exception", "") + line["event"] for line in lines)


async def test_wrong_settings_are_told_all_at_once_and_exit_1(trial: Trial) -> None:
    code, lines, err = await ended(
        trial.start(MATHEMATRICKS_MONGO_URL="nonsense", MATHEMATRICKS_DEPLOYMENT_KEY="short")
    )

    assert (code, lines) == (1, [])
    assert "MATHEMATRICKS_MONGO_URL" in err
    assert "MATHEMATRICKS_DEPLOYMENT_KEY" in err
    assert "nonsense" not in err


async def test_a_port_that_is_none_is_told(trial: Trial) -> None:
    code, _, err = await ended(trial.start(PORT="eighty"))

    assert code == 1
    assert "PORT" in err
