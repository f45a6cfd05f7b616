"""Asking every keeper what it says of each account, for the books to be compared."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from mathematricks.contracts.accounts import AccountState
from mathematricks.contracts.collections import ACCOUNT_HISTORY, EXECUTIONS
from mathematricks.contracts.executions import Execution
from mathematricks.storage.mongo import Database, mongo

from mathematricks_cli import fleet
from mathematricks_cli.books import Balance, Keepers, balance
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.venue_truth import venue_account, venue_fills

QUIET_WITHIN = 20.0
"""Seconds for what is under way to arrive everywhere; differences that stay longer are real."""
LOOK_EVERY = 0.5

_Positions = dict[str, dict[str, Decimal]]


async def balance_when_quiet(desk: DeskClient, patience: float = QUIET_WITHIN) -> Balance:
    """Return the balance of every account, as soon as it balances or *patience* seconds have passed."""
    deadline = time.monotonic() + patience
    while True:
        found = await balance_now(desk)
        if found.balances or time.monotonic() > deadline:
            return found
        await asyncio.sleep(LOOK_EVERY)


async def balance_now(desk: DeskClient) -> Balance:
    """Return what every keeper says of every account at this moment."""
    accounts = (await desk.get(fleet.EXECUTION, "/api/v1/accounts"))["items"]
    modes = sorted({each["mode"] for each in accounts})
    shown = {mode: (await desk.get(fleet.FRONTEND, "/api/dashboard", mode=mode.lower()))["positions"] for mode in modes}
    async with mongo(desk.record.mongo_url, desk.record.mongo_database) as db:
        return balance([await keepers_of(desk, db, each["account"], shown[each["mode"]]) for each in accounts])


async def keepers_of(desk: DeskClient, db: Database, account: str, shown: Iterable[Mapping[str, Any]]) -> Keepers:
    """Return what each keeper says of *account*; *shown* are the positions on its mode's dashboard."""
    path = quote(account, safe="")
    venue = await venue_account(desk, account)
    executions = await executions_in(db, account)
    state = await _state(desk, path, executions)
    return Keepers(
        account=account,
        venue_fills=await venue_fills(desk, account),
        venue_positions={each.instrument: each.quantity for each in venue.open_positions},
        venue_cash=venue.cash,
        executions=tuple(executions),
        booked_fills=await _booked_fills(db, account),
        positions=_by_strategy((each.strategy_id, each.instrument, each.quantity) for each in _positions(state)),
        sub_ledgers={ledger.strategy_id: ledger.cash for ledger in state.sub_ledgers} if state else {},
        state_cash=state.cash if state else {},
        dashboard=_by_strategy(
            (each["strategy_id"], each["instrument"], Decimal(each["quantity"]))
            for each in shown
            if each["account"] == account
        ),
        deposits=state.deposits if state else {},
    )


async def executions_in(db: Database, account: str) -> list[Execution]:
    """Return every execution recorded of *account*; there may be tens of thousands, so they are read where they lie."""
    found = db[EXECUTIONS.name].find({"account": account}).sort("executed_at", 1)
    return [Execution.model_validate(document) async for document in found]


async def _state(desk: DeskClient, path: str, executions: Sequence[Execution]) -> AccountState | None:
    """Return the account's state; one reported before the newest execution is asked to be brought up to date first."""
    told = await desk.find(fleet.ACCOUNTS, f"/api/v1/account/{path}/state")
    state = AccountState.model_validate(told) if told else None
    if state and executions and state.as_of <= max(execution.recorded_at for execution in executions):
        await desk.post(fleet.ACCOUNTS, f"/api/v1/account/{path}/sync")
        state = AccountState.model_validate(await desk.get(fleet.ACCOUNTS, f"/api/v1/account/{path}/state"))
    return state


async def _booked_fills(db: Database, account: str) -> frozenset[str]:
    booked = db[ACCOUNT_HISTORY.name].find({"account": account, "kind": "execution"}, {"_id": 1})
    return frozenset([str(entry["_id"]) async for entry in booked])


def _positions(state: AccountState | None) -> tuple[Any, ...]:
    return state.positions if state else ()


def _by_strategy(rows: Iterable[tuple[str, str, Decimal]]) -> _Positions:
    positions: _Positions = defaultdict(lambda: defaultdict(Decimal))
    for strategy, instrument, quantity in rows:
        positions[strategy][instrument] += quantity
    return positions
