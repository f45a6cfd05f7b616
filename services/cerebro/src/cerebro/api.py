"""What Cerebro serves: decisions and its books."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from mathematricks.contracts.decisions import BookSummary, DecisionDetail, DecisionList, Outcome, PortfolioId
from mathematricks.contracts.rest import Failure
from mathematricks.runtime.http import Refusal, ports_of, require

from cerebro.handlers.ports import Ports
from cerebro.summary import summarize

REFUSALS: dict[int | str, dict[str, Any]] = {status: {"model": Failure} for status in (401, 403, 422, 503)}
UNREADABLE: dict[int | str, dict[str, Any]] = {400: {"model": Failure}}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Failure}}
Text = Annotated[str, Path(min_length=1, max_length=200)]
Given = Annotated[Ports, Depends(ports_of)]
router = APIRouter(dependencies=[require("service", "admin")], responses=REFUSALS)


@router.get("/api/v1/decisions", tags=["decisions"])
async def list_decisions(
    ports: Given,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    strategy_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    outcome: Outcome | None = None,
) -> DecisionList:
    """Return decisions with every cap and its numbers, newest first."""
    records = await ports.world.decisions.newest(limit, strategy_id, outcome)
    return DecisionList(items=tuple(record.decision for record in records))


@router.get("/api/v1/decisions/{signal_id}", tags=["decisions"], responses=MISSING)
async def get_decision(signal_id: Text, ports: Given) -> DecisionDetail:
    """Return the decision on one signal, with everything it was made from."""
    record = await ports.world.decisions.find(signal_id)
    if record is None:
        raise Refusal(404, "No decision on this signal: it is unknown here, or not decided yet")
    decided = json.loads(record.output) | {"inputs": json.loads(record.inputs), "book_hash": record.book_hash}
    return DecisionDetail.model_validate_json(json.dumps(decided))


@router.get("/api/v1/book/{portfolio}", tags=["decisions"])
async def get_book(portfolio: PortfolioId, ports: Given) -> BookSummary:
    """Return the book that the portfolio's next decision is made against."""
    return summarize(ports.keepers[portfolio].book)
