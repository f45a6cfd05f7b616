"""Open browser sessions, in MongoDB: ending one deletes it, so it cannot come back."""

from __future__ import annotations

from mathematricks.contracts.collections import SESSIONS
from mathematricks.contracts.users import Session
from mathematricks.storage.mongo import Database, to_document


class MongoSessions:
    """Sessions by the hashes of their cookies; the server forgets the expired by itself."""

    def __init__(self, db: Database) -> None:
        self._collection = db[SESSIONS.name]

    async def add(self, session: Session) -> None:
        await self._collection.insert_one(to_document(session, session.session_id))

    async def find(self, token_hash: str) -> Session | None:
        document = await self._collection.find_one({"tokens": token_hash})
        return Session.model_validate(document) if document else None

    async def named(self, session_id: str) -> Session | None:
        document = await self._collection.find_one({"_id": session_id})
        return Session.model_validate(document) if document else None

    async def touch(self, session: Session) -> None:
        used = {"seen_at": session.seen_at, "idle_until": session.idle_until, "taken_up_at": session.taken_up_at}
        unrenewed = {"_id": session.session_id, "tokens.0": session.tokens[0]}
        await self._collection.update_one(unrenewed, {"$set": used})

    async def renew(self, session: Session, known: Session) -> bool:
        given = {"tokens": session.tokens, "renewed_at": session.renewed_at, "taken_up_at": session.taken_up_at}
        unchanged = {"_id": known.session_id, "tokens.0": known.tokens[0]}
        return (await self._collection.update_one(unchanged, {"$set": given})).matched_count == 1

    async def prove(self, session: Session) -> None:
        await self._collection.update_one({"_id": session.session_id}, {"$set": {"proven_at": session.proven_at}})

    async def of(self, user_id: str) -> list[Session]:
        found = self._collection.find({"user_id": user_id}).sort("seen_at", -1)
        return [Session.model_validate(document) async for document in found]

    async def all(self) -> list[Session]:
        return [Session.model_validate(document) async for document in self._collection.find().limit(10_000)]

    async def end(self, user_id: str, session_id: str) -> bool:
        ended = await self._collection.delete_one({"_id": session_id, "user_id": user_id})
        return ended.deleted_count == 1

    async def end_others(self, user_id: str, but: str) -> None:
        await self._collection.delete_many({"user_id": user_id, "_id": {"$ne": but}})
