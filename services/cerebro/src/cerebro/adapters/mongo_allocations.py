"""Allocations in MongoDB; an index lets only one be ACTIVE."""

from __future__ import annotations

from mathematricks.contracts.allocations import PortfolioAllocation
from mathematricks.contracts.collections import PORTFOLIO_ALLOCATIONS
from mathematricks.storage.mongo import Database, to_document
from pymongo.asynchronous.client_session import AsyncClientSession


class MongoAllocations:
    """Archived, never deleted: what a decision was made under can always be read again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._allocations = db[PORTFOLIO_ALLOCATIONS.name]

    async def active(self) -> PortfolioAllocation | None:
        document = await self._allocations.find_one({"status": "ACTIVE"})
        return PortfolioAllocation.model_validate(document) if document else None

    async def activate(self, allocation: PortfolioAllocation) -> None:
        async def both(session: AsyncClientSession) -> None:
            archived = {"$set": {"status": "ARCHIVED", "updated_at": allocation.updated_at}}
            await self._allocations.update_many({"status": "ACTIVE"}, archived, session=session)
            await self._allocations.insert_one(to_document(allocation, allocation.allocation_id), session=session)

        async with self._db.client.start_session() as session:
            await session.with_transaction(both)
