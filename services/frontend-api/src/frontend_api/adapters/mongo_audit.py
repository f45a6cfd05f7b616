"""The audit trail, in MongoDB: entries are added and closed, never changed otherwise."""

from __future__ import annotations

from typing import Any

from mathematricks.contracts.collections import AUDIT_TRAIL
from mathematricks.contracts.users import AuditEntry, AuditOutcome
from mathematricks.storage.mongo import Database, to_document


class MongoAudit:
    """Entries in the order in which they were begun."""

    def __init__(self, db: Database) -> None:
        self._collection = db[AUDIT_TRAIL.name]

    async def begin(self, entry: AuditEntry) -> Any:
        return (await self._collection.insert_one(to_document(entry))).inserted_id

    async def close(self, identity: Any, outcome: AuditOutcome, status: int, after: Any) -> None:
        ended = {"outcome": outcome, "status": status, "after": after}
        await self._collection.update_one({"_id": identity, "outcome": "asked"}, {"$set": ended})
