"""The controls in MongoDB: one document, which every claim touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.collections import CONTROLS
from mathematricks.contracts.controls import ControlMode, Controls
from mathematricks.storage.mongo import Database, to_document
from pymongo import ReturnDocument

THE_ONE = "controls"


class MongoControls:
    """The collection ``controls``, which holds one document."""

    def __init__(self, db: Database) -> None:
        self._controls = db[CONTROLS.name]

    async def take_over(self, worker: str, now: datetime) -> Controls:
        fresh = to_document(Controls(worker=worker, changed_at=now))
        del fresh["worker"]
        document = await self._controls.find_one_and_update(
            {"_id": THE_ONE},
            {"$set": {"worker": worker}, "$setOnInsert": fresh},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return Controls.model_validate(document)

    async def set_desk_modes(self, modes: Sequence[ControlMode], now: datetime) -> Controls:
        """Put *modes* in force for the whole desk; the generation says that something changed."""
        document = await self._controls.find_one_and_update(
            {"_id": THE_ONE},
            {"$set": {"desk": list(modes), "changed_at": now}, "$inc": {"generation": 1}},
            return_document=ReturnDocument.AFTER,
        )
        return Controls.model_validate(document)
