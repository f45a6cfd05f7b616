"""What Cerebro serves of backtests."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from mathematricks.contracts.backtests import BacktestFile, BacktestSummary
from mathematricks.contracts.base import Id
from mathematricks.runtime.http import Refusal, require

from cerebro.api import MISSING, REFUSALS, UNREADABLE, Given, Text
from cerebro.domain.backtests.asking import Asked
from cerebro.handlers.backtests import sync_backtest

router = APIRouter(dependencies=[require("service", "admin")], responses=REFUSALS, tags=["backtests"])


@router.post("/api/strategies/{strategy_id}/sync-backtest", responses=UNREADABLE)
async def post_backtest(
    strategy_id: Text,
    file: BacktestFile,
    ports: Given,
    by: Annotated[str, Query(min_length=1, max_length=200)] = "operator",
) -> BacktestSummary:
    """Read a strategy's backtest from a CSV or XLSX file, with a report of every row refused; *by* asked for it."""
    try:
        kept = await sync_backtest(strategy_id, file, by, ports)
    except ValueError as why:
        raise Refusal(400, str(why)) from why
    if isinstance(kept, Asked):
        raise Refusal(422, kept.question)
    return kept


@router.get("/api/backtests")
async def get_backtested(ports: Given) -> list[Id]:
    """Return which strategies have a backtest, by id."""
    return list(await ports.backtests.names())


@router.get("/api/strategies/{strategy_id}/backtest", responses=MISSING)
async def get_backtest(strategy_id: Text, ports: Given) -> BacktestSummary:
    """Return what the strategy's backtest came to."""
    record = await ports.backtests.find(strategy_id)
    if record is None:
        raise Refusal(404, "No backtest of this strategy; send one with POST …/sync-backtest")
    return BacktestSummary(**record.model_dump(exclude={"daily_returns", "live_returns", "live_mark"}))
