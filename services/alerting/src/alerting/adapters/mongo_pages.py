"""Pages in MongoDB: owed once, by an id that is a function of alert, severity, channel and number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.alerts import Notification
from mathematricks.contracts.collections import NOTIFICATIONS
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import BulkWriteError

DUPLICATE_KEY = 11000
REMEMBERED = 20_000


class MongoPages:
    """Remembers which pages it has owed already, so that a quiet desk writes nothing."""

    def __init__(self, db: Database) -> None:
        self._pages = db[NOTIFICATIONS.name]
        self._known: dict[str, None] = {}

    async def owe(self, pages: Sequence[Notification]) -> None:
        new = [page for page in pages if page.notification_id not in self._known]
        if not new:
            return
        try:
            await self._pages.insert_many([to_document(page, page.notification_id) for page in new], ordered=False)
        except BulkWriteError as error:
            if any(each["code"] != DUPLICATE_KEY for each in error.details["writeErrors"]):
                raise
        self._known |= dict.fromkeys(page.notification_id for page in new)
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    async def owed(self, channel: str, now: datetime, most: int) -> Sequence[Notification]:
        due = {"channel": channel, "state": "owed", "next_at": {"$lte": now}}
        found = self._pages.find(due).sort("next_at", 1).limit(most)
        return [Notification.model_validate(document) async for document in found]

    async def of(self, alert_id: str) -> Sequence[Notification]:
        found = self._pages.find({"alert_id": alert_id}).sort([("number", 1), ("channel", 1)])
        return [Notification.model_validate(document) async for document in found]

    async def write(self, page: Notification) -> None:
        await self._pages.replace_one({"_id": page.notification_id}, to_document(page, page.notification_id))
