"""The brief's public paths of other services, passed on for browsers: who asks is enforced and recorded here."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from mathematricks.contracts.allocations import CustomAllocation, PortfolioAllocation
from mathematricks.contracts.backtests import BacktestFile, BacktestSummary
from mathematricks.contracts.base import Id
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.strategies import NewStrategy, Strategies, StrategyConfiguration, StrategySettings

from frontend_api.api.desk import page_router
from frontend_api.api.who import Fresh, Here, Presence, Wired, fresh
from frontend_api.domain.visibility import Page
from frontend_api.handlers.owned import Change, Question, answer_to, carried_out
from frontend_api.ports import Answer, Ports

STRATEGIES = ("api", "strategies")
ALLOCATIONS = ("api", "portfolio", "allocations")
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": Failure}}
StrategyName = Annotated[str, Path(min_length=1, max_length=100)]

strategies = page_router(Page.STRATEGIES)
allocations = page_router(Page.ALLOCATIONS)
routers: tuple[APIRouter, ...] = (strategies, allocations)


@strategies.get("/strategies", response_model=Strategies)
async def all_strategies(_: Here, ports: Wired) -> Response:
    """Return every strategy."""
    return await _asked("account-data", STRATEGIES, ports)


@strategies.post("/strategies", status_code=201, response_model=StrategyConfiguration, responses=CONFLICT)
async def create_strategy(strategy: NewStrategy, here: Here, request: Request, ports: Wired) -> Response:
    """Create a strategy; one with real money needs a fresh second factor."""
    _fresh_if_live(strategy, request, ports)
    change = Change(
        "strategies.create",
        "POST",
        "account-data",
        STRATEGIES,
        strategy.model_dump(mode="json"),
        shown_at=(*STRATEGIES, strategy.strategy_id),
    )
    return await _changed(change, here, ports)


@strategies.get("/strategies/{strategy_id}", response_model=StrategyConfiguration)
async def one_strategy(strategy_id: StrategyName, _: Here, ports: Wired) -> Response:
    """Return one strategy."""
    return await _asked("account-data", (*STRATEGIES, strategy_id), ports)


@strategies.put("/strategies/{strategy_id}", response_model=StrategyConfiguration, responses=CONFLICT)
async def update_strategy(
    strategy_id: StrategyName, settings: StrategySettings, here: Here, request: Request, ports: Wired
) -> Response:
    """Change a strategy; real money needs a fresh second factor."""
    _fresh_if_live(settings, request, ports)
    path, body = (*STRATEGIES, strategy_id), settings.model_dump(mode="json", exclude_unset=True)
    return await _changed(Change("strategies.update", "PUT", "account-data", path, body), here, ports)


@strategies.delete("/strategies/{strategy_id}", status_code=204, responses=CONFLICT)
async def delete_strategy(strategy_id: StrategyName, here: Here, ports: Wired) -> Response:
    """Delete a strategy."""
    path = (*STRATEGIES, strategy_id)
    return await _changed(Change("strategies.delete", "DELETE", "account-data", path), here, ports)


@strategies.post("/strategies/{strategy_id}/sync-backtest", response_model=BacktestSummary)
async def sync_backtest(strategy_id: StrategyName, file: BacktestFile, here: Here, ports: Wired) -> Response:
    """Read a strategy's backtest from a CSV or XLSX file; the answer reports every row refused."""
    body = file.model_dump(mode="json", exclude={"content"})
    body["content"] = b64encode(file.content).decode()
    path = (*STRATEGIES, strategy_id, "sync-backtest")
    shown = (*STRATEGIES, strategy_id, "backtest")
    return await _changed(Change("strategies.sync_backtest", "POST", "cerebro", path, body, shown), here, ports)


@strategies.get("/backtests", response_model=list[Id])
async def backtested(_: Here, ports: Wired) -> Response:
    """Return which strategies have a backtest, by id."""
    return await _asked("cerebro", ("api", "backtests"), ports)


@strategies.get("/strategies/{strategy_id}/backtest", response_model=BacktestSummary)
async def strategy_backtest(strategy_id: StrategyName, _: Here, ports: Wired) -> Response:
    """Return what the strategy's backtest came to."""
    return await _asked("cerebro", (*STRATEGIES, strategy_id, "backtest"), ports)


@allocations.get("/portfolio/allocations/current", response_model=PortfolioAllocation)
async def current_allocation(_: Here, ports: Wired) -> Response:
    """Return the ACTIVE allocation."""
    return await _asked("cerebro", (*ALLOCATIONS, "current"), ports)


@allocations.put(
    "/portfolio/allocations/custom", response_model=PortfolioAllocation, responses=CONFLICT, dependencies=(Fresh,)
)
async def set_allocation(allocation: CustomAllocation, here: Here, ports: Wired) -> Response:
    """Make an allocation ACTIVE; whoever asks has approved it, whatever name the body says."""
    body = allocation.model_dump(mode="json") | {"approved_by": here.viewer.name}
    change = Change(
        "allocations.custom",
        "PUT",
        "cerebro",
        (*ALLOCATIONS, "custom"),
        body,
        shown_at=(*ALLOCATIONS, "current"),
    )
    return await _changed(change, here, ports)


def _fresh_if_live(settings: StrategySettings, request: Request, ports: Ports) -> None:
    if settings.trading_mode == "LIVE":
        fresh(request, ports)


async def _asked(service: str, path: tuple[str, ...], ports: Ports) -> Response:
    return _passed_on(await answer_to(Question(service, path), ports))


async def _changed(change: Change, here: Presence, ports: Ports) -> Response:
    return _passed_on(await carried_out(change, here.viewer, here.browser, ports))


def _passed_on(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status)
    return JSONResponse(answer.body, status_code=answer.status)
