"""The controls in MongoDB: one document, which every claim touches, and the trail of its changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mathematricks.contracts.collections import CONTROL_CHANGES, CONTROLS
from mathematricks.contracts.controls import ControlChange, Controls
from mathematricks.storage.mongo import Database, to_document
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession

THE_ONE = "controls"
CHANGEABLE = {"switches", "limits", "triggers", "generation", "changed_at"}


class MongoControls:
    """The collections ``controls``, which holds one document, and ``control_changes``."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._controls = db[CONTROLS.name]
        self._changes = db[CONTROL_CHANGES.name]

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

    async def read(self) -> Controls | None:
        document = await self._controls.find_one({"_id": THE_ONE})
        return Controls.model_validate(document) if document else None

    async def change(
        self, decide: Callable[[Controls], Controls], describe: Callable[[Controls, Controls], ControlChange]
    ) -> tuple[Controls, Controls]:
        async def write(session: AsyncClientSession) -> tuple[Controls, Controls]:
            touched = await self._controls.find_one_and_update(  # writing first, so that no claim comes between
                {"_id": THE_ONE}, {"$inc": {"touched": 1}}, return_document=ReturnDocument.AFTER, session=session
            )
            before = Controls.model_validate(touched)
            after = decide(before)
            if after is not before:
                fields = after.model_dump(include=CHANGEABLE)
                await self._controls.update_one({"_id": THE_ONE}, {"$set": fields}, session=session)
                change = describe(before, after)
                await self._changes.insert_one(to_document(change, change.change_id), session=session)
            return before, after

        async with self._db.client.start_session() as session:
            return await session.with_transaction(write)

    async def newest_changes(self, limit: int) -> list[ControlChange]:
        documents = await self._changes.find().sort("at", -1).to_list(limit)
        return [ControlChange.model_validate(document) for document in documents]
