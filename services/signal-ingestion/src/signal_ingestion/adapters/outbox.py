"""What accepted signals still owe, and where their effect is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mathematricks.contracts.collections import CEREBRO_DECISIONS, SIGNALS
from mathematricks.contracts.signals import RawRecord, SignalRecord, StandardSignal
from mathematricks.contracts.topics import STANDARDIZED_SIGNALS
from mathematricks.messaging.bus import Bus
from mathematricks.messaging.outbox import Sweep
from mathematricks.runtime.failpoints import failpoint
from mathematricks.storage.mongo import Database, Document

from signal_ingestion.ports import RawBodies


def signal_sweep(db: Database, raws: RawBodies, bus: Bus) -> Sweep:
    """
    Return the sweep that settles a signal by its decision, read from Cerebro's collection.

    A signal that must be announced again may have lost its raw record in the same crash, so that is
    recorded again first; where it stands, nothing happens.
    """

    async def decided(due: Sequence[Document]) -> set[Any]:
        wanted = {"signal_id": {"$in": [document["_id"] for document in due]}}
        return set(await db[CEREBRO_DECISIONS.name].distinct("signal_id", wanted))

    async def publish(document: Document) -> None:
        record = SignalRecord.model_validate(document)
        await raws.add(RawRecord(**dict(record) | {"verdict": "ACCEPTED", "status": 202}))
        await failpoint("signal-ingestion.kept_again")
        await bus.publish(STANDARDIZED_SIGNALS, StandardSignal(**dict(record)))

    return Sweep(db[SIGNALS.name], decided, publish, needs=())
