"""Optimisations in MongoDB, the strategies they may include, and leases for what one process at a time does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.allocations import OptimizationRun, OptimizationSummary
from mathematricks.contracts.collections import CEREBRO_LEASES, PORTFOLIO_OPTIMIZATION_RUNS, STRATEGY_CONFIGURATIONS
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import DuplicateKeyError


class MongoRuns:
    """Runs are only ever added."""

    def __init__(self, db: Database) -> None:
        self._runs = db[PORTFOLIO_OPTIMIZATION_RUNS.name]
        self._leases = db[CEREBRO_LEASES.name]
        self._strategies = db[STRATEGY_CONFIGURATIONS.name]

    async def strategies(self) -> Sequence[StrategyConfiguration]:
        return [StrategyConfiguration.model_validate(one) async for one in self._strategies.find().sort("_id", 1)]

    async def add(self, run: OptimizationRun) -> None:
        await self._runs.insert_one(to_document(run, run.run_id))

    async def find(self, run_id: str) -> OptimizationRun | None:
        document = await self._runs.find_one({"_id": run_id})
        return OptimizationRun.model_validate(document) if document else None

    async def newest(self, limit: int) -> Sequence[OptimizationSummary]:
        found = self._runs.find({}, {"panel": 0}).sort("started_at", -1).limit(limit)
        return [OptimizationSummary.model_validate(document) async for document in found]

    async def take(self, name: str, until: datetime, now: datetime) -> bool:
        free = {"_id": name, "done": False, "until": {"$lt": now}}
        try:
            await self._leases.update_one(free, {"$set": {"until": until, "done": False}}, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def finish(self, name: str) -> None:
        await self._leases.update_one({"_id": name}, {"$set": {"done": True}})
