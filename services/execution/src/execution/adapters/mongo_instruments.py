"""Instruments in MongoDB: what was met, for people and other services to read, and the seeds of a demo."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal

import structlog
from mathematricks.contracts.collections import INSTRUMENTS
from mathematricks.contracts.instruments import Instrument, InstrumentRecord
from mathematricks.storage.mongo import Database, to_document
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from execution.domain.walk import Seed

log = structlog.get_logger(__name__)


class MongoInstruments:
    """The collection ``instruments``. Its facts follow from the table and the rules, so a lost write loses nothing."""

    def __init__(self, db: Database) -> None:
        self._instruments = db[INSTRUMENTS.name]
        self._writing: set[asyncio.Task[None]] = set()

    async def all(self) -> list[InstrumentRecord]:
        """Return every instrument ever met."""
        documents = await self._instruments.find().to_list()
        return [InstrumentRecord.model_validate(document) for document in documents]

    def keep(self, instrument: Instrument) -> None:
        """Record *instrument* soon, as it is described now."""
        task = asyncio.create_task(self._keep(instrument))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def keep_seed(self, instrument: Instrument, price: Decimal, at: datetime) -> Seed:
        """Record where the walk of *instrument* began; return where it began for whoever was first."""
        await self._keep(instrument)
        unseeded = {"_id": instrument.instrument, "seed_price": None}
        await self._instruments.update_one(unseeded, {"$set": {"seed_price": price, "seeded_at": at}})
        stored = await self._instruments.find_one({"_id": instrument.instrument})
        record = InstrumentRecord.model_validate(stored)
        return Seed(record.seed_price or price, record.seeded_at or at)

    async def close(self) -> None:
        """Return once everything kept is written."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def _keep(self, instrument: Instrument) -> None:
        facts = to_document(instrument)
        try:
            await self._instruments.find_one_and_update(
                {"_id": instrument.instrument},
                {"$set": facts, "$setOnInsert": {"seed_price": None, "seeded_at": None}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except PyMongoError as error:
            log.warning("instrument.unwritten", instrument=instrument.instrument, error=type(error).__name__)
