"""The audit trail, in MongoDB: entries are added and closed, never changed otherwise."""

from __future__ import annotations

import re
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from mathematricks.contracts.collections import AUDIT_TRAIL
from mathematricks.contracts.people import AuditLine
from mathematricks.contracts.users import AuditEntry, AuditOutcome
from mathematricks.storage.mongo import Database, Document, to_document

from frontend_api.ports import AuditQuestion


class MongoAudit:
    """Entries in the order in which they were begun."""

    def __init__(self, db: Database) -> None:
        self._collection = db[AUDIT_TRAIL.name]

    async def begin(self, entry: AuditEntry) -> Any:
        return (await self._collection.insert_one(to_document(entry))).inserted_id

    async def close(self, identity: Any, outcome: AuditOutcome, status: int, after: Any) -> None:
        ended = {"outcome": outcome, "status": status, "after": after}
        await self._collection.update_one({"_id": identity, "outcome": "asked"}, {"$set": ended})

    async def newest(self, asked: AuditQuestion) -> list[AuditLine]:
        found = self._collection.find(_filter(asked)).sort("_id", -1).limit(asked.limit)
        return [_line(document) async for document in found]


def _filter(asked: AuditQuestion) -> Document:
    wanted: Document = {}
    if asked.actor is not None:
        wanted["actor"] = asked.actor
    if asked.action is not None:
        wanted["action"] = {"$regex": rf"^{re.escape(asked.action)}(\.|$)"}
    if asked.since is not None:
        wanted["at"] = {"$gte": asked.since}
    if asked.before is not None:
        wanted["_id"] = {"$lt": _identity(asked.before)}
    return wanted


def _identity(entry_id: str) -> ObjectId:
    """Return the identity; one that never was comes before all there are."""
    try:
        return ObjectId(entry_id)
    except InvalidId:
        return ObjectId("0" * 24)


def _line(document: Document) -> AuditLine:
    identity = document.pop("_id")
    return AuditLine(**document, entry_id=str(identity))
