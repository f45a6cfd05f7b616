"""Orders in MongoDB: claims in one transaction with the controls, changes conditional on the revision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.collections import CLOSES_LOTS, CONTROLS, ORDER_TOMBSTONES, ORDERS
from mathematricks.contracts.controls import Controls
from mathematricks.contracts.orders import OrderRecord, OrderTombstone
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo import InsertOne, ReturnDocument, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, PyMongoError

from execution.adapters.mongo_controls import THE_ONE
from execution.domain.orders import Place
from execution.records import AlreadyKept, Fenced, Moved, OrderFilter, Writes

DUPLICATE = 11_000
MOST_TRIES = 20
MOST_ENTRIES = 200
Pair = tuple[OrderRecord, OrderRecord]


class MongoOrders:
    """The collection ``orders``, and the tombstones of orders that were cancelled before they came."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._orders = db[ORDERS.name]
        self._controls = db[CONTROLS.name]
        self._tombstones = db[ORDER_TOMBSTONES.name]
        self._known: Controls | None = None

    async def load(self, order_ids: Iterable[str]) -> list[OrderRecord]:
        return await self._find({"_id": {"$in": list(order_ids)}})

    async def of_lots(self, lots: Iterable[str]) -> list[OrderRecord]:
        return await self._find({"closes.lot": {"$in": list(lots)}} | CLOSES_LOTS)

    async def entries_of(self, strategy_id: str, place: Place, since: datetime | None = None) -> list[OrderRecord]:
        account, instrument = place
        which: Document = {"strategy_id": strategy_id, "account": account, "instrument": instrument, "purpose": "entry"}
        which |= {"filled": {"$gt": Decimal(0)}} | ({"decided_at": {"$gte": since}} if since else {})
        found = self._orders.find(which).sort("decided_at", -1)
        return [OrderRecord.model_validate(document) for document in await found.to_list(MOST_ENTRIES)]

    async def named(self, prefix: str) -> list[OrderRecord]:
        return await self._find({"signal_id": {"$regex": f"^{re.escape(prefix)}"}})

    async def sent_since(self, at: datetime) -> list[OrderRecord]:
        found = await self._find({"decided_at": {"$gte": at}, "attempts.0": {"$exists": True}})
        return sorted(found, key=lambda order: order.attempts[-1].begun_at)

    async def unfinished(self) -> list[OrderRecord]:
        orders = {order.order_id: order for order in await self._find({"live": True})}
        orders |= {order.order_id: order for order in await self._find({"watched": True})}
        grouped = {order.signal_id for order in orders.values() if order.total_legs > 1}
        if grouped:
            orders |= {order.order_id: order for order in await self._find({"signal_id": {"$in": list(grouped)}})}
        return list(orders.values())

    async def newest(self, which: OrderFilter, limit: int) -> list[OrderRecord]:
        equal = {"signal_id": which.signal_id, "strategy_id": which.strategy_id, "live": which.live}
        query: Document = {name: value for name, value in equal.items() if value is not None}
        if which.order_ids is not None:
            query["_id"] = {"$in": list(which.order_ids)}
        documents = await self._orders.find(query).sort("decided_at", -1).to_list(limit)
        return [OrderRecord.model_validate(document) for document in documents]

    async def _find(self, which: Document) -> list[OrderRecord]:
        return [OrderRecord.model_validate(document) for document in await self._orders.find(which).to_list()]

    async def claim(self, worker: str, decide: Callable[[Controls], Writes]) -> Writes:
        async with self._db.client.start_session() as session:
            for attempt in range(MOST_TRIES):
                try:
                    return await self._claim_once(session, worker, decide)
                except PyMongoError as error:
                    if not error.has_error_label("TransientTransactionError") or attempt == MOST_TRIES - 1:
                        raise
        raise AssertionError("unreachable")

    async def update(self, changes: Sequence[Pair]) -> list[OrderRecord]:
        result = await self._orders.bulk_write([_change(before, after) for before, after in changes], ordered=False)
        if result.matched_count == len(changes):
            return []
        stored = {order.order_id: order for order in await self.load(before.order_id for before, _ in changes)}
        return [
            stored[after.order_id]
            for _, after in changes
            if after.order_id in stored and not _same_change(stored[after.order_id], after)
        ]

    async def bury(self, tombstone: OrderTombstone) -> None:
        document = to_document(tombstone)
        await self._tombstones.update_one({"_id": tombstone.order_id}, {"$setOnInsert": document}, upsert=True)

    async def tombstones(self) -> list[OrderTombstone]:
        return [OrderTombstone.model_validate(document) for document in await self._tombstones.find().to_list()]

    async def _claim_once(
        self, session: AsyncClientSession, worker: str, decide: Callable[[Controls], Writes]
    ) -> Writes:
        async with await session.start_transaction():
            touched = await self._controls.find_one_and_update(
                {"_id": THE_ONE, "worker": worker},
                {"$inc": {"touched": 1}},
                projection={"generation": 1},
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if touched is None:
                raise Fenced(worker)
            writes = decide(await self._as_of(touched.get("generation", 0), session))
            await self._write(session, writes)
        return writes

    async def _as_of(self, generation: int, session: AsyncClientSession) -> Controls:
        """Return the controls of *generation*, read in the claim's own transaction where they have changed."""
        known = self._known
        if known is None or known.generation != generation:
            known = Controls.model_validate(await self._controls.find_one({"_id": THE_ONE}, session=session))
            self._known = known
        return known

    async def _write(self, session: AsyncClientSession, writes: Writes) -> None:
        operations: list[Any] = [InsertOne(to_document(order, order.order_id)) for order in writes.inserts]
        operations += [_change(before, after) for before, after in writes.updates]
        if not operations:
            return
        try:
            result = await self._orders.bulk_write(operations, ordered=True, session=session)
        except BulkWriteError as error:
            if any(failure["code"] != DUPLICATE for failure in error.details["writeErrors"]):
                raise
            raise AlreadyKept(await self.load(order.order_id for order in writes.inserts)) from error
        if result.matched_count != len(writes.updates):
            raise Moved(await self.load(before.order_id for before, _ in writes.updates))


def _change(before: OrderRecord, after: OrderRecord) -> UpdateOne:
    return UpdateOne({"_id": before.order_id, "revision": before.revision}, {"$set": changed_fields(before, after)})


def changed_fields(before: OrderRecord, after: OrderRecord) -> Document:
    """Return the fields of *after* that differ from *before*, as they are stored."""
    old, new = before.__dict__, after.__dict__
    names = {name for name, value in new.items() if value is not old.get(name) and value != old.get(name)}
    return after.model_dump(include=names)


def _same_change(stored: OrderRecord, after: OrderRecord) -> bool:
    """A write whose answer was lost and that was sent again finds itself done."""
    return stored.revision == after.revision and stored.updated_at == after.updated_at and stored.status == after.status
