"""Invitations, in MongoDB: accepting one takes it away, so it is accepted once."""

from __future__ import annotations

from mathematricks.contracts.collections import INVITATIONS
from mathematricks.contracts.people import Invitation
from mathematricks.storage.mongo import Database, to_document


class MongoInvitations:
    """Invitations by the hash of their token; the server forgets the expired by itself."""

    def __init__(self, db: Database) -> None:
        self._collection = db[INVITATIONS.name]

    async def put(self, token_hash: str, invitation: Invitation) -> None:
        await self.withdraw(invitation.user_id)
        await self._collection.insert_one(to_document(invitation, token_hash))

    async def find(self, token_hash: str) -> Invitation | None:
        document = await self._collection.find_one({"_id": token_hash})
        return Invitation.model_validate(document) if document else None

    async def take(self, token_hash: str) -> bool:
        return (await self._collection.delete_one({"_id": token_hash})).deleted_count == 1

    async def withdraw(self, user_id: str) -> None:
        await self._collection.delete_many({"user_id": user_id})
