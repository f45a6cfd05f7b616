"""Checkpoints of the book in MongoDB."""

from __future__ import annotations

from mathematricks.contracts.collections import CEREBRO_BOOKS
from mathematricks.contracts.decisions import BookCheckpoint, PortfolioId
from mathematricks.runtime.failpoints import failpoint
from mathematricks.storage.mongo import Database, to_document

KEPT = 2


class MongoCheckpoints:
    """The newest checkpoints of one version, by portfolio."""

    def __init__(self, db: Database, version: str) -> None:
        self._books = db[CEREBRO_BOOKS.name]
        self._version = version

    async def newest(self, portfolio: PortfolioId) -> BookCheckpoint | None:
        mine = {"version": self._version, "portfolio": portfolio}
        document = await self._books.find_one(mine, sort=[("seq", -1)])
        return BookCheckpoint.model_validate(document) if document else None

    async def keep(self, checkpoint: BookCheckpoint) -> None:
        identity = f"{checkpoint.version}:{checkpoint.portfolio}:{checkpoint.seq}"
        await self._books.replace_one({"_id": identity}, to_document(checkpoint, identity), upsert=True)
        await failpoint("cerebro.checkpoint_kept")
        mine = {"version": checkpoint.version, "portfolio": checkpoint.portfolio}
        kept = await self._books.find(mine, ["_id"]).sort("seq", -1).limit(KEPT).to_list()
        await self._books.delete_many(mine | {"_id": {"$nin": [document["_id"] for document in kept]}})
