"""Authorities in MongoDB: who decides now, one document per portfolio, and how it came to be in the sequence itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.collections import AUTHORITY, CEREBRO_DECISIONS, CEREBRO_VERSIONS
from mathematricks.contracts.decisions import Authority, PortfolioId, Promotion
from mathematricks.contracts.shadows import VersionSeen
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError


class _Overtaken(Exception):
    """Somebody else promoted, or decided, first."""


class MongoAuthorities:
    """The first version to ask takes the authority that nobody holds; after that it moves by promotion alone."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._authorities = db[AUTHORITY.name]
        self._decisions = db[CEREBRO_DECISIONS.name]
        self._versions = db[CEREBRO_VERSIONS.name]

    async def of(self, portfolio: PortfolioId, version: str, now: datetime) -> Authority:
        first = Authority(portfolio=portfolio, version=version, epoch=0, from_seq=1, since=now)
        document = await self._authorities.find_one_and_update(
            {"_id": portfolio},
            {"$setOnInsert": to_document(first)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return Authority.model_validate(document)

    async def current(self, portfolio: PortfolioId) -> Authority | None:
        document = await self._authorities.find_one({"_id": portfolio})
        return Authority.model_validate(document) if document else None

    async def head(self, portfolio: PortfolioId) -> int:
        mine = {"portfolio": portfolio, "shadow": ""}
        newest = await self._decisions.find_one(mine, ["seq"], sort=[("seq", -1)])
        return int(newest["seq"]) if newest else 0

    async def promote(self, promotion: Promotion, authority: Authority) -> bool:
        async def both(session: AsyncClientSession) -> None:
            await self._decisions.insert_one(_entry(promotion), session=session)
            before = {"_id": promotion.portfolio, "epoch": promotion.epoch - 1}
            done = await self._authorities.replace_one(before, to_document(authority), session=session)
            if not done.matched_count:
                raise _Overtaken

        try:
            async with self._db.client.start_session() as session:
                await session.with_transaction(both)
        except (DuplicateKeyError, _Overtaken):
            return False
        return True

    async def promotions(self, portfolio: PortfolioId) -> Sequence[Promotion]:
        wanted = {"portfolio": portfolio, "promotes": {"$type": "string"}}
        found = self._decisions.find(wanted, ["output"]).sort("seq", 1)
        return [Promotion.model_validate_json(document["output"]) async for document in found]

    async def tell(self, seen: VersionSeen) -> None:
        await self._versions.replace_one({"_id": seen.version}, to_document(seen, seen.version), upsert=True)

    async def versions(self) -> Sequence[VersionSeen]:
        return [VersionSeen.model_validate(document) async for document in self._versions.find().sort("_id", 1)]


def _entry(promotion: Promotion) -> Document:
    identity = f"promotion:{promotion.portfolio}:{promotion.epoch}"
    return {
        "_id": identity,
        "version": promotion.version,
        "portfolio": promotion.portfolio,
        "seq": promotion.seq,
        "epoch": promotion.epoch,
        "signal_id": identity,
        "strategy_id": "promotion",
        "strategy_seq": 0,
        "outcome": "APPROVED",
        "reason": None,
        "decided_at": promotion.at,
        "order_ids": [],
        "command_ids": [],
        "book_hash": "",
        "code_version": "",
        "shadow": "",
        "promotes": promotion.version,
        "inputs": "{}",
        "output": promotion.model_dump_json(),
    }
