"""Backtests in MongoDB, one record per strategy."""

from __future__ import annotations

from collections.abc import Sequence

from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.collections import STRATEGY_BACKTEST_DATA
from mathematricks.storage.mongo import Database, to_document


class MongoBacktests:
    """A newer file replaces the older; live returns are the desk's own and stay."""

    def __init__(self, db: Database) -> None:
        self._records = db[STRATEGY_BACKTEST_DATA.name]

    async def find(self, strategy_id: str) -> BacktestRecord | None:
        document = await self._records.find_one({"_id": strategy_id})
        return BacktestRecord.model_validate(document) if document else None

    async def all(self) -> Sequence[BacktestRecord]:
        return [BacktestRecord.model_validate(one) async for one in self._records.find().sort("_id", 1)]

    async def keep(self, record: BacktestRecord) -> None:
        document = to_document(record, record.strategy_id)
        del document["live_returns"], document["_id"]
        fresh = {"$set": document, "$setOnInsert": {"live_returns": []}}
        await self._records.update_one({"_id": record.strategy_id}, fresh, upsert=True)
