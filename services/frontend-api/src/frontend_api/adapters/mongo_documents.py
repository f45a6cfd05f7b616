"""The documents that pages draw, read whole or followed through one change stream; read-only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mathematricks.contracts.collections import SESSIONS
from mathematricks.storage.mongo import Database, Document
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from frontend_api.live_ports import Change, ChangesLost

MOST = 1_000
LOOK_UP_EVERY_MS = 1_000
_WRITTEN = ["insert", "replace", "update", "delete"]


class MongoDocuments:
    """One change stream for all that is followed, the end of sessions included."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._watched = db.with_options(read_concern=ReadConcern("majority"))  # change streams know no other

    async def all(self, collection: str) -> list[tuple[str, Document]]:
        found = self._db[collection].find().sort("_id", 1).limit(MOST)
        return [(str(document["_id"]), document) async for document in found]

    @asynccontextmanager
    async def changes(self, collections: Sequence[str]) -> AsyncIterator[AsyncIterator[Change | None]]:
        try:
            stream = await self._watched.watch(
                _followed(collections), full_document="updateLookup", max_await_time_ms=LOOK_UP_EVERY_MS
            )
        except PyMongoError as why:
            raise ChangesLost(str(why)) from why
        async with stream:
            yield _read(stream)


async def _read(stream: Any) -> AsyncIterator[Change | None]:
    try:
        while stream.alive:
            change = await stream.try_next()
            yield _change(change) if change else None
    except PyMongoError as why:
        raise ChangesLost(str(why)) from why
    raise ChangesLost("the change stream has ended")


def _followed(collections: Sequence[str]) -> list[Document]:
    documents = {"ns.coll": {"$in": list(collections)}, "operationType": {"$in": _WRITTEN}}
    endings = {"ns.coll": SESSIONS.name, "operationType": "delete"}
    return [{"$match": {"$or": [documents, endings]}}]


def _change(change: Document) -> Change:
    key = str(change["documentKey"]["_id"])
    return Change(change["ns"]["coll"], key, change.get("fullDocument"), change["operationType"] == "delete")
