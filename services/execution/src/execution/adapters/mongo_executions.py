"""Executions in MongoDB, each owed until account-data's ledger has it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.collections import ACCOUNT_HISTORY, EXECUTIONS
from mathematricks.contracts.executions import Execution
from mathematricks.messaging.outbox import Sweep, owed
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import BulkWriteError

from execution.records import ExecutionFilter

DUPLICATE = 11_000


class MongoExecutions:
    """The collection ``executions``; a fill is one fill by the broker's id."""

    def __init__(self, db: Database) -> None:
        self._executions = db[EXECUTIONS.name]
        self._ledger = db[ACCOUNT_HISTORY.name]

    async def add(self, executions: Sequence[Execution], now: datetime) -> set[str]:
        debt = owed(now)
        documents = [{**to_document(each, each.execution_id), "owed": debt} for each in executions]
        try:
            await self._executions.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE for failure in failures):
                raise
            return {failure["op"]["_id"] for failure in failures}
        return set()

    async def newest(self, which: ExecutionFilter, limit: int) -> list[Execution]:
        equal = {"account": which.account, "order_id": which.order_id, "signal_id": which.signal_id}
        query: Document = {name: value for name, value in equal.items() if value is not None}
        if which.since is not None:
            query["executed_at"] = {"$gte": which.since}
        documents = await self._executions.find(query).sort("executed_at", -1).to_list(limit)
        return [Execution.model_validate(document) for document in documents]

    async def of_orders(self, order_ids: Iterable[str]) -> list[Execution]:
        documents = await self._executions.find({"order_id": {"$in": list(order_ids)}}).to_list()
        return [Execution.model_validate(document) for document in documents]

    async def last_in(self, account: str, instrument: str) -> Execution | None:
        newest = [("executed_at", -1)]
        document = await self._executions.find_one({"account": account, "instrument": instrument}, sort=newest)
        return Execution.model_validate(document) if document else None

    async def known(self, execution_ids: Iterable[str]) -> set[str]:
        found = await self._executions.find({"_id": {"$in": list(execution_ids)}}, {"_id": 1}).to_list()
        return {document["_id"] for document in found}

    async def sums(self) -> list[tuple[str, str, str, Decimal]]:
        by = {"account": "$account", "instrument": "$instrument", "strategy": "$strategy_id"}
        signed = {"$cond": [{"$eq": ["$side", "BUY"]}, "$quantity", {"$multiply": [-1, "$quantity"]}]}
        rows = await self._aggregate([{"$group": {"_id": by, "quantity": {"$sum": signed}}}])
        return [(*(row["_id"][key] for key in ("account", "instrument", "strategy")), row["quantity"]) for row in rows]

    async def last_done(self, account: str) -> datetime | None:
        newest = self._executions.find({"account": account}, {"executed_at": 1}).sort("executed_at", -1)
        return next((document["executed_at"] for document in await newest.to_list(1)), None)

    async def last_recorded(self) -> dict[str, datetime]:
        rows = await self._aggregate([{"$group": {"_id": "$account", "recorded": {"$max": "$recorded_at"}}}])
        return {row["_id"]: row["recorded"] for row in rows}

    async def last_rates(self) -> dict[tuple[str, str], Decimal]:
        by = {"currency": "$currency", "base": "$base_currency"}
        rows = await self._aggregate(
            [{"$group": {"_id": by, "rate": {"$top": {"sortBy": {"executed_at": -1}, "output": "$fx_rate"}}}}]
        )
        return {(row["_id"]["currency"], row["_id"]["base"]): row["rate"] for row in rows}

    def sweep(self, publish: Callable[[Execution], Awaitable[None]]) -> Sweep:
        """Return the sweep that publishes an execution again until the ledger has it (RULES 6)."""

        async def publish_document(document: Document) -> None:
            await publish(Execution.model_validate(document))

        return Sweep(self._executions, self._booked, publish_document)

    async def _booked(self, documents: Sequence[Document]) -> set[Any]:
        """Reads account-data's ledger, where an execution's id is the entry's."""
        ids = [document["_id"] for document in documents]
        found = await self._ledger.find({"_id": {"$in": ids}}, {"_id": 1}).to_list()
        return {document["_id"] for document in found}

    async def _aggregate(self, pipeline: list[Document]) -> list[Document]:
        return await (await self._executions.aggregate(pipeline)).to_list()
