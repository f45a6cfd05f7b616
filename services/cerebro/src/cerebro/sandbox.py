"""
The process of one simulation: a job comes in on standard input, what it came to goes out, and nothing else can.

    python -I -m cerebro.sandbox < job.json

It imports neither bus nor storage, is given no address and no key, and from its first line on opens no socket,
starts no process and writes no file: whatever a simulation decides, it has no way to order anything.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import orjson

FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "ftplib.")
POLITENESS = 5
"""How far it stands behind the desk for a processor."""
SAID_EVERY = 0.1
"""Seconds between two lines that say how far it is."""


class Refused(BaseException):
    """Something here tried to reach out; nothing may catch that and go on."""


def no_way_out(event: str, given: tuple[Any, ...]) -> None:
    """Refuse what could reach beyond this process; an audit hook, which cannot be taken away again."""
    if event.startswith(FORBIDDEN):
        raise Refused(f"a simulation may not {event}")
    if event == "open" and _writes(*given[1:3]):
        raise Refused(f"a simulation may not write {given[0]}")


def _writes(mode: str | None, flags: int) -> bool:
    return bool(set(mode or "") & set("wax+")) or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def main() -> int:
    """Compute the job on standard input; return 0 where it came to its end."""
    os.nice(POLITENESS)
    sys.dont_write_bytecode = True
    sys.addaudithook(no_way_out)
    from cerebro.domain.simulation.job import job_from  # imported with every door closed
    from cerebro.domain.simulation.simulating import NothingToSimulate, simulate
    from cerebro.domain.simulation.world import NoWorld

    started, said = time.perf_counter(), [0.0]

    def heard(progress: float, stage: str) -> None:
        if time.perf_counter() - said[0] >= SAID_EVERY:
            said[0] = time.perf_counter()
            say({"progress": progress, "stage": stage})

    try:
        result = simulate(job_from(sys.stdin.buffer.read()), heard)
    except (NoWorld, NothingToSimulate) as why:
        say({"failed": str(why)})
        return 1
    took = round((time.perf_counter() - started) * 1000, 1)
    say({"result": result.model_copy(update={"milliseconds": took}).model_dump(mode="json")})
    return 0


def say(told: dict[str, Any]) -> None:
    """Write one line of JSON; whoever listens no more ends this process."""
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
