"""Cerebro's decisions, read only: how many entries one of them made."""

from __future__ import annotations

from mathematricks.contracts.collections import CEREBRO_DECISIONS
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.orders import OrderRecord
from mathematricks.storage.mongo import Database


class MongoDecisions:
    """The collection ``cerebro_decisions``, which cerebro alone writes."""

    def __init__(self, db: Database) -> None:
        self._decisions = db[CEREBRO_DECISIONS.name]

    async def entries(self, order: OrderRecord) -> int | None:
        stored = await self._decisions.find_one({"_id": f"{order.version}:{order.signal_id}"}, {"output": 1})
        if stored is None:
            return None
        orders = Decision.model_validate_json(stored["output"]).orders
        return sum(other.purpose == "entry" and other.account == order.account for other in orders)
