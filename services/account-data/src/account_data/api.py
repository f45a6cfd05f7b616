"""What account-data serves: account states, the ledger, and the registry of strategies."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from mathematricks.contracts.accounts import (
    AccountMargin,
    AccountState,
    AccountStates,
    Ledger,
    StrategyPositions,
    SyncReport,
)
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.strategies import NewStrategy, Strategies, StrategyConfiguration, StrategySettings
from mathematricks.runtime.http import Refusal, caller_of, ports_of, require
from mathematricks.runtime.tokens import Caller

from account_data import reconciliation, registry
from account_data.domain.freshness import View
from account_data.domain.state import account_state, margin, positions
from account_data.ports import Account, BrokersUnavailable, Ports, UnknownAccount


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the refusals of these statuses, for the reader of the OpenAPI document."""
    return {status: {"model": Failure} for status in statuses}


router = APIRouter(dependencies=[require("service", "admin")], responses=failures(401, 403, 422, 503))

AskPorts = Annotated[Ports, Depends(ports_of)]
AccountName = Annotated[str, Path(min_length=1, max_length=200, examples=["paper:IBKR_Main"])]
StrategyName = Annotated[str, Path(min_length=1, max_length=100, examples=["SPX_1-D_Opt"])]
Person = Annotated[str | None, Query(max_length=200, description="The person a service asks for")]


@router.get("/api/v1/accounts-state", tags=["accounts"])
async def account_states(ports: AskPorts) -> AccountStates:
    """Return the state of every account that its broker has reported."""
    now = ports.clock.now()
    known = sorted(ports.accounts.items())
    return AccountStates(items=tuple(account_state(each.books, each.view, now) for _, each in known if each.view))


@router.get("/api/v1/account/{name}/state", tags=["accounts"], responses=failures(404))
async def state(name: AccountName, ports: AskPorts) -> AccountState:
    """Return the broker's figures, and the sub-ledgers and open positions of each strategy."""
    return account_state(_account(name, ports).books, _view(name, ports), ports.clock.now())


@router.get("/api/v1/account/{name}/margin", tags=["accounts"], responses=failures(404))
async def account_margin(name: AccountName, ports: AskPorts) -> AccountMargin:
    """Return how much of the account's equity margin ties up."""
    return margin(_view(name, ports))


@router.get("/api/v1/account/{name}/positions", tags=["accounts"], responses=failures(404))
async def account_positions(
    name: AccountName, ports: AskPorts, flat: Annotated[bool, Query(description="Closed ones too")] = False
) -> StrategyPositions:
    """Return the positions by strategy and instrument, at the newest market prices."""
    account = _account(name, ports)
    return StrategyPositions(items=positions(account.books, account.view, flat=flat))


@router.post("/api/v1/account/{name}/sync", tags=["accounts"], responses=failures(404))
async def sync(name: AccountName, ports: AskPorts) -> SyncReport:
    """Hold the books against the broker's now; what differs twice alike is corrected, and reported."""
    try:
        return await reconciliation.sync(name, ports)
    except UnknownAccount as why:
        raise _unknown(ports) from why
    except BrokersUnavailable as why:
        raise Refusal(503, f"Nothing was compared: {why}; try again in a moment") from why


@router.get("/api/v1/ledger", tags=["accounts"])
async def ledger(
    ports: AskPorts,
    signal_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    account: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Ledger:
    """Return ledger entries, the newest first."""
    return Ledger(items=tuple(await ports.ledger.newest(limit, account, signal_id)))


@router.get("/api/strategies", tags=["strategies"])
async def list_strategies(ports: AskPorts) -> Strategies:
    """Return every strategy, by id."""
    return Strategies(items=tuple(await ports.strategies.all()))


@router.post("/api/strategies", tags=["strategies"], status_code=201, responses=failures(409))
async def create_strategy(
    wanted: NewStrategy, ports: AskPorts, caller: Annotated[Caller, Depends(caller_of)], by: Person = None
) -> StrategyConfiguration:
    """Register a strategy; LIVE only where the deployment trades real money."""
    return await registry.create(wanted, who(caller, by), ports)


@router.get("/api/strategies/{strategy_id}", tags=["strategies"], responses=failures(404))
async def one_strategy(strategy_id: StrategyName, ports: AskPorts) -> StrategyConfiguration:
    """Return one strategy."""
    return await registry.find(strategy_id, ports)


@router.put("/api/strategies/{strategy_id}", tags=["strategies"], responses=failures(404, 409))
async def change_strategy(
    strategy_id: StrategyName,
    wanted: StrategySettings,
    ports: AskPorts,
    caller: Annotated[Caller, Depends(caller_of)],
    by: Person = None,
) -> StrategyConfiguration:
    """Replace a strategy's settings; account and mode only while it has nothing in the market."""
    return await registry.change(strategy_id, wanted, who(caller, by), ports)


@router.delete("/api/strategies/{strategy_id}", tags=["strategies"], status_code=204, responses=failures(404, 409))
async def delete_strategy(
    strategy_id: StrategyName, ports: AskPorts, caller: Annotated[Caller, Depends(caller_of)], by: Person = None
) -> Response:
    """Remove a strategy that has nothing in the market; its ledger stays."""
    await registry.delete(strategy_id, who(caller, by), ports)
    return Response(status_code=204)


def _account(name: str, ports: Ports) -> Account:
    if account := ports.accounts.get(name):
        return account
    raise _unknown(ports)


def _view(name: str, ports: Ports) -> View:
    if view := _account(name, ports).view:
        return view
    raise Refusal(404, "The broker has not reported this account yet; it does within a minute of being opened")


def _unknown(ports: Ports) -> Refusal:
    known = ", ".join(sorted(ports.accounts)[:20]) or "none yet"
    return Refusal(404, f"No such account; known are: {known}")


def who(caller: Caller, by: str | None) -> str:
    """Return who asks: only a service may name the person it asks for; anybody else is who the token says."""
    return by if caller.role == "service" and by else caller.name
