"""Failed logins, in MongoDB, so that every replica counts the same ones."""

from __future__ import annotations

from mathematricks.contracts.collections import LOGIN_ATTEMPTS
from mathematricks.contracts.users import LoginAttempts
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import DuplicateKeyError


class MongoAttempts:
    """Counters by keyed hash; the server forgets them when they are due."""

    def __init__(self, db: Database) -> None:
        self._collection = db[LOGIN_ATTEMPTS.name]

    async def find(self, key: str) -> LoginAttempts | None:
        document = await self._collection.find_one({"_id": key})
        return LoginAttempts.model_validate(document) if document else None

    async def charge(self, key: str, attempts: LoginAttempts, known: LoginAttempts | None) -> bool:
        document = to_document(attempts, key)
        if known is not None:
            unchanged = {"_id": key, "failures": known.failures, "last_at": known.last_at}
            return (await self._collection.replace_one(unchanged, document)).matched_count == 1
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    async def forgive(self, key: str) -> None:
        await self._collection.delete_one({"_id": key})

    async def refund(self, key: str) -> None:
        await self._collection.update_one({"_id": key, "failures": {"$gt": 0}}, {"$inc": {"failures": -1}})
