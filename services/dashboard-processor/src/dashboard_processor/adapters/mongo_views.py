"""The documents of money in MongoDB: what is told now, and what was stated and struck for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from mathematricks.contracts.agreements import Statement
from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import (
    DASHBOARD_ALLOCATIONS,
    DASHBOARD_CLIENTS,
    DASHBOARD_EQUITY,
    DASHBOARD_FUNDS,
    DASHBOARD_NAVS,
    DASHBOARD_SENDERS,
    DASHBOARD_STATEMENTS,
    DASHBOARD_STRATEGIES,
)
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    NavRecord,
    StrategyCard,
)
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import DuplicateKeyError

from dashboard_processor.records import View


class MongoViews:
    """A document that says the same as before is written again only when its age would be noticed."""

    def __init__(self, db: Database) -> None:
        self._allocations = db[DASHBOARD_ALLOCATIONS.name]
        self._clients = db[DASHBOARD_CLIENTS.name]
        self._equity = db[DASHBOARD_EQUITY.name]
        self._funds = db[DASHBOARD_FUNDS.name]
        self._navs = db[DASHBOARD_NAVS.name]
        self._senders = db[DASHBOARD_SENDERS.name]
        self._statements = db[DASHBOARD_STATEMENTS.name]
        self._strategies = db[DASHBOARD_STRATEGIES.name]
        self._told: dict[str, tuple[View, datetime | None]] = {}

    async def write(self, view: View) -> None:
        identity, place = _identity(view), type(view).__name__
        said, before = view.model_copy(update={"as_of": None}), self._told.get(f"{place}:{identity}")
        if before and before[0] == said and not _due(before[1], view):
            return
        await self._put(view, to_document(view, identity))
        self._told[f"{place}:{identity}"] = (said, view.as_of)

    async def _put(self, view: View, document: Document) -> None:
        which = {"_id": document["_id"]}
        if isinstance(view, AllocationView):
            await self._allocations.replace_one(which, document, upsert=True)
        elif isinstance(view, ClientView):
            await self._clients.replace_one(which, document, upsert=True)
        elif isinstance(view, EquityCurves):
            await self._equity.replace_one(which, document, upsert=True)
        elif isinstance(view, FundView):
            await self._funds.replace_one(which, document, upsert=True)
        elif isinstance(view, StrategyCard):
            await self._strategies.replace_one(which, document, upsert=True)
        else:
            await self._senders.replace_one(which, document, upsert=True)

    async def statements(self, agreement_id: str, mode: Mode) -> Sequence[Statement]:
        found = self._statements.find({"agreement_id": agreement_id, "mode": mode}).sort("number", 1)
        return [Statement.model_validate(each) async for each in found]

    async def state(self, statement: Statement) -> None:
        identity = f"{statement.agreement_id}:{statement.mode}:{statement.number}"
        await _unless_there(self._statements.insert_one(to_document(statement, identity)))

    async def navs(self, mode: Mode) -> Sequence[NavRecord]:
        found = self._navs.find({"mode": mode}).sort("day", 1)
        return [NavRecord.model_validate(each) async for each in found]

    async def strike(self, nav: NavRecord) -> None:
        await _unless_there(self._navs.insert_one(to_document(nav, f"{nav.mode.lower()}:{nav.day}")))


def _identity(view: View) -> str:
    if isinstance(view, StrategyCard):
        return view.strategy_id
    if isinstance(view, AllocationView):
        return "allocations"
    if isinstance(view, ClientView):
        return f"{view.mode.lower()}:{view.client_id}"
    if isinstance(view, FundView | EquityCurves):
        return view.mode.lower()
    return f"{view.mode.lower()}:{view.sender}"


def _due(written: datetime | None, view: View) -> bool:
    """Whether half of what is expected has passed since it was written."""
    return not written or not view.as_of or view.as_of - written >= timedelta(seconds=view.expected_every / 2)


async def _unless_there(write: Any) -> None:
    try:
        await write
    except DuplicateKeyError:
        return
