"""The documents of what people own and are owed, as the dashboard processor wrote them; read-only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from mathematricks.contracts.agreements import Statement
from mathematricks.contracts.base import Message, Mode
from mathematricks.contracts.collections import (
    DASHBOARD_ALLOCATIONS,
    DASHBOARD_CLIENTS,
    DASHBOARD_EQUITY,
    DASHBOARD_FUNDS,
    DASHBOARD_SENDERS,
    DASHBOARD_SIGNALS,
    DASHBOARD_STATEMENTS,
    DASHBOARD_STRATEGIES,
)
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    SenderView,
    SignalRow,
    StrategyCard,
)
from mathematricks.storage.mongo import Database, Document

M = TypeVar("M", bound=Message)
NEWEST = 50
"""Signals in a sender's document; the collection has them all."""


class MongoViews:
    """One document per thing shown; a sender's signals are read beside it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def fund(self, mode: Mode) -> FundView | None:
        return await self._one(DASHBOARD_FUNDS.name, FundView, {"_id": mode.lower()})

    async def equity(self, mode: Mode) -> EquityCurves | None:
        return await self._one(DASHBOARD_EQUITY.name, EquityCurves, {"_id": mode.lower()})

    async def strategies(self) -> Sequence[StrategyCard]:
        return await self._many(DASHBOARD_STRATEGIES.name, StrategyCard, {}, {"_id": 1})

    async def allocation(self) -> AllocationView | None:
        return await self._one(DASHBOARD_ALLOCATIONS.name, AllocationView, {"_id": "allocations"})

    async def client(self, client_id: str, mode: Mode | None = None) -> ClientView | None:
        asked = {"client_id": client_id} | ({"mode": mode} if mode else {})
        return await self._one(DASHBOARD_CLIENTS.name, ClientView, asked)

    async def senders(self, mode: Mode) -> Sequence[SenderView]:
        return await self._many(DASHBOARD_SENDERS.name, SenderView, {"mode": mode}, {"_id": 1})

    async def sender(self, sender: str, mode: Mode) -> SenderView | None:
        return await self._one(DASHBOARD_SENDERS.name, SenderView, {"sender": sender, "mode": mode})

    async def signals(self, sender: str, mode: Mode, before: datetime | None, limit: int) -> Sequence[SignalRow]:
        asked: Document = {"sender": sender, "mode": mode}
        if before is not None:
            asked["received_at"] = {"$lt": before}
        return await self._many(DASHBOARD_SIGNALS.name, SignalRow, asked, {"received_at": -1}, limit)

    async def statements(self, asked: dict[str, str]) -> Sequence[Statement]:
        return await self._many(DASHBOARD_STATEMENTS.name, Statement, asked, {"month": -1, "agreement_id": 1})

    async def _one(self, name: str, model: type[M], asked: Document) -> M | None:
        document = await self._db[name].find_one(asked)
        return model.model_validate(document) if document else None

    async def _many(self, name: str, model: type[M], asked: Document, order: dict[str, int], limit: int = 0) -> list[M]:
        found = self._db[name].find(asked).sort(order).limit(limit)
        return [model.model_validate(document) async for document in found]
