"""Open browser sessions, in MongoDB: ending one deletes it, so it cannot come back."""

from __future__ import annotations

from mathematricks.contracts.collections import SESSIONS
from mathematricks.contracts.users import Session
from mathematricks.storage.mongo import Database, to_document


class MongoSessions:
    """Sessions by the hash of their cookie; the server forgets the expired by itself."""

    def __init__(self, db: Database) -> None:
        self._collection = db[SESSIONS.name]

    async def add(self, session: Session) -> None:
        await self._collection.insert_one(to_document(session, session.session_id))

    async def find(self, session_id: str) -> Session | None:
        document = await self._collection.find_one({"_id": session_id})
        return Session.model_validate(document) if document else None

    async def touch(self, session: Session) -> None:
        used = {"seen_at": session.seen_at, "idle_until": session.idle_until}
        await self._collection.update_one({"_id": session.session_id}, {"$set": used})

    async def of(self, user_id: str) -> list[Session]:
        found = self._collection.find({"user_id": user_id}).sort("seen_at", -1)
        return [Session.model_validate(document) async for document in found]

    async def end(self, user_id: str, session_id: str) -> bool:
        ended = await self._collection.delete_one({"_id": session_id, "user_id": user_id})
        return ended.deleted_count == 1

    async def end_others(self, user_id: str, but: str) -> None:
        await self._collection.delete_many({"user_id": user_id, "_id": {"$ne": but}})
