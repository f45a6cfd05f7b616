"""What an admin governs: recommendations, optimisations, and which version of Cerebro decides."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header, Path, Query
from fastapi.responses import JSONResponse, Response
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
from mathematricks.contracts.shadows import AuthorityView, PromotionRequest, ShadowReport
from pydantic import BaseModel

from frontend_api.api.desk import page_router
from frontend_api.api.who import Fresh, Here, Presence, Wired
from frontend_api.domain.visibility import Page
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Answer, Ports

CEREBRO = "cerebro"
ALLOCATIONS = ("api", "portfolio", "allocations")
RUNS = ("api", "portfolio", "optimizations")
AUTHORITY = ("api", "v1", "authority")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=200)]
Limit = Annotated[int, Query(ge=1, le=500)]
Text = Annotated[str, Path(min_length=1, max_length=200)]
Version = Annotated[str, Path(pattern=r"^[a-z0-9.\-]{1,40}$")]
router = page_router(Page.ALLOCATIONS)


@router.get("/portfolio/allocations/latest-recommendation", response_model=PortfolioAllocation)
async def recommendation(_: Here, ports: Wired) -> Response:
    """Return the recommendation that waits for approval."""
    return await _asked((*ALLOCATIONS, "latest-recommendation"), ports)


@router.get("/portfolio/allocations/history", response_model=Allocations)
async def allocation_history(_: Here, ports: Wired, limit: Limit = 50) -> Response:
    """Return every allocation with who did what to it, newest first."""
    return await _asked((*ALLOCATIONS, "history"), ports, limit=limit)


@router.post(
    "/portfolio/allocations/approve", response_model=PortfolioAllocation, responses=CONFLICT, dependencies=(Fresh,)
)
async def approve(approval: Approval, here: Here, ports: Wired, key: Key = None) -> Response:
    """Approve a recommendation; the same Idempotency-Key approves once."""
    return await _changed("approve", _keyed(approval, key), here, ports)


@router.post("/portfolio/allocations/reject", response_model=PortfolioAllocation, responses=CONFLICT)
async def reject(rejection: Rejection, here: Here, ports: Wired, key: Key = None) -> Response:
    """Reject a recommendation, with the reason."""
    return await _changed("reject", _keyed(rejection, key), here, ports)


@router.post(
    "/portfolio/allocations/custom", response_model=PortfolioAllocation, responses=CONFLICT, dependencies=(Fresh,)
)
async def set_custom(allocation: CustomAllocation, here: Here, ports: Wired, key: Key = None) -> Response:
    """Make an allocation ACTIVE; whoever asks has approved it, whatever name the body says."""
    return await _changed("custom", _keyed(allocation, key) | {"approved_by": here.viewer.name}, here, ports)


@router.post("/portfolio/allocations/optimize", response_model=OptimizationSummary, responses=CONFLICT)
async def optimize(wanted: OptimizationRequest, here: Here, ports: Wired) -> Response:
    """Run an optimisation now; an answer becomes the latest recommendation."""
    return await _changed("optimize", wanted.model_dump(mode="json"), here, ports)


@router.get("/portfolio/optimizations", response_model=OptimizationRuns)
async def optimizations(_: Here, ports: Wired, limit: Limit = 20) -> Response:
    """Return the newest optimisations with their proofs."""
    return await _asked(RUNS, ports, limit=limit)


@router.get("/portfolio/optimizations/{run_id}/picture", response_model=OptimizationPicture)
async def picture(run_id: Text, _: Here, ports: Wired) -> Response:
    """Return what more risk would bring, and how the days of a run's answer are spread."""
    return await _asked((*RUNS, run_id, "picture"), ports)


@router.post("/portfolio/optimizations/{run_id}/reproduce", response_model=Reproduction)
async def reproduce(run_id: Text, _: Here, ports: Wired) -> Response:
    """Run an optimisation again from the inputs that it kept."""
    question = Question(CEREBRO, (*RUNS, run_id, "reproduce"))
    return _passed_on(await answer_to(question, ports, "POST"))


@router.get("/cerebro/authority", response_model=AuthorityView)
async def authority(_: Here, ports: Wired) -> Response:
    """Return which version decides, and which ever did."""
    return await _asked(AUTHORITY, ports)


@router.post("/cerebro/authority/promote", response_model=AuthorityView, responses=CONFLICT)
async def promote(wanted: PromotionRequest, here: Here, ports: Wired) -> Response:
    """Give the authority to a version that runs."""
    change = Change(
        "cerebro.promote", "POST", CEREBRO, (*AUTHORITY, "promote"), wanted.model_dump(mode="json"), shown_at=AUTHORITY
    )
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


@router.get("/cerebro/shadows/{version}", response_model=ShadowReport)
async def shadow(version: Version, _: Here, ports: Wired, last: Annotated[int, Query(ge=1, le=5000)] = 500) -> Response:
    """Return how a version's shadow decisions compare with the authority's."""
    return await _asked(("api", "v1", "shadows", version), ports, last=last)


def _keyed(body: BaseModel, key: str | None) -> dict[str, Any]:
    return body.model_dump(mode="json") | ({"idempotency_key": key} if key else {})


async def _asked(path: tuple[str, ...], ports: Ports, **params: Any) -> Response:
    return _passed_on(await answer_to(Question(CEREBRO, path, params), ports))


async def _changed(deed: str, body: dict[str, Any], here: Presence, ports: Ports) -> Response:
    change = Change(
        f"allocations.{deed}", "POST", CEREBRO, (*ALLOCATIONS, deed), body, shown_at=(*ALLOCATIONS, "current")
    )
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


def _passed_on(answer: Answer) -> Response:
    return Response(status_code=answer.status) if answer.body is None else JSONResponse(answer.body, answer.status)
