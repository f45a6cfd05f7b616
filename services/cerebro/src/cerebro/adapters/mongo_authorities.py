"""Authorities in MongoDB: one document per portfolio."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.collections import AUTHORITY
from mathematricks.contracts.decisions import Authority, PortfolioId
from mathematricks.storage.mongo import Database, to_document
from pymongo import ReturnDocument


class MongoAuthorities:
    """The first version to ask takes the authority that nobody holds."""

    def __init__(self, db: Database) -> None:
        self._authorities = db[AUTHORITY.name]

    async def of(self, portfolio: PortfolioId, version: str, now: datetime) -> Authority:
        first = Authority(portfolio=portfolio, version=version, epoch=0, from_seq=1, since=now)
        document = await self._authorities.find_one_and_update(
            {"_id": portfolio},
            {"$setOnInsert": to_document(first)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return Authority.model_validate(document)
