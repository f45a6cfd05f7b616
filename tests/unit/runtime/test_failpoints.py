"""Fail points: nothing where nobody asked; else one blow, at the passing that was asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mathematricks.runtime.failpoints import (
    STRUCK,
    VARIABLE,
    Blow,
    FailpointsInvalid,
    Posted,
    failpoint,
    read_armed,
    read_blow,
)

PROGRAM = """
import asyncio
from mathematricks.runtime.failpoints import failpoint
async def main():
    for step in range(1, 4):
        await failpoint("walk.stepped")
        print(step, flush=True)
asyncio.run(main())
"""


def walked(**told: str) -> tuple[int, list[str]]:
    """Return how a process of three steps ended, and the steps it got past."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE} | told
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.split()


async def test_nobody_asked_and_nothing_happens() -> None:
    assert await failpoint("walk.stepped") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kill", Blow(kill=True)),
        ("kill@3", Blow(kill=True, passing=3)),
        ("pause=0.5", Blow(kill=False, seconds=0.5)),
        ("pause=2@7", Blow(kill=False, seconds=2.0, passing=7)),
    ],
)
def test_a_blow_is_read_as_it_is_written(written: str, meant: Blow) -> None:
    assert read_blow(written) == meant


@pytest.mark.parametrize("written", ["", "kill@0", "pause", "explode@1", "kill@1@2"])
def test_what_is_no_blow_is_refused(written: str) -> None:
    with pytest.raises(FailpointsInvalid, match="kill@3"):
        read_blow(written)


def test_a_process_dies_at_the_passing_it_was_told() -> None:
    assert walked(**{VARIABLE: "other.point:kill,walk.stepped:kill@2"}) == (-signal.SIGKILL, ["1"])


def test_a_pause_is_a_pause_and_then_it_goes_on() -> None:
    began = time.monotonic()

    assert walked(**{VARIABLE: "walk.stepped:pause=0.2@3"}) == (0, ["1", "2", "3"])
    assert time.monotonic() - began >= 0.2


def test_a_posted_fail_point_strikes_once_and_says_whom(tmp_path: Path) -> None:
    (tmp_path / "walk.stepped").write_text("kill@3")

    first, second = walked(**{VARIABLE: f"@{tmp_path}"}), walked(**{VARIABLE: f"@{tmp_path}"})

    assert first == (-signal.SIGKILL, ["1", "2"])
    assert second == (0, ["1", "2", "3"])
    assert (tmp_path / f"walk.stepped{STRUCK}").read_text().isdecimal()


def test_of_several_processes_one_is_struck(tmp_path: Path) -> None:
    ours, theirs = Posted(tmp_path), Posted(tmp_path)
    (tmp_path / "walk.stepped").write_text("pause=1")

    assert [ours.struck("walk.stepped"), theirs.struck("walk.stepped")] == [Blow(kill=False, seconds=1.0), None]


def test_one_posted_while_it_runs_counts_from_then_on(tmp_path: Path) -> None:
    armed = read_armed(f"@{tmp_path}")
    assert armed is not None
    before = [armed.struck("walk.stepped") for _ in range(5)]
    (tmp_path / "walk.stepped").write_text("kill@2")

    assert before == [None] * 5
    assert [armed.struck("walk.stepped") for _ in range(3)] == [None, Blow(kill=True, passing=2), None]
