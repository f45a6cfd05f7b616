"""Alerts in MongoDB; one open record per key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mathematricks.contracts.alerts import Alert, AlertRecord, Severity
from mathematricks.contracts.collections import ALERTS
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import DuplicateKeyError

from alerting.domain.severity import MILDEST_FIRST


class MongoAlerts:
    """Records by the id of their first occurrence; a unique index keeps one open record per key."""

    def __init__(self, db: Database) -> None:
        self._collection = db[ALERTS.name]

    async def about(self, alert: Alert) -> AlertRecord | None:
        counted = await self._collection.find_one({"occurrences": alert.alert_id})
        found = counted or await self._collection.find_one({"key": alert.key, "open": True})
        return _record(found)

    async def find(self, alert_id: str) -> AlertRecord | None:
        return _record(await self._collection.find_one({"_id": alert_id}))

    async def newest(self, limit: int, severities: Sequence[Severity]) -> list[AlertRecord]:
        found = self._collection.find({"severity": {"$in": list(severities)}}).sort("last_seen", -1).limit(limit)
        return [AlertRecord.model_validate(document) async for document in found]

    async def open(self, limit: int) -> list[AlertRecord]:
        found: list[AlertRecord] = []
        for severity in reversed(MILDEST_FIRST):
            some = self._collection.find({"open": True, "severity": severity}).sort("last_seen", -1)
            found += [AlertRecord.model_validate(one) async for one in some.limit(max(1, limit - len(found)))]
        return found[:limit]

    async def write(self, record: AlertRecord, known: AlertRecord | None) -> bool:
        document = to_document(record, record.alert_id)
        if known is None:
            return await self._insert(document)
        unchanged: dict[str, Any] = {"_id": known.alert_id, "count": known.count, "open": known.open}
        replaced = await self._collection.replace_one(unchanged, document)
        return replaced.matched_count == 1

    async def _insert(self, document: Document) -> bool:
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _record(document: Document | None) -> AlertRecord | None:
    return AlertRecord.model_validate(document) if document else None
