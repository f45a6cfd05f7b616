"""The desk that is broken: `up --processes` with a venue of its own, on a MongoDB and behind wires that can be cut."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
from mathematricks.runtime.failpoints import STRUCK, VARIABLE

from mathematricks_cli import fleet, processes
from mathematricks_cli.chaos.plan import EMULATOR, MONGOD, VENUE
from mathematricks_cli.chaos.proxy import Wire, wire_to
from mathematricks_cli.desk_mongod import is_free
from mathematricks_cli.embedded import StartFailed
from mathematricks_cli.mongod import start_mongod, stop_mongod
from mathematricks_cli.stack import EMULATOR as EMULATOR_PROGRAM
from mathematricks_cli.state import DeskRecord, StateDir

SLOWEST_START = 180.0
LOOK_EVERY = 0.05
CASH = "USD=10000000"
FIRST_OF_ITS_PORTS = "desk"
"""What the state keeps it as, so that nothing else of this desk is given it; the services' follow on it."""
PROGRAMS = {EMULATOR: EMULATOR_PROGRAM}
"""What the desk calls a process that chaos calls otherwise."""


@dataclass
class BrokenDesk:
    """
    A running desk with everything that can be done to it.

    Attributes:
        wires: Those in front of MongoDB and of the venue, by what is behind.
        posts: Where fail points are armed.
    """

    state: StateDir
    wires: Mapping[str, Wire]
    posts: Path
    mongod_port: int
    mongod: subprocess.Popen[bytes]
    up: subprocess.Popen[bytes] | None = None
    record: DeskRecord | None = None
    _starting: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def desk(self) -> DeskRecord:
        """What the desk tells of itself."""
        if self.record is None:
            raise StartFailed("The desk has not started")
        return self.record

    def pid_of(self, name: str) -> int:
        """Return the process of *name* as it runs now."""
        if name == MONGOD:
            return self.mongod.pid
        return self.state.desk().pids[PROGRAMS.get(name, name)]

    def kill(self, name: str) -> int:
        """Kill the process *name*, as a power cut would; return its number."""
        pid = self.pid_of(name)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if name == MONGOD:
            self._restart_mongod()
        return pid

    async def returned(self, name: str, before: int) -> bool:
        """Whether *name*, which was the process *before*, runs again and takes work."""
        pid = self.pid_of(name)
        if pid == before or not processes.is_alive(pid):
            return False
        if name == MONGOD:
            return not self._starting
        if name == EMULATOR:
            return not is_free(self.state.port(EMULATOR_PROGRAM))
        return await self.answers(name)

    async def answers(self, name: str) -> bool:
        """Whether the service or the venue takes work."""
        url = f"{self.desk.venue_url}/health" if name == VENUE else f"{self.desk.urls[name]}/ready"
        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            with suppress(httpx.TransportError):
                return (await http.get(url)).is_success
        return False

    async def ready(self) -> bool:
        """Whether everything of the desk takes work."""
        answers = await asyncio.gather(*(self.answers(name) for name in (*fleet.START_ORDER, VENUE)))
        return all(answers) and not self._starting

    def arm(self, point: str, passing: int) -> None:
        """Let whoever passes *point* for the *passing*-th time from now on die there."""
        self.disarm(point)
        beside = self.posts / f".{point}"
        beside.write_text(f"kill@{passing}", encoding="utf-8")
        beside.rename(self.posts / point)

    def struck(self, point: str) -> int | None:
        """Return the process that died at *point*; None while none has."""
        with suppress(OSError, ValueError):
            return int((self.posts / f"{point}{STRUCK}").read_text(encoding="utf-8"))
        return None

    def disarm(self, point: str) -> None:
        """Let nobody die at *point* any more."""
        (self.posts / point).unlink(missing_ok=True)
        (self.posts / f"{point}{STRUCK}").unlink(missing_ok=True)

    def name_of(self, pid: int, before: Mapping[str, int]) -> str | None:
        """Return the name of the process *pid*, as the numbers were *before*."""
        named = {number: name for name, number in before.items()}
        found = named.get(pid)
        return next((name for name, program in PROGRAMS.items() if program == found), found)

    def _restart_mongod(self) -> None:
        self.mongod.wait()
        task = asyncio.get_running_loop().create_task(self._start_mongod())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start_mongod(self) -> None:
        self.mongod = await asyncio.to_thread(start_mongod, self.state.mongod_path, self.mongod_port)


@asynccontextmanager
async def broken_desk(state: StateDir) -> AsyncIterator[BrokenDesk]:
    """Yield a desk that runs in *state*, and stop it afterwards; raise ``StartFailed``."""
    mongod_port, posts = state.port("mongod"), state.path / "failpoints"
    posts.mkdir(exist_ok=True)
    mongod = await asyncio.to_thread(start_mongod, state.mongod_path, mongod_port)
    async with wire_to(mongod_port) as to_mongod, wire_to(state.port(VENUE)) as to_venue:
        desk = BrokenDesk(state, {MONGOD: to_mongod, VENUE: to_venue}, posts, mongod_port, mongod)
        try:
            await _start(desk)
            yield desk
        finally:
            await asyncio.gather(*desk._starting, return_exceptions=True)
            await asyncio.to_thread(_stop, desk)


async def _start(desk: BrokenDesk) -> None:
    _launch(desk)
    state, deadline = desk.state, time.monotonic() + SLOWEST_START
    while not (state.is_up() and state.read("desk", None)):
        if desk.up is None or desk.up.poll() is not None or time.monotonic() > deadline:
            raise StartFailed(f"The desk did not start; {state.path / 'up.log'} and {state.log_path} say why")
        await asyncio.sleep(LOOK_EVERY)
    desk.record = state.desk()


def _launch(desk: BrokenDesk) -> None:
    state = desk.state
    command = [sys.executable, "-m", "mathematricks_cli", "up", "--demo", "--processes", "--venue-faults"]
    command += ["--state", str(state.path), "--port", str(state.port(FIRST_OF_ITS_PORTS)), "--paper-cash", CASH]
    with (state.path / "up.log").open("ab") as log:
        desk.up = subprocess.Popen(command, stdout=log, stderr=log, env=_environment(desk), start_new_session=True)


def _environment(desk: BrokenDesk) -> dict[str, str]:
    """Everything goes through the wires; the emulator is the desk's own, whatever this process was told."""
    told = {name: value for name, value in os.environ.items() if name != "PUBSUB_EMULATOR_HOST"}
    return told | {
        "MONGO_URL": f"mongodb://127.0.0.1:{desk.wires[MONGOD].port}/?directConnection=true",
        "EXECUTION_VENUE_URL": f"http://127.0.0.1:{desk.wires[VENUE].port}",
        VARIABLE: f"@{desk.posts}",
    }


def _stop(desk: BrokenDesk) -> None:
    """End everything at once: what there was to see has been seen, and nobody waits for it to drain."""
    if desk.up is not None:
        desk.up.kill()
        desk.up.wait()
    for pid in (desk.state.read("desk", None) or {"pids": {}})["pids"].values():
        processes.stop(pid, patience=0)
    stop_mongod(desk.mongod)


def log_lines(path: Path, event: str, take: Callable[[Mapping[str, object]], object]) -> list[object]:
    """Return what *take* makes of each line of the log at *path* that tells of *event*."""
    if not path.exists():
        return []
    marked = f'"event":"{event}"'.encode()
    with path.open("rb") as log:
        return [take(orjson.loads(line)) for line in log if marked in line]
