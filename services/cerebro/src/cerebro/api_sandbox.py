"""The sandbox: simulations are asked for, listed, followed and cancelled; none of it reaches an order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from mathematricks.contracts.sandbox import (
    ENDED,
    SandboxProgress,
    SandboxRun,
    SandboxRuns,
    SandboxSummary,
    SimulationRequest,
)
from mathematricks.runtime.http import Refusal, require

from cerebro.api_allocations import CANNOT, FAILURES, MISSING, Asking, By, Given, Limit, Text, actor
from cerebro.handlers.ports import Ports
from cerebro.handlers.simulating import ask_for_simulation, cancel_simulation, progress_of

BASE = "/api/sandbox/simulations"
LOOKED_AT = 0.2
"""Seconds between two looks at how far a simulation is."""
FOLLOWED_FOR = 60.0
"""Seconds that one stream of events lasts; browsers open the next by themselves."""
router = APIRouter(dependencies=[require("service", "admin")], responses=FAILURES, tags=["sandbox"])


@router.post(BASE, status_code=202, responses=CANNOT)
async def simulate(wanted: SimulationRequest, ports: Given, caller: Asking, by: By = None) -> SandboxSummary:
    """Ask for a simulation of the desk; it waits its turn and is computed in a process of its own."""
    return await ask_for_simulation(wanted, actor(caller, by), ports)


@router.get(BASE)
async def list_simulations(ports: Given, limit: Limit = 20) -> SandboxRuns:
    """Return the newest simulations with their figures."""
    return SandboxRuns(items=tuple(await ports.sandbox.runs.newest(limit)))


@router.get(BASE + "/{run_id}", responses=MISSING)
async def get_simulation(run_id: Text, ports: Given, curves: bool = True) -> SandboxRun:
    """Return one simulation, with its curves unless told otherwise."""
    found = await _known(run_id, ports)
    return found if curves else found.model_copy(update={"result": None})


@router.post(BASE + "/{run_id}/cancel", responses=CANNOT)
async def cancel(run_id: Text, ports: Given, caller: Asking, by: By = None) -> SandboxProgress:
    """Cancel a simulation that has not ended."""
    return await cancel_simulation(run_id, actor(caller, by), ports)


@router.get(BASE + "/{run_id}/progress", responses=MISSING | {200: {"content": {"text/event-stream": {}}}})
async def follow(run_id: Text, ports: Given) -> StreamingResponse:
    """Return how far a simulation is as server-sent events, each a ``SandboxProgress``, until it has ended."""
    first = progress_of(await _known(run_id, ports))
    return StreamingResponse(
        _events(first, ports), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(told: SandboxProgress, ports: Ports) -> AsyncIterator[str]:
    yield event(told)
    for _ in range(int(FOLLOWED_FOR / LOOKED_AT)):
        if told.status in ENDED:
            return
        await asyncio.sleep(LOOKED_AT)
        now = progress_of(await _known(told.run_id, ports))
        if now != told:
            yield event(now)
        told = now


def event(told: SandboxProgress) -> str:
    """Return *told* as one server-sent event."""
    return f"data: {told.model_dump_json()}\n\n"


async def _known(run_id: str, ports: Ports) -> SandboxRun:
    found = await ports.sandbox.runs.find(run_id)
    if found is None:
        raise Refusal(404, "There is no such simulation")
    return found
