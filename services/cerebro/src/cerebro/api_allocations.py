"""Allocations: what is active, what is recommended, who approved or rejected what, and optimisations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.allocations import (
    Allocations,
    Approval,
    CustomAllocation,
    OptimizationPicture,
    OptimizationRequest,
    OptimizationRuns,
    OptimizationSummary,
    PortfolioAllocation,
    Rejection,
    Reproduction,
)
from mathematricks.contracts.rest import Failure
from mathematricks.runtime.http import Refusal, caller_of, ports_of, require
from mathematricks.runtime.tokens import Caller

from cerebro.handlers.allocations import (
    activate_custom,
    approve_recommendation,
    latest_recommendation,
    reject_recommendation,
)
from cerebro.handlers.ports import Ports
from cerebro.handlers.proposing import optimise_now, picture, reproduce

FAILURES: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (401, 403, 422, 503)}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Failure}}
CANNOT: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (400, 404, 409)}
BASE = "/api/portfolio/allocations"
Given = Annotated[Ports, Depends(ports_of)]
Asking = Annotated[Caller, Depends(caller_of)]
By = Annotated[str | None, Query(min_length=1, max_length=200, description="On whose behalf a service asks")]
Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Path(min_length=1, max_length=200)]
router = APIRouter(dependencies=[require("service", "admin")], responses=FAILURES, tags=["allocations"])


@router.get(BASE + "/current", responses=MISSING)
async def current_allocation(ports: Given) -> PortfolioAllocation:
    """Return the ACTIVE allocation."""
    active = await ports.allocations.active()
    if active is None:
        percent = ports.world.rules.policy.fallback_percent
        raise Refusal(
            404,
            f"No allocation is active, so every strategy may use {percent} % of equity; "
            "set one with PUT /api/portfolio/allocations/custom",
        )
    return active


@router.get(BASE + "/latest-recommendation", responses=MISSING)
async def get_latest_recommendation(ports: Given) -> PortfolioAllocation:
    """Return the recommendation that waits for approval."""
    return await latest_recommendation(ports)


@router.get(BASE + "/history")
async def allocation_history(ports: Given, limit: Limit = 50) -> Allocations:
    """Return every allocation with who did what to it, newest first."""
    return Allocations(items=tuple(await ports.allocations.newest(limit)))


@router.post(BASE + "/approve", responses=CANNOT)
async def approve_allocation(wanted: Approval, ports: Given, caller: Asking, by: By = None) -> PortfolioAllocation:
    """Make the recommendation the ACTIVE allocation from the next signal on; the same key approves once."""
    return await approve_recommendation(wanted, actor(caller, by), ports)


@router.post(BASE + "/reject", responses=CANNOT)
async def reject_allocation(wanted: Rejection, ports: Given, caller: Asking, by: By = None) -> PortfolioAllocation:
    """Reject the recommendation; who did and why is kept."""
    return await reject_recommendation(wanted, actor(caller, by), ports)


@router.put(BASE + "/custom", responses=CANNOT)
@router.post(BASE + "/custom", responses=CANNOT)
async def set_custom_allocation(wanted: CustomAllocation, ports: Given) -> PortfolioAllocation:
    """Make this allocation the ACTIVE one from the next signal on; the one before is archived."""
    return await activate_custom(wanted, ports)


@router.post(BASE + "/optimize", responses=CANNOT)
async def optimize(wanted: OptimizationRequest, ports: Given, caller: Asking, by: By = None) -> OptimizationSummary:
    """Run an optimisation now; an answer becomes the latest recommendation."""
    run = await optimise_now(wanted, actor(caller, by), ports)
    return OptimizationSummary(**run.model_dump())


@router.get("/api/portfolio/optimizations")
async def list_runs(ports: Given, limit: Limit = 20) -> OptimizationRuns:
    """Return the newest optimisations with their proofs."""
    return OptimizationRuns(items=tuple(await ports.runs.newest(limit)))


@router.get("/api/portfolio/optimizations/{run_id}/picture", responses=CANNOT)
async def picture_run(run_id: Text, ports: Given) -> OptimizationPicture:
    """Return a run's efficient frontier and how the days of its answer are spread, from the inputs it kept."""
    return await picture(run_id, ports)


@router.post("/api/portfolio/optimizations/{run_id}/reproduce", responses=CANNOT)
async def reproduce_run(run_id: Text, ports: Given) -> Reproduction:
    """Run an optimisation again from the inputs that it kept, and compare the weights."""
    return await reproduce(run_id, ports)


def actor(caller: Caller, by: str | None) -> str:
    """Return who acts: a service speaks for the one it names, everyone else for themselves."""
    return by if by and caller.role == "service" else caller.name
