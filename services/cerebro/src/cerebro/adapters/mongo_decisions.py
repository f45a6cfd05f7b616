"""Decisions in MongoDB; unique indexes settle every race between processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mathematricks.contracts.collections import CEREBRO_DECISIONS
from mathematricks.contracts.decisions import Decision, DecisionRecord, Outcome, PortfolioId, Promotion
from mathematricks.messaging.outbox import owed
from mathematricks.storage.mongo import Database, Document
from pymongo.errors import BulkWriteError

from cerebro.ports import Decided, Entry

DUPLICATE_KEY = 11000
FOLDED_AT_ONCE = 500


class MongoDecisions:
    """The authority's sequence, whichever version decided: what owes orders, and promotions."""

    def __init__(self, db: Database) -> None:
        self._decisions = db[CEREBRO_DECISIONS.name]

    async def find(self, signal_id: str) -> DecisionRecord | None:
        document = await self._decisions.find_one({"signal_id": signal_id, "shadow": "", "promotes": None})
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

    async def after(self, portfolio: PortfolioId, seq: int) -> Sequence[Entry]:
        newer = {"portfolio": portfolio, "shadow": "", "seq": {"$gt": seq}}
        found = self._decisions.find(newer, ["output", "promotes"]).sort("seq", 1).limit(FOLDED_AT_ONCE)
        return [_entry(document) async for document in found]

    async def strategy_heads(self) -> Mapping[str, int]:
        newest_first = {"shadow": 1, "strategy_id": 1, "strategy_seq": -1}
        pipeline: list[Document] = [
            {"$match": {"shadow": ""}},
            {"$sort": newest_first},
            {"$group": {"_id": "$strategy_id", "head": {"$first": "$strategy_seq"}}},
        ]
        return {one["_id"]: one["head"] async for one in await self._decisions.aggregate(pipeline)}

    async def strategy_head(self, strategy_id: str) -> int:
        mine = {"shadow": "", "strategy_id": strategy_id}
        newest = await self._decisions.find_one(mine, ["strategy_seq"], sort=[("strategy_seq", -1)])
        return int(newest["strategy_seq"]) if newest else 0

    async def newest(self, limit: int, strategy_id: str | None, outcome: Outcome | None) -> Sequence[DecisionRecord]:
        wanted: Document = {"shadow": "", "promotes": None}
        if strategy_id is not None:
            wanted["strategy_id"] = strategy_id
        if outcome is not None:
            wanted["outcome"] = outcome
        order = [("strategy_seq", -1)] if strategy_id is not None else [("decided_at", -1)]
        found = self._decisions.find(wanted).sort(order).limit(limit)
        return [DecisionRecord.model_validate(document) async for document in found]


async def mark_older(db: Database) -> None:
    """Give entries recorded before there were shadows their place in the authority's sequence."""
    await db[CEREBRO_DECISIONS.name].update_many({"shadow": None}, {"$set": {"shadow": ""}})


def to_record(decided: Decided, shadow: str = "") -> Document:
    """
    Return *decided* as its document: the texts whole, and beside them what is searched for.

    *shadow* is the version that decided it as a shadow.
    """
    decision = decided.decision
    identity = f"{decision.version}:{decision.signal_id}"
    document: Document = {
        "_id": f"shadow:{identity}" if shadow else identity,
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
        "shadow": shadow,
        "inputs": decided.inputs,
        "output": decided.output,
    }
    if decision.orders or decision.commands:
        document["owed"] = owed(decision.decided_at)
    return document


def _entry(document: Document) -> Entry:
    kind: type[Entry] = Promotion if document.get("promotes") else Decision
    return kind.model_validate_json(document["output"])
