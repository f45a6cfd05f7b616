"""What runs beside the messages: jobs that repeat, and streams that must not end."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

log = structlog.get_logger(__name__)

Run = Callable[[Any], Awaitable[object]]
"""Takes the service's ports."""
OnDeath = Callable[[str, BaseException | None], None]

JOB_SECONDS = Histogram("job_seconds", "Time of one run of a job", ["service", "job"])
JOB_FAILURES = Counter("job_failures_total", "Runs of a job that failed", ["service", "job"])
LOOP_LAG = Gauge("event_loop_lag_seconds", "How late the event loop was at its last beat")
_BEAT = 0.5
_STUCK = 10.0


@dataclass(frozen=True)
class Every:
    """A job that waits *interval*, runs, and so on; a failed run is logged and tried again."""

    interval: timedelta
    run: Run


def crash(name: str, error: BaseException | None) -> None:
    """End the process: a dead stream means that we no longer know what is true; the start finds out."""
    log.critical("stream.died", stream=name, error=repr(error), exc_info=error)
    sys.stdout.flush()
    os._exit(70)


@dataclass
class Loops:
    """The loops of one running service; *on_death* hears of a stream that ended by itself."""

    service: str
    on_death: OnDeath = crash
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _beaten: float = field(default_factory=time.monotonic)
    _dead: bool = False

    def start(self, ports: Any, streams: Sequence[Run], jobs: Sequence[Every]) -> None:
        """Start them all; they live until ``stop``."""
        self._tasks.append(asyncio.create_task(self._beat()))
        for stream in streams:
            task = asyncio.create_task(_follow(stream, ports))
            task.add_done_callback(partial(self._ended, _name(stream)))
            self._tasks.append(task)
        phases = ((place + 1) / len(jobs) for place in range(len(jobs)))  # else all jobs of a second run at once
        self._tasks += [
            asyncio.create_task(self._repeat(job, phase, ports)) for job, phase in zip(jobs, phases, strict=True)
        ]

    def alive(self) -> bool:
        """Whether every stream lives and the event loop has turned lately."""
        return not self._dead and time.monotonic() - self._beaten < _STUCK

    async def stop(self) -> None:
        """End them all and return when they have."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        if task in self._tasks:  # it ended by itself, not by stop()
            self._dead = True
            self.on_death(name, None if task.cancelled() else task.exception())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT)
            LOOP_LAG.set(max(0.0, time.monotonic() - self._beaten - _BEAT))
            self._beaten = time.monotonic()

    async def _repeat(self, job: Every, phase: float, ports: Any) -> None:
        name = _name(job.run)
        seconds, failures = JOB_SECONDS.labels(self.service, name), JOB_FAILURES.labels(self.service, name)
        pause = job.interval.total_seconds() * phase
        while True:
            await asyncio.sleep(pause)
            pause = job.interval.total_seconds()
            try:
                with seconds.time():
                    await job.run(ports)
            except Exception:
                failures.inc()
                log.exception("job.failed", job=name)


async def _follow(stream: Run, ports: Any) -> None:
    await stream(ports)


def _name(run: Run) -> str:
    return getattr(run, "__name__", type(run).__name__)
