"""Accepted signals in MongoDB, numbered per strategy without gaps although many arrive at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mathematricks.contracts.collections import SIGNALS
from mathematricks.contracts.signals import BodyFacts, SignalRecord, StandardSignal
from mathematricks.messaging.outbox import owed
from mathematricks.storage.group_commit import GroupCommit
from mathematricks.storage.mongo import Database, Document
from pymongo.errors import BulkWriteError

from signal_ingestion.adapters.recording import DUPLICATE_KEY, recording
from signal_ingestion.domain.admission import Admitted

REMEMBERED = 20_000


@dataclass(frozen=True)
class _Waiting:
    admitted: Admitted
    facts: BodyFacts
    now: datetime


class MongoSignals:
    """
    Number and insert what waits, one ordered batch at a time.

    One batch in flight, ordered, and a unique index on (strategy, number): a crash leaves a prefix of
    the batch and never a gap. Losing a number to another process means that the head has moved:
    read it again and number the rest anew.
    """

    def __init__(self, db: Database) -> None:
        self._collection = db[SIGNALS.name]
        self._commit: GroupCommit[_Waiting, StandardSignal | None] = GroupCommit(self._write)
        self._heads: dict[str, int] = {}
        self._known: dict[str, None] = {}

    def known(self, signal_id: str) -> bool:
        return signal_id in self._known

    async def add(self, admitted: Admitted, facts: BodyFacts, now: datetime) -> StandardSignal | None:
        return await self._commit(_Waiting(admitted, facts, now))

    async def find(self, signal_id: str) -> SignalRecord | None:
        with recording():
            document = await self._collection.find_one({"_id": signal_id})
        return SignalRecord.model_validate(document) if document else None

    async def newest(self, limit: int, of: Mapping[str, str | None], before: datetime | None) -> list[SignalRecord]:
        wanted: Document = {name: value for name, value in of.items() if value is not None}
        if before is not None:
            wanted["received_at"] = {"$lt": before}
        newest_first = [("received_at", -1), ("strategy_seq", -1)]
        with recording():
            found = await self._collection.find(wanted).sort(newest_first).to_list(limit)
        return [SignalRecord.model_validate(document) for document in found]

    async def _write(self, batch: list[_Waiting]) -> list[StandardSignal | None]:
        written: dict[str, StandardSignal] = {}
        pending: dict[str, _Waiting] = {}
        for each in batch:
            pending.setdefault(each.admitted.signal_id, each)
        with recording():
            while pending:
                signals = await self._numbered(list(pending.values()))
                done, pending = await self._insert(signals, pending)
                written |= {signal.signal_id: signal for signal in done}
        return [written.pop(each.admitted.signal_id, None) for each in batch]

    async def _numbered(self, waiting: list[_Waiting]) -> list[StandardSignal]:
        heads: dict[str, int] = {}
        signals = []
        for each in waiting:
            strategy = each.admitted.parsed.strategy
            if strategy not in heads:
                heads[strategy] = await self._head(strategy)
            heads[strategy] += 1
            signals.append(each.admitted.numbered(heads[strategy]))
        return signals

    async def _head(self, strategy: str) -> int:
        if strategy not in self._heads:
            newest = [("strategy_seq", -1)]
            last = await self._collection.find_one({"strategy_id": strategy}, {"strategy_seq": 1}, sort=newest)
            self._heads[strategy] = last["strategy_seq"] if last else 0
        return self._heads[strategy]

    async def _insert(
        self, signals: list[StandardSignal], pending: dict[str, _Waiting]
    ) -> tuple[list[StandardSignal], dict[str, _Waiting]]:
        documents = [_document(signal, pending[signal.signal_id]) for signal in signals]
        try:
            await self._collection.insert_many(documents)
        except BulkWriteError as failure:
            return await self._after(failure, signals, pending)
        except BaseException:
            self._forget_heads(signals)
            raise
        self._remember(signals)
        return signals, {}

    async def _after(
        self, failure: BulkWriteError, signals: list[StandardSignal], pending: dict[str, _Waiting]
    ) -> tuple[list[StandardSignal], dict[str, _Waiting]]:
        """Sort out a batch that stopped half-way: what is in, what was there before, what to try again."""
        self._forget_heads(signals)
        fault: Document = next(iter(failure.details["writeErrors"]), {})
        if fault.get("code") != DUPLICATE_KEY or failure.details["writeConcernErrors"]:
            raise failure
        done, rest = signals[: fault["index"]], signals[fault["index"] :]
        there = await self._collection.distinct("_id", {"_id": {"$in": [signal.signal_id for signal in rest]}})
        self._remember(done)
        self._known |= dict.fromkeys(there)
        return done, {signal.signal_id: pending[signal.signal_id] for signal in rest if signal.signal_id not in there}

    def _remember(self, signals: list[StandardSignal]) -> None:
        for signal in signals:
            self._heads[signal.strategy_id] = signal.strategy_seq
            self._known[signal.signal_id] = None
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]

    def _forget_heads(self, signals: list[StandardSignal]) -> None:
        for signal in signals:
            self._heads.pop(signal.strategy_id, None)


def _document(signal: StandardSignal, waiting: _Waiting) -> Document:
    return {
        "_id": signal.signal_id,
        **signal.model_dump(),
        **waiting.facts.model_dump(),
        "owed": owed(waiting.now),
    }
