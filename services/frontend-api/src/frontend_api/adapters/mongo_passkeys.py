"""Passkeys, in MongoDB: the server decides races for a challenge and for a count."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.collections import PASSKEYS, USED_CHALLENGES
from mathematricks.contracts.passkeys import Passkey, UsedChallenge
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError


class MongoPasskeys:
    """Passkeys by id, and the challenges that were answered until they are too old anyway."""

    def __init__(self, db: Database) -> None:
        self._passkeys = db[PASSKEYS.name]
        self._used = db[USED_CHALLENGES.name]

    async def find(self, passkey_id: str) -> Passkey | None:
        document = await self._passkeys.find_one({"_id": passkey_id})
        return Passkey.model_validate(document) if document else None

    async def of(self, user_id: str) -> list[Passkey]:
        found = self._passkeys.find({"user_id": user_id}).sort("added_at", 1)
        return [Passkey.model_validate(document) async for document in found]

    async def add(self, passkey: Passkey) -> bool:
        return await _inserted(self._passkeys, to_document(passkey, passkey.passkey_id))

    async def use(self, passkey: Passkey, sign_count: int, now: datetime) -> bool:
        unchanged = {"_id": passkey.passkey_id, "sign_count": passkey.sign_count}
        used = {"$set": {"sign_count": sign_count, "used_at": now}}
        return (await self._passkeys.update_one(unchanged, used)).matched_count == 1

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        return (await self._passkeys.delete_one({"_id": passkey_id, "user_id": user_id})).deleted_count == 1

    async def remove_all(self, user_id: str) -> None:
        await self._passkeys.delete_many({"user_id": user_id})

    async def use_challenge(self, hashed: str, forget_at: datetime) -> bool:
        return await _inserted(self._used, to_document(UsedChallenge(forget_at=forget_at), hashed))


async def _inserted(collection: AsyncCollection[Document], document: Document) -> bool:
    try:
        await collection.insert_one(document)
    except DuplicateKeyError:
        return False
    return True
