"""The raw records of the other services, read-only and only as far as a page shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import ALERTS, EXECUTIONS, ORDERS
from mathematricks.contracts.dashboard import OverviewFill, OverviewOrder
from mathematricks.storage.mongo import Database, Document

from dashboard_processor.adapters.mongo_accounts import MongoAccounts
from dashboard_processor.adapters.mongo_signals import MongoSignals
from dashboard_processor.domain.overview import SHOWN, Activity, Seen
from dashboard_processor.ports import Section

MODES: tuple[Mode, ...] = ("LIVE", "PAPER")


class MongoRecords:
    """Remembers what it read, so that only sections which may have changed are read again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._accounts = MongoAccounts(db)
        self._signals = MongoSignals(db)
        self._seen = Seen()

    async def read(self, sections: Collection[Section]) -> Seen:
        fresh: dict[str, Any] = {}
        if Section.ACCOUNTS in sections:
            fresh["accounts"], fresh["positions"] = await self._accounts.read()
        if Section.ACTIVITY in sections:
            fresh["activity"] = await self._activity()
        if Section.ALERTS in sections:
            fresh["open_alerts"] = await self._db[ALERTS.name].count_documents({"open": True})
        self._seen = replace(self._seen, **fresh)
        return self._seen

    async def _activity(self) -> dict[Mode, Activity]:
        signals = await self._signals.newest()
        return {mode: Activity(signals[mode], await self._orders(mode), await self._fills(mode)) for mode in MODES}

    async def _orders(self, mode: Mode) -> tuple[OverviewOrder, ...]:
        found = await self._newest(ORDERS.name, mode, "decided_at", list(OverviewOrder.model_fields))
        return tuple(OverviewOrder.model_validate(order) for order in found)

    async def _fills(self, mode: Mode) -> tuple[OverviewFill, ...]:
        found = await self._newest(EXECUTIONS.name, mode, "executed_at", list(OverviewFill.model_fields))
        return tuple(OverviewFill.model_validate(fill) for fill in found)

    async def _newest(self, collection: str, mode: Mode, by: str, fields: list[str]) -> list[Document]:
        return await self._db[collection].find({"mode": mode}, fields).sort(by, -1).limit(SHOWN).to_list()
