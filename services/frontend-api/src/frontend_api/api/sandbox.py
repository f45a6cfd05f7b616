"""The sandbox, for admins: simulations are asked for, followed live and compared; none of it trades."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.sandbox import (
    ENDED,
    SandboxProgress,
    SandboxRun,
    SandboxRuns,
    SandboxSummary,
    SimulationRequest,
)
from mathematricks.runtime.http import Refusal

from frontend_api.api.desk import page_router
from frontend_api.api.live import Events
from frontend_api.api.who import Here, Wired
from frontend_api.domain.visibility import Page
from frontend_api.handlers.audit import audited
from frontend_api.handlers.owned import Question, answer_to, found
from frontend_api.ports import Answer, Ports

CEREBRO = "cerebro"
RUNS = ("api", "sandbox", "simulations")
LOOKED_AT = 0.3
"""Seconds between two looks at how far a simulation is."""
FOLLOWED_FOR = 60.0
"""Seconds that one stream of events lasts; browsers open the next by themselves."""
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
Limit = Annotated[int, Query(ge=1, le=500)]
RunId = Annotated[str, Path(min_length=1, max_length=200)]
router = page_router(Page.SANDBOX)


@router.post("/sandbox/simulations", status_code=202, response_model=SandboxSummary)
async def simulate(wanted: SimulationRequest, here: Here, ports: Wired) -> Response:
    """Ask for a simulation of the desk, in one's own name."""
    body = wanted.model_dump(mode="json", exclude_unset=True)
    asked = Question(CEREBRO, RUNS, {"by": here.viewer.name})
    async with audited(here.viewer, "sandbox.simulate", "/" + "/".join(RUNS), here.browser, ports) as act:
        answer = await answer_to(asked, ports, "POST", body)
        act.answered(answer.status, _named(answer.body))
    return _passed_on(answer)


@router.get("/sandbox/simulations", response_model=SandboxRuns)
async def simulations(_: Here, ports: Wired, limit: Limit = 20) -> Response:
    """Return the newest simulations with their figures."""
    return _passed_on(await answer_to(Question(CEREBRO, RUNS, {"limit": limit}), ports))


@router.get("/sandbox/simulations/{run_id}", response_model=SandboxRun)
async def simulation(run_id: RunId, _: Here, ports: Wired) -> Response:
    """Return one simulation with its curves."""
    return _passed_on(await answer_to(Question(CEREBRO, (*RUNS, run_id)), ports))


@router.post("/sandbox/simulations/{run_id}/cancel", response_model=SandboxProgress, responses=CONFLICT)
async def cancel(run_id: RunId, here: Here, ports: Wired) -> Response:
    """Cancel a simulation that has not ended."""
    path = (*RUNS, run_id, "cancel")
    async with audited(here.viewer, "sandbox.cancel", "/" + "/".join(path), here.browser, ports) as act:
        answer = await answer_to(Question(CEREBRO, path, {"by": here.viewer.name}), ports, "POST")
        act.answered(answer.status, _named(answer.body))
    return _passed_on(answer)


@router.get("/sandbox/simulations/{run_id}/progress", responses=EVENTS)
async def follow(run_id: RunId, here: Here, ports: Wired) -> StreamingResponse:
    """
    Return how far a simulation is as server-sent events, each a ``SandboxProgress``, until it has ended.

    Whoever follows many at once is told each time they ask, and no more.
    """
    first = await _progress(run_id, ports)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Events(_events(first, here.viewer.name, ports), media_type="text/event-stream", headers=headers)


async def _events(told: SandboxProgress, user: str, ports: Ports) -> AsyncGenerator[str]:
    yield _event(told)
    with ports.followers.taken(user) as free:
        looks = int(FOLLOWED_FOR / LOOKED_AT) if free else 0
        for _ in range(looks):
            if told.status in ENDED:
                return
            await asyncio.sleep(LOOKED_AT)
            try:
                now = await _progress(told.run_id, ports)
            except Refusal:
                return  # whoever follows asks again, and is told why
            if now != told:
                yield _event(now)
            told = now


def _event(told: SandboxProgress) -> str:
    return f"data: {json.dumps(told.model_dump(mode='json'))}\n\n"


async def _progress(run_id: str, ports: Ports) -> SandboxProgress:
    body = await found(Question(CEREBRO, (*RUNS, run_id), {"curves": False}), ports)
    if body is None:
        raise Refusal(404, "There is no such simulation")
    return SandboxProgress.model_validate(body)


def _named(body: Any) -> Any:
    """The trail says which simulation it was; what came of it is kept where it belongs."""
    kept = ("run_id", "status", "name", "error", "asked")
    return {name: body[name] for name in kept if name in body} if isinstance(body, dict) else body


def _passed_on(answer: Answer) -> Response:
    return JSONResponse(answer.body, status_code=answer.status)
