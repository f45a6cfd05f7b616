"""Running simulations: one at a time, cancelled with their process, and never left unended."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog

from cerebro.handlers.ports import Ports
from cerebro.return_ports import Ended, SimulationFailed, Told

log = structlog.get_logger(__name__)

BEAT = 2.0
"""Seconds between two signs of life."""
SILENT = timedelta(seconds=20)
"""Nobody runs what nobody was heard of for so long."""
LOOKED_FOR = 2.0
"""Seconds between two looks for what another process was asked."""
STOPPED = "The server stopped while it ran; ask for it again"


async def run_next(ports: Ports) -> bool:
    """Run the simulation that has waited longest; False: none waits."""
    sandbox = ports.sandbox
    claimed = await sandbox.runs.claim(sandbox.runner, ports.world.clock.now())
    if claimed is None:
        return False
    run_id, packed = claimed
    task = asyncio.create_task(_run(run_id, packed, ports))
    sandbox.hand[run_id] = task
    try:
        await asyncio.wait({task})
    except asyncio.CancelledError:
        if not task.cancelling():  # a second time would interrupt the end of its process
            task.cancel()
        await asyncio.wait({task})
        await sandbox.runs.end(run_id, Ended("INTERRUPTED", ports.world.clock.now(), STOPPED))
        raise
    finally:
        del sandbox.hand[run_id]
    return True


async def wait_for_work(ports: Ports) -> None:
    """Return when a simulation may wait: asked for here, or of another process."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ports.sandbox.woken.wait(), LOOKED_FOR)
    ports.sandbox.woken.clear()


async def report_abandoned(ports: Ports) -> None:
    """End as INTERRUPTED what a process ran that is gone."""
    now = ports.world.clock.now()
    for run_id in await ports.sandbox.runs.abandoned(now - SILENT, now):
        log.warning("simulation.abandoned", run_id=run_id)


async def _run(run_id: str, packed: bytes, ports: Ports) -> None:
    """Compute a job and record how it ended; where it is cancelled, who cancelled it has recorded that."""
    sandbox, clock = ports.sandbox, ports.world.clock
    try:
        async with _life(run_id, ports) as life:
            result = await sandbox.workshop.compute(await asyncio.to_thread(zlib.decompress, packed), life.heard)
        await sandbox.runs.end(run_id, Ended("DONE", clock.now(), result=result))
        log.info("simulation.done", run_id=run_id, milliseconds=result.milliseconds)
    except SimulationFailed as why:
        log.warning("simulation.failed", run_id=run_id, why=str(why))
        await sandbox.runs.end(run_id, Ended("FAILED", clock.now(), str(why)))
    except Exception:
        log.exception("simulation.broke", run_id=run_id)
        await sandbox.runs.end(run_id, Ended("FAILED", clock.now(), "Something broke on our side; it is in the log"))


class _Life:
    """What is known of a running simulation, told at every beat."""

    def __init__(self) -> None:
        self.progress, self.stage = 0.0, "starting"
        self.news = asyncio.Event()

    async def heard(self, progress: float, stage: str) -> None:
        self.progress, self.stage = min(max(progress, 0.0), 1.0), stage
        self.news.set()


@contextlib.asynccontextmanager
async def _life(run_id: str, ports: Ports) -> AsyncIterator[_Life]:
    """Give signs of life; where the run is not ours any more, stop computing it."""
    life, computing = _Life(), asyncio.current_task()

    async def beat() -> None:
        while await ports.sandbox.runs.beat(
            run_id, ports.sandbox.runner, Told(life.progress, life.stage, ports.world.clock.now())
        ):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(life.news.wait(), BEAT)
            life.news.clear()
            await asyncio.sleep(BEAT / 10)
        if computing:
            computing.cancel()

    beating = asyncio.create_task(beat())
    try:
        yield life
    finally:
        beating.cancel()
        await asyncio.wait({beating})
