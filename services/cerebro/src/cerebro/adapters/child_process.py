"""A process of its own for each simulation: it is given data on its standard input, and nothing else."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from mathematricks.contracts.sandbox import SimulationResult

from cerebro.return_ports import SimulationFailed

LONGEST_LINE = 64 << 20
LONGEST = 1800.0
"""Seconds that a simulation may take."""
ALONE = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
"""Its whole environment: no address, no key, no setting of the desk."""
SAID = 2000
RESULT = b'{"result"'


class ChildProcess:
    """Runs ``python -m cerebro.sandbox``; ended with whoever waits for it."""

    async def compute(self, job: bytes, heard: Callable[[float, str], Awaitable[None]]) -> SimulationResult:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-m", "cerebro.sandbox"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=ALONE,
            cwd="/",
            limit=LONGEST_LINE,
        )
        try:
            async with asyncio.timeout(LONGEST):
                return await _talk(child, job, heard)
        except TimeoutError as why:
            raise SimulationFailed(f"It took longer than {LONGEST:.0f} s") from why
        finally:
            if child.returncode is None:
                child.kill()
            await child.wait()


async def _talk(
    child: asyncio.subprocess.Process, job: bytes, heard: Callable[[float, str], Awaitable[None]]
) -> SimulationResult:
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    complaints = asyncio.create_task(child.stderr.read())
    told = asyncio.create_task(_tell(child.stdin, job))
    try:
        while line := await child.stdout.readline():
            if line.startswith(RESULT):
                return await asyncio.to_thread(_result_in, line)  # long: the desk decides meanwhile
            said = json.loads(line)
            if "failed" in said:
                raise SimulationFailed(said["failed"])
            await heard(said["progress"], said["stage"])
        raise SimulationFailed(_last_of(await complaints) or "Its process ended without a word")
    finally:
        complaints.cancel()
        told.cancel()


async def _tell(stdin: asyncio.StreamWriter, job: bytes) -> None:
    try:
        stdin.write(job)
        await stdin.drain()
    except ConnectionError:
        return  # it has ended; what it said last tells why
    finally:
        stdin.close()


def _result_in(line: bytes) -> SimulationResult:
    return SimulationResult.model_validate(json.loads(line)["result"])


def _last_of(complaints: bytes) -> str:
    lines = complaints.decode(errors="replace").strip().splitlines()
    return lines[-1][:SAID] if lines else ""
