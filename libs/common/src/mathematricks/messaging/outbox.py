"""
Owed until seen (RULES 6): a record stays owed until its *effect* stands in the consumer's collection.

A record that owes messages carries ``owed = {since, next, times}``. Publishing settles nothing. The
sweep takes what is overdue, looks for effects, settles those in bulk and publishes the rest again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from mathematricks.contracts.base import to_instant

log = structlog.get_logger(__name__)

Document = dict[str, Any]
GRACE = timedelta(seconds=2)
LONGEST = timedelta(seconds=60)


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
    """

    records: AsyncCollection[Document]
    effects_of: Callable[[Sequence[Document]], Awaitable[set[Any]]]
    publish: Callable[[Document], Awaitable[None]]
    most: int = 500

    async def run(self, now: datetime) -> tuple[int, int]:
        """Settle what is seen, publish what is not; return how many of each."""
        overdue = {"owed.next": {"$lte": to_instant(now)}}
        due = await self.records.find(overdue).sort("owed.next", 1).to_list(self.most)
        if not due:
            return 0, 0
        seen = await self.effects_of(due)
        if seen:
            await self.records.update_many({"_id": {"$in": list(seen)}}, {"$unset": {"owed": ""}})
        unseen = [document for document in due if document["_id"] not in seen]
        for document in unseen:
            await self.publish(document)
        if unseen:
            await self.records.bulk_write([_postpone(document, now) for document in unseen], ordered=False)
            log.warning("owed.published_again", collection=self.records.name, count=len(unseen))
        return len(seen), len(unseen)


def _postpone(document: Document, now: datetime) -> UpdateOne:
    pause = min(LONGEST, GRACE * 2 ** min(document["owed"]["times"], 5))
    later = {"owed.next": to_instant(now + pause), "last_published_at": to_instant(now)}
    return UpdateOne({"_id": document["_id"], "owed": {"$exists": True}}, {"$set": later, "$inc": {"owed.times": 1}})
