"""Fail points: moments between two steps at which a process can be made to die or to pause, where somebody asks."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

VARIABLE = "MATHEMATRICKS_FAILPOINTS"
"""
What the process was started with. ``cerebro.recorded:kill@3,execution.claimed:pause=0.5`` kills at the third passing
and pauses at the first. ``@<directory>`` looks for a file of the point's name there at each passing, such as
``cerebro.recorded`` holding ``kill@3``: so they are armed one by one while the process runs.
"""
STRUCK = ".struck"
"""What the name of a point's file ends with once it has struck; in it the number of the process that it struck."""
_WRITTEN = re.compile(r"(?:(?P<kill>kill)|pause=(?P<seconds>\d+(?:\.\d+)?))(?:@(?P<passing>[1-9]\d*))?")


class FailpointsInvalid(ValueError):
    """They are not written as they should be; the text shows how."""


@dataclass(frozen=True)
class Blow:
    """What happens at a fail point: death, or a pause of *seconds*; at the *passing*-th time that it is passed."""

    kill: bool
    seconds: float = 0.0
    passing: int = 1


class Armed(Protocol):
    """Which fail points strike."""

    def struck(self, name: str) -> Blow | None:
        """Return what strikes at this passing of *name*, counted; a blow strikes once."""


class Listed:
    """Fail points armed once and for all, by name."""

    def __init__(self, blows: Mapping[str, Blow]) -> None:
        self._blows = dict(blows)
        self._passed: Counter[str] = Counter()

    def struck(self, name: str) -> Blow | None:
        blow = self._blows.get(name)
        if blow is None:
            return None
        self._passed[name] += 1
        return blow if self._passed[name] == blow.passing else None


class Posted:
    """Fail points armed by files in *directory*; of all processes that look there, one is struck."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._passed: Counter[str] = Counter()

    def struck(self, name: str) -> Blow | None:
        try:
            written = (self._directory / name).read_text(encoding="utf-8")
        except OSError:
            return None
        blow = read_blow(written)
        self._passed[name] += 1
        return blow if self._passed[name] >= blow.passing and self._take(name) else None

    def _take(self, name: str) -> bool:
        del self._passed[name]
        after = self._directory / f"{name}{STRUCK}"
        try:
            (self._directory / name).rename(after)
        except OSError:
            return False
        after.write_text(str(os.getpid()), encoding="utf-8")
        return True


def read_blow(written: str) -> Blow:
    """Return what is *written*, such as ``kill@3``; raise ``FailpointsInvalid``."""
    found = _WRITTEN.fullmatch(written.strip())
    if found is None:
        raise FailpointsInvalid(f"{VARIABLE}: {written!r} is not kill, kill@3, pause=0.5 or pause=0.5@3")
    return Blow(found["kill"] is not None, float(found["seconds"] or 0), int(found["passing"] or 1))


def read_armed(written: str) -> Armed | None:
    """Return what the variable's value arms; None for nothing. Raise ``FailpointsInvalid``."""
    if written.startswith("@"):
        return Posted(Path(written[1:]))
    named = [part.partition(":") for part in written.split(",") if part.strip()]
    return Listed({name.strip(): read_blow(blow) for name, _, blow in named}) if named else None


_armed = read_armed(os.environ.get(VARIABLE, ""))


async def failpoint(name: str) -> None:
    """Mark the moment after a step; where the process was started without fail points, nothing happens."""
    if _armed is not None and (blow := _armed.struck(name)) is not None:
        await _strike(blow)


async def _strike(blow: Blow) -> None:
    if blow.kill:
        os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.sleep(blow.seconds)
