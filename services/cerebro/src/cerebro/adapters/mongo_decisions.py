"""Decisions in MongoDB; unique indexes settle every race between processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mathematricks.contracts.collections import CEREBRO_DECISIONS
from mathematricks.contracts.decisions import Decision, DecisionRecord, Outcome, PortfolioId
from mathematricks.messaging.outbox import owed
from mathematricks.storage.mongo import Database, Document
from pymongo.errors import BulkWriteError

from cerebro.ports import Decided

DUPLICATE_KEY = 11000
FOLDED_AT_ONCE = 500


class MongoDecisions:
    """The decisions of one version."""

    def __init__(self, db: Database, version: str) -> None:
        self._decisions = db[CEREBRO_DECISIONS.name]
        self._version = version

    async def find(self, signal_id: str) -> DecisionRecord | None:
        document = await self._decisions.find_one({"_id": f"{self._version}:{signal_id}"})
        return DecisionRecord.model_validate(document) if document else None

    async def add(self, batch: Sequence[Decided]) -> int:
        try:
            await self._decisions.insert_many([to_record(decided) for decided in batch], ordered=True)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            return int(failures[0]["index"])
        return len(batch)

    async def after(self, portfolio: PortfolioId, seq: int) -> Sequence[Decision]:
        newer = {"portfolio": portfolio, "version": self._version, "seq": {"$gt": seq}}
        found = self._decisions.find(newer, ["output"]).sort("seq", 1).limit(FOLDED_AT_ONCE)
        return [Decision.model_validate_json(document["output"]) async for document in found]

    async def strategy_heads(self) -> Mapping[str, int]:
        newest_first = {"version": 1, "strategy_id": 1, "strategy_seq": -1}
        pipeline: list[Document] = [
            {"$match": {"version": self._version}},
            {"$sort": newest_first},
            {"$group": {"_id": "$strategy_id", "head": {"$first": "$strategy_seq"}}},
        ]
        return {one["_id"]: one["head"] async for one in await self._decisions.aggregate(pipeline)}

    async def strategy_head(self, strategy_id: str) -> int:
        mine = {"version": self._version, "strategy_id": strategy_id}
        newest = await self._decisions.find_one(mine, ["strategy_seq"], sort=[("strategy_seq", -1)])
        return int(newest["strategy_seq"]) if newest else 0

    async def newest(self, limit: int, strategy_id: str | None, outcome: Outcome | None) -> Sequence[DecisionRecord]:
        wanted: Document = {"version": self._version}
        if strategy_id is not None:
            wanted["strategy_id"] = strategy_id
        if outcome is not None:
            wanted["outcome"] = outcome
        order = [("strategy_seq", -1)] if strategy_id is not None else [("decided_at", -1)]
        found = self._decisions.find(wanted).sort(order).limit(limit)
        return [DecisionRecord.model_validate(document) async for document in found]


def to_record(decided: Decided) -> Document:
    """Return *decided* as its document: the texts whole, and beside them what is searched for."""
    decision = decided.decision
    document: Document = {
        "_id": f"{decision.version}:{decision.signal_id}",
        "version": decision.version,
        "portfolio": decision.portfolio,
        "seq": decision.seq,
        "epoch": decision.epoch,
        "signal_id": decision.signal_id,
        "strategy_id": decision.strategy_id,
        "strategy_seq": decision.strategy_seq,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "order_ids": [order.order_id for order in decision.orders],
        "command_ids": [command.command_id for command in decision.commands],
        "book_hash": decided.book_hash,
        "code_version": decision.code_version,
        "inputs": decided.inputs,
        "output": decided.output,
    }
    if decision.orders or decision.commands:
        document["owed"] = owed(decision.decided_at)
    return document
