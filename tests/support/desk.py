"""A whole desk for a test: the operator's own `up`, in a process that can be killed, and what a sender does to it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import httpx
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.receipts import Receipt
from mathematricks.storage.mongo import mongo
from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.desk_setup import add_sender, add_strategy, allocate, current_shares
from mathematricks_cli.gathering import executions_in
from mathematricks_cli.mongod import free_port
from mathematricks_cli.playing import FrontDoor, Pace, Posted, Sender, play
from mathematricks_cli.script import read_steps
from mathematricks_cli.state import StateDir, state_dir
from mathematricks_cli.verbs.up import stop_desk

ACCOUNT = "IBKR_Main"
PAPER_ACCOUNT = f"paper:{ACCOUNT}"
SENDER = "tester"
SLOWEST_START = 90.0
T = TypeVar("T")


@dataclass
class DeskProcess:
    """A desk in a process of its own, on free ports, with its state in *directory*; *flags* are for `up`."""

    directory: Path
    flags: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> StateDir:
        return state_dir(self.directory)

    def up(self) -> None:
        """Start the desk and return once it takes work; fail with its log if it does not start."""
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "mathematricks_cli", "up", "--demo", *self.flags]
        command += ["--state", str(self.directory), "--port", str(self.port)]
        # a stack of its own, whatever emulator other tests of this run have told this process to use
        environment = {name: value for name, value in os.environ.items() if name != "PUBSUB_EMULATOR_HOST"}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment, start_new_session=True)
        deadline = time.monotonic() + SLOWEST_START
        while not (self.state.is_up() and self.state.read("desk", None)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The desk did not start:\n{self.log_tail()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End the process as a power cut would; its database survives."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def down(self) -> None:
        """Drain and stop everything."""
        stop_desk(self.state)
        if self.process is not None:
            self.process.wait()

    def log_tail(self) -> str:
        """Return the last lines of the desk's log."""
        path = self.state.log_path
        return "\n".join(path.read_text(errors="replace").splitlines()[-20:]) if path.exists() else "no log"


def command(desk: DeskProcess, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the operator's command on *desk*, as a person would."""
    line = [sys.executable, "-m", "mathematricks_cli", *arguments, "--state", str(desk.directory)]
    return subprocess.run(line, input=text, capture_output=True, text=True, check=False, env=dict(os.environ))


async def equip(client: DeskClient, state: StateDir, shares: dict[str, Decimal]) -> Sender:
    """Add strategies with their per cent of equity, all on one paper account, and a sender for them."""
    for name in shares:
        strategy = {"strategy_id": name, "strategy_name": name, "account": ACCOUNT, "trading_mode": "PAPER"}
        await add_strategy(client, strategy)
    await allocate(client, shares, "test")
    issued = await add_sender(client, state, SENDER, sorted(shares))
    return Sender(SENDER, issued["secrets"])


async def allot(client: DeskClient, share: Decimal, strategies: Iterable[str]) -> None:
    """Give each of *strategies* this per cent of equity, and every other strategy none."""
    nothing = dict.fromkeys(await current_shares(client), Decimal(0))
    await allocate(client, nothing | dict.fromkeys(strategies, share), "test")


async def post_script(
    client: DeskClient, sender: Sender, bodies: str, pace: Pace, redating: bool | None = None
) -> list[Posted]:
    """Post the bodies of a script and return the answers."""
    async with httpx.AsyncClient(timeout=30) as http:
        door = FrontDoor(http, client.url(fleet.INGESTION, "/api/v1/signals"), sender)
        return [posted async for posted in play(read_steps(bodies), sender.player(redating), door, pace)]


async def receipt_of(client: DeskClient, signal_id: str) -> Receipt:
    """Return what has become of a signal so far."""
    return Receipt.model_validate(await client.get(fleet.FRONTEND, f"/api/signals/{signal_id}/receipt"))


async def eventually(look: Callable[[], Awaitable[T]], good: Callable[[T], bool], patience: float = 20.0) -> T:
    """Return what *look* sees once it is *good*; fail with what was seen last."""
    deadline = time.monotonic() + patience
    while True:
        seen = await look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, f"after {patience:.0f} s still: {seen}"
        await asyncio.sleep(0.1)


async def settled(client: DeskClient, signal_ids: Sequence[str], patience: float = 30.0) -> list[Receipt]:
    """Return the receipts of signals once every one of them has reached its end; fail with what is stuck."""
    done: dict[str, Receipt] = {}

    async def moving() -> list[str]:
        for signal_id in signal_ids:
            if signal_id not in done and (receipt := await receipt_of(client, signal_id)).settled:
                done[signal_id] = receipt
        return [signal_id for signal_id in signal_ids if signal_id not in done]

    await eventually(moving, lambda stuck: not stuck, patience)
    return [done[signal_id] for signal_id in signal_ids]


async def executions_of(client: DeskClient) -> list[Execution]:
    """Return every execution of the test account, oldest first."""
    async with mongo(client.record.mongo_url, client.record.mongo_database) as db:
        return await executions_in(db, PAPER_ACCOUNT)


@asynccontextmanager
async def client_of(desk: DeskProcess) -> AsyncIterator[DeskClient]:
    """Yield a client of *desk*."""
    async with desk_client(desk.state) as client:
        yield client


def corpus() -> Path | None:
    """Return the folder of real senders' bodies, where this machine has one (``SIGNAL_CORPUS``)."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data" / "signals"
    place = Path(os.environ.get("SIGNAL_CORPUS", beside))
    return place if place.is_dir() else None


def as_script(*bodies: dict[str, Any]) -> str:
    """Return *bodies* as a script."""
    return json.dumps(list(bodies))
