"""The dashboard documents, as their owner wrote them; read-only."""

from __future__ import annotations

from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import DASHBOARD_OVERVIEW
from mathematricks.contracts.dashboard import Overview
from mathematricks.storage.mongo import Database


class MongoOverviews:
    """One document per mode, ``live`` and ``paper``."""

    def __init__(self, db: Database) -> None:
        self._collection = db[DASHBOARD_OVERVIEW.name]

    async def newest(self, mode: Mode) -> Overview | None:
        document = await self._collection.find_one({"_id": mode.lower()})
        return Overview.model_validate(document) if document else None
