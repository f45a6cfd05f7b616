"""Keeping processes alive: what ends is started again at once, what keeps ending is given pauses."""

from __future__ import annotations

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
SETTLED = 10.0
"""Seconds after which a process counts as started: what ends later starts again without a pause."""
DRAIN = 25.0
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Program:
    """A process to keep alive: its command, its environment, and where its output goes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


def pause_after(lives: Sequence[float]) -> float:
    """
    Return the seconds to wait before starting again what lived for *lives* seconds, newest last.

    At once after a long life; doubling, up to five seconds, for each short one in a row.
    """
    short = 0
    for life in reversed(lives):
        if life >= SETTLED:
            break
        short += 1
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** max(0, short - 1))


@dataclass
class Supervisor:
    """
    Runs programs until it is told to stop, each in a process of its own.

    The children end when the supervisor dies, even by SIGKILL: nothing trades unwatched.
    *on_change* hears the process numbers whenever one changed.
    """

    on_change: Callable[[Mapping[str, int]], None]
    say: Callable[[str], None]
    pids: dict[str, int] = field(default_factory=dict)
    _running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)

    def keep(self, program: Program) -> None:
        """Start *program* and start it again whenever it ends."""
        self._keepers.append(asyncio.create_task(self._keep(program)))

    async def stop(self) -> None:
        """Drain every child at the same time; kill what takes longer than 25 seconds."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(_end(process) for process in self._running.values()))

    async def _keep(self, program: Program) -> None:
        lives: list[float] = []
        while True:
            began = time.monotonic()
            process = await _start(program)
            self._running[program.name] = process
            self.pids[program.name] = process.pid
            self.on_change(self.pids)
            status = await process.wait()
            lives = [*lives[-10:], time.monotonic() - began]
            self.say(f"{program.name} ended ({_how(status)}); starting it again")
            await asyncio.sleep(pause_after(lives))


async def _start(program: Program) -> asyncio.subprocess.Process:
    with program.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *program.command,
            env=dict(program.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent if _LINUX else None,
        )


def _end_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), DRAIN)
    except TimeoutError:
        process.kill()
        await process.wait()


def _how(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit {status}"
