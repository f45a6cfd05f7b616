"""What holds the desk back, for admins: limits, triggers, kill switch and reconciliation, each change on the trail."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import JSONResponse, Response
from mathematricks.contracts.base import Message
from mathematricks.contracts.controls import (
    LONGEST_DRILL,
    ControlChanges,
    Controls,
    DrillWanted,
    Fire,
    FlattenReport,
    FlattenReports,
    Rearm,
    SetLimits,
    SetTriggers,
)
from mathematricks.contracts.reconciliation import ReconciliationReport, ReconciliationReports
from mathematricks.contracts.rest import Failure

from frontend_api.api.desk import page_router
from frontend_api.api.who import Fresh, Here, Presence, Wired
from frontend_api.domain.visibility import Page
from frontend_api.handlers.audit import audited
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Answer, Ports

EXECUTION = "execution"
CONTROLS = ("api", "v1", "controls")
SWITCH = ("api", "v1", "kill-switch")
RUNS = ("api", "v1", "reconciliations")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
Limit = Annotated[int, Query(ge=1, le=500)]
router = page_router(Page.CONTROLS)


@router.get("/controls", response_model=Controls)
async def controls(_: Here, ports: Wired) -> Response:
    """Return the limits, the triggers and what is fired."""
    return await _asked(CONTROLS, ports)


@router.put("/controls/limits", response_model=Controls)
async def set_limits(wanted: SetLimits, here: Here, ports: Wired) -> Response:
    """Put a scope's limits in place; they hold from the next order on."""
    return await _changed(("controls.limits", "PUT", (*CONTROLS, "limits")), wanted, here, ports)


@router.put("/controls/triggers", response_model=Controls)
async def set_triggers(wanted: SetTriggers, here: Here, ports: Wired) -> Response:
    """Say when the kill switch of a scope fires by itself."""
    return await _changed(("controls.triggers", "PUT", (*CONTROLS, "triggers")), wanted, here, ports)


@router.get("/controls/changes", response_model=ControlChanges)
async def changes(_: Here, ports: Wired, limit: Limit = 50) -> Response:
    """Return who changed which control, the newest first."""
    return await _asked((*CONTROLS, "changes"), ports, limit=limit)


@router.post("/kill-switch/fire", response_model=Controls, responses=CONFLICT)
async def fire(wanted: Fire, here: Here, ports: Wired) -> Response:
    """Fire the kill switch, in one's own name."""
    return await _changed(("kill_switch.fire", "POST", (*SWITCH, "fire")), wanted, here, ports)


@router.post("/kill-switch/rearm", response_model=Controls, responses=CONFLICT, dependencies=(Fresh,))
async def ask_for_rearm(wanted: Rearm, here: Here, ports: Wired) -> Response:
    """Ask for the re-arming of a scope; another admin approves it."""
    return await _changed(("kill_switch.rearm", "POST", (*SWITCH, "rearm")), wanted, here, ports)


@router.post("/kill-switch/approve", response_model=Controls, responses=CONFLICT, dependencies=(Fresh,))
async def approve(wanted: Rearm, here: Here, ports: Wired) -> Response:
    """Approve the re-arming of a scope: not by who fired the switch, nor by who asked."""
    return await _changed(("kill_switch.approve", "POST", (*SWITCH, "approve")), wanted, here, ports)


@router.post("/kill-switch/drills", response_model=FlattenReport, responses=CONFLICT, dependencies=(Fresh,))
async def drill(wanted: DrillWanted, here: Here, ports: Wired) -> Response:
    """Rehearse flattening on a paper account, with positions of the drill's own, and report how long it took."""
    path = (*SWITCH, "drills")
    told = wanted.model_dump(mode="json", exclude_unset=True)
    change = Change("kill_switch.drill", "POST", EXECUTION, path, told, CONTROLS, patience=LONGEST_DRILL)
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


@router.get("/kill-switch/reports", response_model=FlattenReports)
async def reports(_: Here, ports: Wired, limit: Limit = 20) -> Response:
    """Return what became of the firings that flattened, the newest first."""
    return await _asked((*SWITCH, "reports"), ports, limit=limit)


@router.get("/kill-switch/reports/{generation}", response_model=FlattenReport)
async def report(generation: Annotated[int, Path(ge=1, le=2**31)], _: Here, ports: Wired) -> Response:
    """Return how far one firing is, or how long it took."""
    return await _asked((*SWITCH, "reports", str(generation)), ports)


@router.get("/reconciliations", response_model=ReconciliationReports)
async def reconciliations(_: Here, ports: Wired, limit: Limit = 20) -> Response:
    """Return the runs of reconciliation with the venues, the newest first."""
    return await _asked(RUNS, ports, limit=limit)


@router.post("/reconciliations", response_model=ReconciliationReport)
async def reconcile(here: Here, ports: Wired) -> Response:
    """Hold the desk's records against every venue's now, and put right what differs."""
    subject = "/" + "/".join(RUNS)
    async with audited(here.viewer, "reconciliations.run", subject, here.browser, ports) as act:
        answer = await answer_to(Question(EXECUTION, RUNS, {"by": here.viewer.name}), ports, "POST")
        act.answered(answer.status, answer.body)
    return _passed_on(answer)


async def _asked(path: tuple[str, ...], ports: Ports, **params: Any) -> Response:
    return _passed_on(await answer_to(Question(EXECUTION, path, params), ports))


async def _changed(act: tuple[str, str, tuple[str, ...]], body: Message, here: Presence, ports: Ports) -> Response:
    action, method, path = act
    told = body.model_dump(mode="json", exclude_unset=True)
    change = Change(action, method, EXECUTION, path, told, shown_at=CONTROLS)
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


def _passed_on(answer: Answer) -> Response:
    return JSONResponse(answer.body, status_code=answer.status)
