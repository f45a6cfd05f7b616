"""Second factors, in MongoDB: what was used up once is used up for every replica."""

from __future__ import annotations

from mathematricks.contracts.collections import SECOND_FACTORS
from mathematricks.contracts.people import SecondFactor
from mathematricks.storage.mongo import Database, to_document


class MongoSecondFactors:
    """One document per user; the server decides races for a code."""

    def __init__(self, db: Database) -> None:
        self._collection = db[SECOND_FACTORS.name]

    async def find(self, user_id: str) -> SecondFactor | None:
        document = await self._collection.find_one({"_id": user_id})
        return SecondFactor.model_validate(document) if document else None

    async def all(self) -> dict[str, SecondFactor]:
        return {document["_id"]: SecondFactor.model_validate(document) async for document in self._collection.find()}

    async def put(self, factor: SecondFactor) -> None:
        document = to_document(factor, factor.user_id)
        await self._collection.replace_one({"_id": factor.user_id}, document, upsert=True)

    async def use_step(self, user_id: str, step: int) -> bool:
        unused = {"_id": user_id, "last_step": {"$lt": step}}
        return (await self._collection.update_one(unused, {"$set": {"last_step": step}})).matched_count == 1

    async def use_recovery(self, user_id: str, hashed: str) -> bool:
        unused = {"_id": user_id, "recovery": hashed}
        return (await self._collection.update_one(unused, {"$pull": {"recovery": hashed}})).matched_count == 1

    async def remove(self, user_id: str) -> bool:
        return (await self._collection.delete_one({"_id": user_id})).deleted_count == 1
