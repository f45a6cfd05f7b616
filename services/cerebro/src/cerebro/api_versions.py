"""Versions beside each other: who has the authority, how a shadow compares, and promotion."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.shadows import AuthorityView, PromotionRequest, ShadowReport
from mathematricks.runtime.http import Refusal, caller_of, ports_of, require
from mathematricks.runtime.tokens import Caller

from cerebro.domain.comparing import report_of
from cerebro.handlers.ports import Ports
from cerebro.handlers.promoting import authority_view, promote

FAILURES: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (401, 403, 422, 503)}
CANNOT: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (400, 404, 409)}
Given = Annotated[Ports, Depends(ports_of)]
Asking = Annotated[Caller, Depends(caller_of)]
By = Annotated[str | None, Query(min_length=1, max_length=200, description="On whose behalf a service asks")]
Version = Annotated[str, Path(pattern=r"^[a-z0-9.\-]{1,40}$")]
router = APIRouter(dependencies=[require("service", "admin")], responses=FAILURES, tags=["versions"])


@router.get("/api/v1/authority")
async def get_authority(ports: Given) -> AuthorityView:
    """Return every reign, the newest first, and the versions that run."""
    return await authority_view(ports)


@router.post("/api/v1/authority/promote", responses=CANNOT)
async def promote_version(wanted: PromotionRequest, ports: Given, caller: Asking, by: By = None) -> AuthorityView:
    """Give the authority to a version that runs: from the next number on its decisions owe orders."""
    return await promote(wanted, actor(caller, by), ports)


@router.get("/api/v1/shadows/{version}", responses={404: {"model": Failure}})
async def compare_shadow(
    version: Version,
    ports: Given,
    last: Annotated[int, Query(ge=1, le=5000, description="Newest decisions compared")] = 500,
    limit: Annotated[int, Query(ge=1, le=500, description="Differences told in full")] = 50,
) -> ShadowReport:
    """Return how a version's shadow decisions compare with the authority's on the same book."""
    pairs = await ports.shadows.pairs(version, last)
    if not pairs:
        raise Refusal(404, f"Version {version} has shadowed nothing here")
    return report_of(version, pairs, limit)


def actor(caller: Caller, by: str | None) -> str:
    """Return who acts: a service speaks for the one it names, everyone else for themselves."""
    return by if by and caller.role == "service" else caller.name
