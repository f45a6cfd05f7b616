"""What execution serves to those who hold the desk back: limits, triggers, the kill switch, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.controls import (
    ControlChanges,
    Controls,
    DrillWanted,
    Fire,
    FlattenReport,
    FlattenReports,
    Rearm,
    Scope,
    SetLimits,
    SetTriggers,
)
from mathematricks.contracts.reconciliation import ReconciliationReport, ReconciliationReports
from mathematricks.contracts.rest import Failure
from mathematricks.runtime.http import Refusal, caller_of, ports_of, require
from mathematricks.runtime.tokens import Caller

from execution.ports import Ports
from execution.steps import controlling
from execution.steps.controlling import ControlRefused
from execution.steps.drilling import DrillFailed, drill
from execution.steps.reconciling import reconcile_all

T = TypeVar("T")
MAY_FAIL: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (400, 401, 403, 422, 503)}
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Failure}}

router = APIRouter(prefix="/api/v1", dependencies=[require("service", "admin")], responses=MAY_FAIL)

AskPorts = Annotated[Ports, Depends(ports_of)]
Asking = Annotated[Caller, Depends(caller_of)]
By = Annotated[str | None, Query(min_length=1, max_length=200, description="The person a service asks for")]
Limit = Annotated[int, Query(ge=1, le=500)]


@router.get("/controls", tags=["controls"])
async def controls(ports: AskPorts) -> Controls:
    """Return the limits, the triggers and the switches that are fired."""
    found = await ports.controls.read()
    if found is None:
        raise Refusal(503, "Starting; try again in a moment")
    return found


@router.put("/controls/limits", tags=["controls"])
async def set_limits(wanted: SetLimits, ports: AskPorts, caller: Asking, by: By = None) -> Controls:
    """Put a scope's limits in place; they hold from the next order on."""
    await _refuse_unknown(wanted.scope, ports)
    return await controlling.set_limits(wanted, _who(caller, by), ports)


@router.put("/controls/triggers", tags=["controls"])
async def set_triggers(wanted: SetTriggers, ports: AskPorts, caller: Asking, by: By = None) -> Controls:
    """Say when the kill switch of a scope fires by itself."""
    await _refuse_unknown(wanted.scope, ports)
    return await controlling.set_triggers(wanted, _who(caller, by), ports)


@router.get("/controls/changes", tags=["controls"])
async def changes(ports: AskPorts, limit: Limit = 50) -> ControlChanges:
    """Return who changed which control, the newest first, with what stood before and after."""
    return ControlChanges(items=tuple(await ports.controls.newest_changes(limit)))


@router.post("/kill-switch/fire", tags=["kill switch"], responses=CONFLICT)
async def fire(wanted: Fire, ports: AskPorts, caller: Asking, by: By = None) -> Controls:
    """Fire the kill switch; it is in force when this answers, for orders on their way too."""
    await _refuse_unknown(wanted.scope, ports)
    return await _allowed(controlling.fire(wanted, _who(caller, by), ports))


@router.post("/kill-switch/rearm", tags=["kill switch"], responses=CONFLICT)
async def ask_for_rearm(wanted: Rearm, ports: AskPorts, caller: Asking, by: By = None) -> Controls:
    """Ask for the re-arming of a scope; another admin approves it."""
    return await _allowed(controlling.ask_for_rearm(wanted, _who(caller, by), ports))


@router.post("/kill-switch/approve", tags=["kill switch"], responses=CONFLICT)
async def approve(wanted: Rearm, ports: AskPorts, caller: Asking, by: By = None) -> Controls:
    """Approve the re-arming of a scope: not by who fired the switch, nor by who asked."""
    return await _allowed(controlling.rearm(wanted, _who(caller, by), ports))


@router.get("/kill-switch/reports", tags=["kill switch"])
async def reports(ports: AskPorts, limit: Limit = 20) -> FlattenReports:
    """Return what became of the firings that flattened, the newest first."""
    return FlattenReports(items=tuple(await ports.oversight.store.reports(limit)))


@router.get("/kill-switch/reports/{generation}", tags=["kill switch"], responses=NOT_FOUND)
async def report(generation: Annotated[int, Path(ge=1)], ports: AskPorts) -> FlattenReport:
    """Return what became of one firing: how far it is, or how long it took."""
    found = await ports.oversight.store.report(generation)
    if found is None:
        raise Refusal(404, "No firing of that generation flattened; see /api/v1/kill-switch/reports")
    return found


@router.post("/kill-switch/drills", tags=["kill switch"], responses=CONFLICT)
async def rehearse(wanted: DrillWanted, ports: AskPorts, caller: Asking, by: By = None) -> FlattenReport:
    """Open positions on paper with stops and exits in flight, flatten them, and report how long that took."""
    try:
        return await _allowed(drill(wanted, _who(caller, by), ports))
    except DrillFailed as why:
        raise Refusal(409, str(why)) from why


@router.get("/reconciliations", tags=["reconciliation"])
async def reconciliations(ports: AskPorts, limit: Limit = 20) -> ReconciliationReports:
    """Return the runs of reconciliation with the venues, the newest first."""
    return ReconciliationReports(items=tuple(await ports.oversight.store.reconciliations(limit)))


@router.post("/reconciliations", tags=["reconciliation"])
async def reconcile(ports: AskPorts, caller: Asking, by: By = None) -> ReconciliationReport:
    """Hold our records against every venue's now, and put right what differs."""
    return await reconcile_all("demand", ports, _who(caller, by))


async def _allowed(change: Awaitable[T]) -> T:
    try:
        return await change
    except ControlRefused as why:
        raise Refusal(409, str(why)) from why


async def _refuse_unknown(scope: Scope, ports: Ports) -> None:
    """What is put on an account or a strategy that nobody has holds nothing back, and looks as if it did."""
    known = await controlling.known_names(scope, ports)
    if known is not None and scope.name not in known:
        names = ", ".join(sorted(known)[:50]) or "none yet"
        raise Refusal(422, f"The desk has no {scope.kind} of this name; it has {names}")


def _who(caller: Caller, by: str | None) -> str:
    """Only a service may name the person it asks for; anybody else is who the token says."""
    return by if caller.role == "service" and by else caller.name
