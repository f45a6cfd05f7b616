"""Simulations in MongoDB: claimed by one process, heard of while they run, ended once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mathematricks.contracts.collections import SANDBOX_RUNS
from mathematricks.contracts.sandbox import SandboxRecord, SandboxRun, SandboxSummary, SimulationResult
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo import ReturnDocument

from cerebro.return_ports import Ended, Told

OPEN = {"$in": ["QUEUED", "RUNNING"]}
GONE = "The process that ran it is gone; ask for it again"


class MongoSandbox:
    """What waits can be run by whoever comes first: a simulation is a function of its job."""

    def __init__(self, db: Database) -> None:
        self._runs = db[SANDBOX_RUNS.name]

    async def add(self, record: SandboxRecord) -> None:
        await self._runs.insert_one(to_document(record, record.run_id))

    async def find(self, run_id: str) -> SandboxRun | None:
        document = await self._runs.find_one({"_id": run_id}, {"job": 0})
        return SandboxRun.model_validate(document) if document else None

    async def newest(self, limit: int) -> Sequence[SandboxSummary]:
        found = self._runs.find({}, {"job": 0, "result": 0}).sort("created_at", -1).limit(limit)
        return [SandboxSummary.model_validate(one) async for one in found]

    async def claim(self, runner: str, now: datetime) -> tuple[str, bytes] | None:
        taken: Document = {"$set": {"status": "RUNNING", "runner": runner, "started_at": now, "beat_at": now}}
        document = await self._runs.find_one_and_update(
            {"status": "QUEUED"},
            taken,
            sort=[("created_at", 1)],
            projection={"job": 1},
            return_document=ReturnDocument.AFTER,
        )
        return (document["_id"], document["job"]) if document else None

    async def beat(self, run_id: str, runner: str, told: Told) -> bool:
        news = {"progress": told.progress, "stage": told.stage, "beat_at": told.at}
        mine = {"_id": run_id, "status": "RUNNING", "runner": runner}
        return (await self._runs.update_one(mine, {"$set": news})).matched_count == 1

    async def end(self, run_id: str, told: Ended) -> bool:
        news: dict[str, Any] = {"status": told.status, "ended_at": told.at, "why": told.why}
        if told.result is not None:
            news |= _outcome(told.result)
        return (await self._runs.update_one({"_id": run_id, "status": OPEN}, {"$set": news})).matched_count == 1

    async def abandoned(self, before: datetime, now: datetime) -> Sequence[str]:
        silent: Document = {"status": "RUNNING", "beat_at": {"$lt": before}}
        gone = []
        async for one in self._runs.find(silent, {"_id": 1}):
            ended = {"status": "INTERRUPTED", "ended_at": now, "why": GONE}
            if (await self._runs.update_one({"_id": one["_id"], **silent}, {"$set": ended})).matched_count:
                gone.append(one["_id"])
        return gone


def _outcome(result: SimulationResult) -> dict[str, Any]:
    whole = result.model_dump()
    return {
        "result": whole,
        "figures": whole["after"]["figures"],
        "difference": whole["difference"],
        "progress": 1.0,
        "stage": "done",
    }
