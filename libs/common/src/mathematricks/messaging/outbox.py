"""
Owed until seen (RULES 6): a record stays owed until its *effect* stands in the consumer's collection.

A record that owes messages carries ``owed = {since, next, times}``. Publishing settles nothing. The
sweep takes what is overdue, looks for effects, settles those in bulk and publishes the rest again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from mathematricks.contracts.base import to_instant
from mathematricks.runtime.failpoints import failpoint

log = structlog.get_logger(__name__)

Document = dict[str, Any]
GRACE = timedelta(seconds=2)
LONGEST = timedelta(seconds=60)
_AT_ONCE = 50
_MOST_PORTIONS = 20


def owed(now: datetime) -> Document:
    """Return the mark of a record that owes messages from *now* on."""
    return {"since": to_instant(now), "next": to_instant(now + GRACE), "times": 0}


@dataclass(frozen=True)
class Sweep:
    """
    How one collection's debts are settled.

    Args:
        records: The collection that owes; the sweeping service owns it.
        effects_of: Given owing documents, return the ``_id`` of those whose effect is seen.
        publish: Publish again what a document owes.
        most: Documents taken at a time; a run takes all that are due, in such portions.
        needs: What *effects_of* reads of a document beside its ``_id``; None: everything.
    """

    records: AsyncCollection[Document]
    effects_of: Callable[[Sequence[Document]], Awaitable[set[Any]]]
    publish: Callable[[Document], Awaitable[None]]
    most: int = 500
    needs: tuple[str, ...] | None = None

    async def run(self, now: datetime) -> tuple[int, int]:
        """Settle what is seen, publish what is not; return how many of each."""
        settled = published = 0
        for _ in range(_MOST_PORTIONS):
            due = await self._due(now)
            seen, unseen = await self._portion(due, now) if due else (0, 0)
            settled, published = settled + seen, published + unseen
            if len(due) < self.most:
                break
        return settled, published

    async def _due(self, now: datetime) -> list[Document]:
        overdue = {"owed.next": {"$lte": to_instant(now)}}
        fields = None if self.needs is None else ["owed", *self.needs]
        return await self.records.find(overdue, fields).sort("owed.next", 1).to_list(self.most)

    async def _portion(self, due: list[Document], now: datetime) -> tuple[int, int]:
        seen = await self.effects_of(due)
        if seen:
            # what came to owe anew since we looked has a later mark, and keeps it
            still = {"_id": {"$in": list(seen)}, "owed.since": {"$lte": to_instant(now)}}
            await self.records.update_many(still, {"$unset": {"owed": ""}})
            await failpoint("owed.settled")
        unseen = [document for document in due if document["_id"] not in seen]
        if unseen:
            failed = await self._publish_all(await self._whole(unseen))
            await failpoint("owed.published")
            later = [_postpone(document, now, failed=document["_id"] in failed) for document in unseen]
            await self.records.bulk_write(later, ordered=False)
            await failpoint("owed.postponed")
            log.warning("owed.published_again", collection=self.records.name, count=len(unseen), failed=len(failed))
        return len(seen), len(unseen)

    async def _whole(self, documents: list[Document]) -> list[Document]:
        if self.needs is None:
            return documents
        return await self.records.find({"_id": {"$in": [document["_id"] for document in documents]}}).to_list()

    async def _publish_all(self, documents: list[Document]) -> set[Any]:
        """Return the ``_id`` of those that could not be published: one must not hold up the others."""
        failed: dict[Any, BaseException] = {}
        for first in range(0, len(documents), _AT_ONCE):
            some = documents[first : first + _AT_ONCE]
            outcomes = await asyncio.gather(*(self.publish(each) for each in some), return_exceptions=True)
            told = zip(some, outcomes, strict=True)
            failed |= {each["_id"]: outcome for each, outcome in told if isinstance(outcome, BaseException)}
        if failed:
            log.error("owed.not_published", collection=self.records.name, exc_info=next(iter(failed.values())))
        return set(failed)


def _postpone(document: Document, now: datetime, *, failed: bool) -> UpdateOne:
    still_owed = {"_id": document["_id"], "owed": {"$exists": True}}
    if failed:
        return UpdateOne(still_owed, {"$set": {"owed.next": to_instant(now + GRACE)}})
    pause = min(LONGEST, GRACE * 2 ** min(document["owed"]["times"], 5))
    later = {"owed.next": to_instant(now + pause), "last_published_at": to_instant(now)}
    return UpdateOne(still_owed, {"$set": later, "$inc": {"owed.times": 1}})
