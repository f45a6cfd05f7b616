"""People, in MongoDB."""

from __future__ import annotations

from mathematricks.contracts.collections import USERS
from mathematricks.contracts.users import User
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import DuplicateKeyError

MOST = 5_000


class MongoUsers:
    """Users by id; a unique index keeps one per name."""

    def __init__(self, db: Database) -> None:
        self._collection = db[USERS.name]

    async def named(self, name: str) -> User | None:
        return _user(await self._collection.find_one({"name": name}))

    async def find(self, user_id: str) -> User | None:
        return _user(await self._collection.find_one({"_id": user_id}))

    async def all(self) -> list[User]:
        found = self._collection.find().sort("name", 1).limit(MOST)
        return [User.model_validate(document) async for document in found]

    async def first_admin(self) -> User | None:
        return _user(await self._collection.find_one({"role": "admin"}, sort=[("created_at", 1)]))

    async def add(self, user: User) -> bool:
        try:
            await self._collection.insert_one(to_document(user, user.user_id))
        except DuplicateKeyError:
            return False
        return True

    async def replace(self, user: User, known: User) -> bool:
        unchanged = {"_id": known.user_id, "password_hash": known.password_hash, "updated_at": known.updated_at}
        replaced = await self._collection.replace_one(unchanged, to_document(user, user.user_id))
        return replaced.matched_count == 1


def _user(document: Document | None) -> User | None:
    return User.model_validate(document) if document else None
