"""Derived documents in MongoDB: ``positions``, ``account_state`` and the points of the equity curve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mathematricks.contracts.accounts import AccountRecord, EquityPoint, PositionRecord
from mathematricks.contracts.collections import ACCOUNT_HISTORY, ACCOUNT_STATE, POSITIONS
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from account_data.domain.freshness import point_id

TAKEN = 11000


class MongoCheckpoints:
    """Each document is guarded by what it contains: an older one never replaces a newer."""

    def __init__(self, db: Database) -> None:
        self._positions = db[POSITIONS.name]
        self._accounts = db[ACCOUNT_STATE.name]
        self._history = db[ACCOUNT_HISTORY.name]

    async def load(self, account: str | None = None) -> Sequence[tuple[AccountRecord, Sequence[PositionRecord]]]:
        query = {} if account is None else {"account": account}
        positions: dict[str, list[PositionRecord]] = {}
        async for document in self._positions.find(query):
            positions.setdefault(document["account"], []).append(PositionRecord.model_validate(document))
        records = [AccountRecord.model_validate(document) async for document in self._accounts.find(query)]
        return [(record, positions.get(record.account, [])) for record in records]

    async def reached(self) -> Sequence[tuple[str, int, datetime]]:
        found = self._accounts.find({}, {"through_seq": 1, "as_of": 1})
        return [(document["_id"], document["through_seq"], document["as_of"]) async for document in found]

    async def save_positions(self, positions: Sequence[PositionRecord]) -> None:
        if positions:
            await _unless_newer(self._positions.bulk_write([_position(each) for each in positions], ordered=False))

    async def save_account(self, record: AccountRecord) -> None:
        guard = {"_id": record.account, "through_seq": {"$lte": record.through_seq}, "as_of": {"$lte": record.as_of}}
        await _unless_newer(self._accounts.replace_one(guard, to_document(record, record.account), upsert=True))

    async def keep(self, points: Sequence[EquityPoint]) -> None:
        writes = [ReplaceOne({"_id": point_id(each)}, to_document(each), upsert=True) for each in points]
        await self._history.bulk_write(writes, ordered=False)


def _position(record: PositionRecord) -> ReplaceOne[Document]:
    identity = f"{record.account}|{record.strategy_id}|{record.instrument}"
    guard = {"_id": identity, "through_seq": {"$lte": record.through_seq}}
    return ReplaceOne(guard, to_document(record, identity), upsert=True)


async def _unless_newer(write: Any) -> None:
    """An upsert whose guard fails collides with the newer document that is there: then that one stays."""
    try:
        await write
    except DuplicateKeyError:
        return
    except BulkWriteError as error:
        if any(fault["code"] != TAKEN for fault in error.details["writeErrors"]):
            raise
