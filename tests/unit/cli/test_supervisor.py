"""What ends is started again; what keeps ending is given pauses."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mathematricks_cli.supervisor import FIRST_PAUSE, LONGEST_PAUSE, Program, Supervisor, pause_after

SLEEPER = (sys.executable, "-S", "-c", "import time; time.sleep(60)")


def a_program(directory: Path, command: tuple[str, ...] = SLEEPER) -> Program:
    return Program("sleeper", command, os.environ, directory / "log")


async def until(true: Callable[[], bool], patience: float = 5.0) -> float:
    """Return the seconds until *true* holds."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def test_a_killed_process_runs_again_within_half_a_second(tmp_path):
    supervisor = Supervisor(lambda pids: None, lambda line: None)
    supervisor.keep(a_program(tmp_path))
    await until(lambda: "sleeper" in supervisor.pids)
    first = supervisor.pids["sleeper"]

    os.kill(first, signal.SIGKILL)
    took = await until(lambda: supervisor.pids["sleeper"] != first)

    assert took < 0.5
    await supervisor.stop()


async def test_stopping_ends_every_process(tmp_path):
    supervisor = Supervisor(lambda pids: None, lambda line: None)
    supervisor.keep(a_program(tmp_path))
    await until(lambda: "sleeper" in supervisor.pids)

    await supervisor.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(supervisor.pids["sleeper"], 0)


async def test_changes_are_told_with_the_processes_that_run(tmp_path):
    told: list[dict[str, int]] = []
    supervisor = Supervisor(lambda pids: told.append(dict(pids)), lambda line: None)
    supervisor.keep(a_program(tmp_path))

    await until(lambda: bool(told))

    assert told == [supervisor.pids]
    await supervisor.stop()


def test_a_first_death_is_answered_at_once_and_a_crash_loop_with_growing_pauses():
    assert pause_after([3600.0]) == FIRST_PAUSE
    assert pause_after([0.1]) == FIRST_PAUSE
    assert pause_after([0.1, 0.1, 0.1]) == 4 * FIRST_PAUSE
    assert pause_after([0.1] * 20) == LONGEST_PAUSE
    assert pause_after([0.1] * 20 + [60.0]) == FIRST_PAUSE
