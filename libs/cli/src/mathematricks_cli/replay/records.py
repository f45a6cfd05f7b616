"""Reading decisions out of the records, and deciding them again on every core."""

from __future__ import annotations

import os
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context

import numpy as np
import orjson
from cerebro.domain.tail_risk import History
from mathematricks.contracts.collections import CEREBRO_DECISIONS, RETURN_HISTORIES
from mathematricks.contracts.risk import ReturnHistory
from mathematricks.storage.mongo import Database, Document

from mathematricks_cli.replay.deciding import Recorded, Verified, verify

AT_ONCE = 200
AHEAD = 4
"""Portions in hand per process: enough to keep it busy, few enough to keep in memory."""


@dataclass(frozen=True)
class Span:
    """Which records are meant: of a strategy, of one id, from a time until another, the newest so many."""

    strategy: str | None = None
    identity: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0

    def within(self, field: str) -> Document:
        """Return the condition on a time *field*."""
        bounds = {"$gte": self.since, "$lt": self.until}
        return {field: said} if (said := {sign: at for sign, at in bounds.items() if at is not None}) else {}


async def verify_all(db: Database, span: Span, changed: Mapping[str, str]) -> AsyncIterator[Verified]:
    """Yield each decision of *span*, decided again; newest first where the span is limited."""
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[list[Verified]]] = []
        async for portion in _portions(db, span):
            waiting.append(pool.submit(verify, portion, await _histories(db, portion), changed))
            if len(waiting) >= AHEAD * workers:
                for one in waiting.pop(0).result():
                    yield one
        for future in waiting:
            for one in future.result():
                yield one


async def _portions(db: Database, span: Span) -> AsyncIterator[list[Recorded]]:
    wanted: Document = {"promotes": None, **span.within("decided_at")}
    if span.strategy:
        wanted["strategy_id"] = span.strategy
    if span.identity:
        wanted["signal_id"] = span.identity
    found = db[CEREBRO_DECISIONS.name].find(wanted, ["inputs", "output"]).sort("decided_at", -1).limit(span.limit)
    portion: list[Recorded] = []
    async for document in found.batch_size(AT_ONCE):
        portion.append(Recorded(document["_id"], document["inputs"], document["output"]))
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


async def _histories(db: Database, recorded: Iterable[Recorded]) -> dict[str, History]:
    """Return the aligned returns that these decisions name."""
    risks = [orjson.loads(one.inputs).get("risk") for one in recorded if '"history_id"' in one.inputs]
    names = {risk["history_id"] for risk in risks if risk}
    found = db[RETURN_HISTORIES.name].find({"_id": {"$in": sorted(names)}})
    return {document["_id"]: _history(ReturnHistory.model_validate(document)) async for document in found}


def _history(kept: ReturnHistory) -> History:
    values = np.frombuffer(zlib.decompress(kept.returns), dtype="<f8").reshape(kept.days, -1)
    return History(kept.history_id, kept.strategies, np.asfortranarray(values))
