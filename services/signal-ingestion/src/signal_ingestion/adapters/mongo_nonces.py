"""Nonces of signed bodies in MongoDB, which forgets them after 15 minutes."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.collections import NONCES
from mathematricks.contracts.signals import NonceRecord
from mathematricks.storage.group_commit import GroupCommit
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import BulkWriteError

from signal_ingestion.adapters.recording import DUPLICATE_KEY, recording


class MongoNonces:
    """The first body to show a nonce has it; what is claimed at the same time is written as one batch."""

    def __init__(self, db: Database) -> None:
        self._collection = db[NONCES.name]
        self._commit: GroupCommit[Document, bool] = GroupCommit(self._write)

    async def claim(self, sender: str, nonce: str, body_sha256: str, now: datetime) -> bool:
        identity = derive_id("n", sender, nonce)
        record = NonceRecord(sender=sender, body_sha256=body_sha256, seen_at=now)
        if await self._commit(to_document(record, identity)):
            return True
        with recording():
            first = await self._collection.find_one({"_id": identity})
        return first is not None and first["body_sha256"] == body_sha256

    async def _write(self, batch: list[Document]) -> list[bool]:
        """Return for each whether it is the first of its nonce."""
        with recording():
            try:
                await self._collection.insert_many(batch, ordered=False)
            except BulkWriteError as failure:
                faults = failure.details["writeErrors"]
                if failure.details["writeConcernErrors"] or any(fault["code"] != DUPLICATE_KEY for fault in faults):
                    raise
                taken = {fault["index"] for fault in faults}
                return [i not in taken for i in range(len(batch))]
        return [True] * len(batch)
