"""Nonces of signed bodies in MongoDB, which forgets them after 15 minutes."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.collections import NONCES
from mathematricks.contracts.signals import NonceRecord
from mathematricks.storage.mongo import Database, to_document
from pymongo.errors import DuplicateKeyError

from signal_ingestion.adapters.recording import recording


class MongoNonces:
    """The first body to show a nonce has it."""

    def __init__(self, db: Database) -> None:
        self._collection = db[NONCES.name]

    async def claim(self, sender: str, nonce: str, body_sha256: str, now: datetime) -> bool:
        identity = derive_id("n", sender, nonce)
        record = NonceRecord(sender=sender, body_sha256=body_sha256, seen_at=now)
        with recording():
            try:
                await self._collection.insert_one(to_document(record, identity))
            except DuplicateKeyError:
                first = await self._collection.find_one({"_id": identity})
                return first is not None and first["body_sha256"] == body_sha256
        return True
