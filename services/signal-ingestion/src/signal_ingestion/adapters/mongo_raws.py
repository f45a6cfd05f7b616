"""Every body that arrived, in MongoDB; strangers' in a capped collection of their own."""

from __future__ import annotations

from mathematricks.contracts.collections import RAW_SIGNALS, UNAUTHENTICATED_SIGNALS
from mathematricks.contracts.signals import RawRecord, Verdict
from mathematricks.storage.group_commit import GroupCommit
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from signal_ingestion.adapters.recording import DUPLICATE_KEY, recording


class MongoRaws:
    """Insert what waits as one batch; a body that is there already is the same body."""

    def __init__(self, db: Database) -> None:
        self._kept = db[RAW_SIGNALS.name]
        self._strangers = db[UNAUTHENTICATED_SIGNALS.name]
        self._keep = _batched(self._kept)
        self._keep_stranger = _batched(self._strangers)

    async def add(self, record: RawRecord) -> None:
        await (self._keep_stranger if record.verdict == "UNAUTHENTICATED" else self._keep)(record)

    async def correct(self, raw_id: str, verdict: Verdict, status: int) -> None:
        with recording():
            await self._kept.update_one({"_id": raw_id}, {"$set": {"verdict": verdict, "status": status}})

    async def newest(self, limit: int, verdict: Verdict | None) -> list[RawRecord]:
        collection = self._strangers if verdict == "UNAUTHENTICATED" else self._kept
        wanted = {} if verdict is None else {"verdict": verdict}
        order = [("$natural", -1)] if collection is self._strangers else [("received_at", -1)]
        with recording():
            found = await collection.find(wanted).sort(order).to_list(limit)
        return [RawRecord.model_validate(document) for document in found]


def _batched(collection: AsyncCollection[Document]) -> GroupCommit[RawRecord, None]:
    async def write(batch: list[RawRecord]) -> list[None]:
        with recording():
            try:
                await collection.insert_many([to_document(each, each.raw_id) for each in batch], ordered=False)
            except BulkWriteError as failure:
                faults, unsure = failure.details["writeErrors"], failure.details["writeConcernErrors"]
                if unsure or any(fault["code"] != DUPLICATE_KEY for fault in faults):
                    raise
        return [None] * len(batch)

    return GroupCommit(write)
