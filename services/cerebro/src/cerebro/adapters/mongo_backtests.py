"""Backtests in MongoDB, one record per strategy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mathematricks.contracts.backtests import BacktestRecord, DailyReturn, LiveMark
from mathematricks.contracts.collections import STRATEGY_BACKTEST_DATA
from mathematricks.storage.mongo import Database, Document, to_document


class MongoBacktests:
    """A newer file replaces the older; live returns are the desk's own and stay."""

    def __init__(self, db: Database) -> None:
        self._records = db[STRATEGY_BACKTEST_DATA.name]

    async def find(self, strategy_id: str) -> BacktestRecord | None:
        document = await self._records.find_one({"_id": strategy_id})
        return BacktestRecord.model_validate(document) if document else None

    async def all(self) -> Sequence[BacktestRecord]:
        documents = await self._records.find().sort("_id", 1).to_list()
        return await asyncio.to_thread(lambda: [BacktestRecord.model_validate(one) for one in documents])

    async def names(self) -> Sequence[str]:
        return [one["_id"] for one in await self._records.find({}, {"_id": 1}).sort("_id", 1).to_list()]

    async def keep(self, record: BacktestRecord) -> None:
        document = to_document(record, record.strategy_id)
        del document["live_returns"], document["live_mark"], document["_id"]
        fresh = {"$set": document, "$setOnInsert": {"live_returns": []}}
        await self._records.update_one({"_id": record.strategy_id}, fresh, upsert=True)

    async def lived(self, strategy_id: str, mark: LiveMark, known: LiveMark | None, made: DailyReturn | None) -> bool:
        still = {"_id": strategy_id, "live_mark.at": known.at if known else None}
        news: Document = {"$set": {"live_mark": mark.model_dump()}}
        if made is not None:
            news["$push"] = {"live_returns": made.model_dump()}
        return (await self._records.update_one(still, news)).matched_count == 1
