"""Allocations in MongoDB; an index lets only one be ACTIVE."""

from __future__ import annotations

from collections.abc import Sequence

from mathematricks.contracts.allocations import AllocationStatus, PortfolioAllocation
from mathematricks.contracts.collections import PORTFOLIO_ALLOCATIONS
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from cerebro.domain.approval import Change

NEWEST = [("created_at", -1), ("_id", -1)]


class _Overtaken(Exception):
    """A document is no longer what the change was made from."""


class MongoAllocations:
    """Archived, never deleted: what a decision was made under can always be read again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._allocations = db[PORTFOLIO_ALLOCATIONS.name]

    async def active(self) -> PortfolioAllocation | None:
        return await self._one({"status": "ACTIVE"})

    async def find(self, allocation_id: str) -> PortfolioAllocation | None:
        return await self._one({"_id": allocation_id})

    async def by_key(self, key: str) -> PortfolioAllocation | None:
        return await self._one({"history.key": key})

    async def newest(self, limit: int, status: AllocationStatus | None = None) -> Sequence[PortfolioAllocation]:
        found = self._allocations.find({"status": status} if status else {}).sort(NEWEST).limit(limit)
        return [PortfolioAllocation.model_validate(document) async for document in found]

    async def apply(self, changes: Sequence[Change]) -> bool:
        async def all_of_them(session: AsyncClientSession) -> None:
            for change in changes:
                await self._write(change, session)

        try:
            async with self._db.client.start_session() as session:
                await session.with_transaction(all_of_them)
        except (DuplicateKeyError, _Overtaken):
            return False
        return True

    async def _write(self, change: Change, session: AsyncClientSession) -> None:
        document = to_document(change.after, change.after.allocation_id)
        if change.before is None:
            await self._allocations.insert_one(document, session=session)
            return
        known = {"_id": change.after.allocation_id, "status": change.before}
        done = await self._allocations.replace_one(known, document, session=session)
        if not done.matched_count:
            raise _Overtaken

    async def _one(self, wanted: Document) -> PortfolioAllocation | None:
        document = await self._allocations.find_one(wanted)
        return PortfolioAllocation.model_validate(document) if document else None
