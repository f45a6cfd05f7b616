"""Execution's executions in MongoDB, read and never written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.collections import ACCOUNT_HISTORY, EXECUTIONS
from mathematricks.contracts.executions import Execution
from mathematricks.storage.mongo import Database, Document

MOST = 5_000


class MongoExecutions:
    """What execution recorded; in the store, because there may be more than its API tells at once."""

    def __init__(self, db: Database) -> None:
        self._executions = db[EXECUTIONS.name]

    async def unbooked(self, account: str, since: datetime) -> Sequence[Execution]:
        steps: list[Document] = [
            {"$match": {"account": account, "executed_at": {"$gte": since}}},
            {"$lookup": {"from": ACCOUNT_HISTORY.name, "localField": "_id", "foreignField": "_id", "as": "booked"}},
            {"$match": {"booked": []}},
            {"$limit": MOST},
        ]
        return [Execution.model_validate(document) async for document in await self._executions.aggregate(steps)]
