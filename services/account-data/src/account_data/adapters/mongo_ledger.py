"""The ledger in MongoDB: ``account_history``, where an entry's ``_id`` is its execution's id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.collections import ACCOUNT_HISTORY
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import BulkWriteError

from account_data.domain.holding import BEFORE_ALL, Holding
from account_data.domain.ledger import NET, Key

PAGE = 2_000
TAKEN = 11000
IS_ENTRY = {"seq": {"$exists": True}}
"""What lets the partial indexes of entries serve a query."""


class MongoLedger:
    """Numbered entries per account; a unique index settles races for the next number."""

    def __init__(self, db: Database) -> None:
        self._entries = db[ACCOUNT_HISTORY.name]

    async def append(self, entries: Sequence[LedgerEntry]) -> bool:
        try:
            await self._entries.insert_many([to_document(entry, entry.entry_id) for entry in entries])
        except BulkWriteError as error:
            if any(fault["code"] != TAKEN for fault in error.details["writeErrors"]):
                raise
            return False
        return True

    async def known(self, entry_ids: Sequence[str]) -> set[str]:
        found = self._entries.find({"_id": {"$in": list(entry_ids)}}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def after(self, account: str, seq: int) -> AsyncIterator[Sequence[LedgerEntry]]:
        while True:
            page = await self._read({"account": account, "seq": {"$gt": seq}}, {"seq": 1}, PAGE)
            if not page:
                return
            yield page
            seq = page[-1].seq

    async def of_chain(self, account: str, key: Key, start: Holding) -> Sequence[LedgerEntry]:
        strategy_id, instrument = key
        query: Document = {"account": account, "instrument": instrument, **IS_ENTRY}
        if start.key > BEFORE_ALL:
            query["at"] = {"$gte": start.key[0]}
        if strategy_id != NET:
            query["strategy_id"] = strategy_id
        return await self._read(query, {"at": 1})

    async def newest(self, limit: int, account: str | None, signal_id: str | None) -> Sequence[LedgerEntry]:
        asked = {"account": account, "signal_id": signal_id}
        query = {name: value for name, value in asked.items() if value is not None} | IS_ENTRY
        newest_first = {"seq": -1} if account else {"booked_at": -1, "seq": -1}
        return await self._read(query, newest_first, limit)

    async def accounts(self) -> Sequence[str]:
        return [str(name) for name in await self._entries.distinct("account", IS_ENTRY)]

    async def _read(self, query: Document, order: dict[str, int], limit: int = 0) -> list[LedgerEntry]:
        found = self._entries.find(query).sort(order).limit(limit)
        return [LedgerEntry.model_validate(document) async for document in found]
