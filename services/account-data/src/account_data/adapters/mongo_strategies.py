"""The registry of strategies in MongoDB: ``strategy_configurations``."""

from __future__ import annotations

from collections.abc import Sequence

from mathematricks.contracts.collections import STRATEGY_CONFIGURATIONS
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import DuplicateKeyError


class MongoStrategies:
    """One document per strategy, changed only in the version that was read."""

    def __init__(self, db: Database) -> None:
        self._strategies = db[STRATEGY_CONFIGURATIONS.name]

    async def all(self) -> Sequence[StrategyConfiguration]:
        found = self._strategies.find().sort("_id", 1)
        return [StrategyConfiguration.model_validate(document) async for document in found]

    async def find(self, strategy_id: str) -> StrategyConfiguration | None:
        document = await self._strategies.find_one({"_id": strategy_id})
        return StrategyConfiguration.model_validate(document) if document else None

    async def add(self, strategy: StrategyConfiguration) -> bool:
        try:
            await self._strategies.insert_one(to_document(strategy, strategy.strategy_id))
        except DuplicateKeyError:
            return False
        return True

    async def replace(self, strategy: StrategyConfiguration, version: int) -> bool:
        guard = {"_id": strategy.strategy_id, "version": version}
        done = await self._strategies.replace_one(guard, to_document(strategy, strategy.strategy_id))
        return done.matched_count == 1

    async def remove(self, strategy_id: str, version: int) -> bool:
        done = await self._strategies.delete_one({"_id": strategy_id, "version": version})
        return done.deleted_count == 1
