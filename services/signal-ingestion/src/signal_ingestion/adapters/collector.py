"""Following the owner's signal collector: its collection is an inlet, and is told what became of each document."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import structlog
from bson.codec_options import CodecOptions
from mathematricks.contracts.base import Environment, derive_id, to_instant
from mathematricks.runtime.failpoints import failpoint
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from signal_ingestion.domain.arrival import Answer, Arrival
from signal_ingestion.domain.parse import unwrap
from signal_ingestion.handlers import accept
from signal_ingestion.ports import NotRecorded, Ports

log = structlog.get_logger(__name__)

COLLECTION = "trading_signals"
ITS_OWN = ("_id", "received_at", "signal_processed", "api_endpoint", "environment", "mathematricks_signal_id")
"""What the collector adds to a body."""
PAUSE_SECONDS = 2.0
NOBODY = "-"
"""No sender can have this name: an admin must list the strategy with one."""

Document = dict[str, Any]


async def follow_collector(ports: Ports) -> None:
    """Follow the collector's collection until cancelled; without its URL, only wait. An outage there only pauses."""
    if ports.settings.collector_url is None:
        await asyncio.Event().wait()
        return
    url = ports.settings.collector_url.get_secret_value()
    client: AsyncMongoClient[Document] = AsyncMongoClient(url, serverSelectionTimeoutMS=10_000)
    codec: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
    collection = client[ports.settings.collector_database].get_collection(COLLECTION, codec_options=codec)
    try:
        while True:
            try:
                await _follow(collection, ports)
            except (PyMongoError, NotRecorded) as failure:
                log.warning("collector.interrupted", error=type(failure).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await client.close()


async def _follow(collection: AsyncCollection[Document], ports: Ports) -> None:
    """Open the change stream first and catch up second, so that nothing falls between the two."""
    environment = ports.settings.platform.environment
    inserted = {"operationType": "insert", "fullDocument.environment": environment}
    async with await collection.watch([{"$match": inserted}]) as changes:
        await _catch_up(collection, environment, ports)
        async for change in changes:
            await _take(change["fullDocument"], collection, ports)


async def _catch_up(collection: AsyncCollection[Document], environment: Environment, ports: Ports) -> None:
    waiting = {"signal_processed": {"$ne": True}, "environment": environment}
    async for document in collection.find(waiting, allow_disk_use=True).sort("received_at", 1):
        await _take(document, collection, ports)


async def _take(document: Document, collection: AsyncCollection[Document], ports: Ports) -> None:
    """The same document again gives the same signal: a crash before the mark costs nothing."""
    if document.get("signal_processed") is True:
        return
    arrival = await _arrival_of(document, ports)
    answer = await accept(arrival, ports)
    await failpoint("signal-ingestion.collected")
    mark = {"signal_processed": True, **_outcome(answer)}
    await collection.update_one({"_id": document["_id"]}, {"$set": mark})


async def _arrival_of(document: Document, ports: Ports) -> Arrival:
    body = {name: value for name, value in document.items() if name not in ITS_OWN}
    strategy = unwrap(body).get("strategy_name")
    sender = await ports.senders.of_strategy(strategy) if isinstance(strategy, str) else None
    return Arrival(
        raw_id=derive_id("r", "collector", document["_id"]),
        intake="collector",
        body=json.dumps(body, default=str).encode(),
        received_at=_received_at(document) or ports.clock.now(),
        environment=ports.settings.platform.environment,
        sender=sender.name if sender else NOBODY,
    )


def _received_at(document: Document) -> datetime | None:
    """A collector may keep the time as text; without a zone it is UTC."""
    received = document.get("received_at")
    try:
        moment = datetime.fromisoformat(received) if isinstance(received, str) else received
        return to_instant(moment.replace(tzinfo=moment.tzinfo or UTC)) if isinstance(moment, datetime) else None
    except (ValueError, OverflowError):
        return None


def _outcome(answer: Answer) -> Document:
    if "signal_id" in answer.body:
        return {"mathematricks_signal_id": answer.body["signal_id"]}
    return {"mathematricks_refusal": answer.body["error"]}
