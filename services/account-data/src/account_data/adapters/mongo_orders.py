"""Execution's orders in MongoDB, read and never written."""

from __future__ import annotations

from collections.abc import Sequence

from mathematricks.contracts.collections import ORDERS
from mathematricks.storage.mongo import Database


class MongoOrders:
    """What is live of one strategy."""

    def __init__(self, db: Database) -> None:
        self._orders = db[ORDERS.name]

    async def live(self, strategy_id: str) -> Sequence[str]:
        found = self._orders.find({"live": True, "strategy_id": strategy_id}, {"order_id": 1}).limit(100)
        return [document["order_id"] async for document in found]
