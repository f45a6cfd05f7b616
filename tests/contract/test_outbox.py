"""What is owed is published again until its effect is seen, and then no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from mathematricks.messaging.bus import Unpublished
from mathematricks.messaging.outbox import GRACE, LONGEST, Document, Sweep, owed
from mathematricks.storage.mongo import Database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Consumer:
    """Sees effects where it was told to, and refuses to be told of some documents."""

    def __init__(self, *, deaf_to: frozenset[int] = frozenset()) -> None:
        self.has: set[Any] = set()
        self.told: list[Document] = []
        self.asked: list[Document] = []
        self._deaf_to = deaf_to

    async def effects_of(self, documents: Sequence[Document]) -> set[Any]:
        self.asked += documents
        return self.has & {document["_id"] for document in documents}

    async def publish(self, document: Document) -> None:
        if document["_id"] in self._deaf_to:
            raise Unpublished("not this one")
        self.told.append(document)

    @property
    def heard(self) -> list[int]:
        return sorted(document["_id"] for document in self.told)


async def owing(db: Database, count: int, since: datetime = NOON) -> None:
    await db.debts.insert_many([{"_id": number, "text": f"n{number}", "owed": owed(since)} for number in range(count)])


async def test_nothing_is_published_again_before_its_time(db: Database) -> None:
    consumer = Consumer()
    await owing(db, 3)

    assert await Sweep(db.debts, consumer.effects_of, consumer.publish).run(NOON + SECOND) == (0, 0)
    assert consumer.asked == []


async def test_what_has_its_effect_is_settled_and_the_rest_published_again(db: Database) -> None:
    consumer = Consumer()
    consumer.has = {0, 2}
    await owing(db, 4)

    assert await Sweep(db.debts, consumer.effects_of, consumer.publish).run(NOON + GRACE) == (2, 2)

    assert consumer.heard == [1, 3]
    assert {found["_id"] async for found in db.debts.find({"owed": {"$exists": True}})} == {1, 3}
    assert {found["_id"] async for found in db.debts.find({"last_published_at": NOON + GRACE})} == {1, 3}


async def test_it_is_published_ever_more_rarely_but_never_given_up(db: Database) -> None:
    consumer, now = Consumer(), NOON
    await owing(db, 1)
    sweep = Sweep(db.debts, consumer.effects_of, consumer.publish)
    times: list[datetime] = []
    while len(times) < 9:
        now += SECOND
        if (await sweep.run(now))[1]:
            times.append(now)

    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[:4] == [GRACE, 2 * GRACE, 4 * GRACE, 8 * GRACE]
    assert pauses[-2:] == [LONGEST, LONGEST]


async def test_one_run_takes_everything_that_is_due(db: Database) -> None:
    consumer = Consumer()
    consumer.has = set(range(0, 25, 2))
    await owing(db, 25)

    assert await Sweep(db.debts, consumer.effects_of, consumer.publish, most=10).run(NOON + GRACE) == (13, 12)


async def test_one_that_cannot_be_published_stays_owed_and_holds_up_nobody(db: Database) -> None:
    consumer = Consumer(deaf_to=frozenset({1}))
    await owing(db, 3)
    sweep = Sweep(db.debts, consumer.effects_of, consumer.publish, most=2)

    await sweep.run(NOON + GRACE)

    assert consumer.heard == [0, 2]
    failed = await db.debts.find_one({"_id": 1})
    assert failed is not None
    assert failed["owed"] == {"since": NOON, "next": NOON + 2 * GRACE, "times": 0}


async def test_effects_are_sought_with_the_named_fields_only_and_published_whole(db: Database) -> None:
    consumer = Consumer()
    await owing(db, 1)

    await Sweep(db.debts, consumer.effects_of, consumer.publish, needs=()).run(NOON + GRACE)

    assert set(consumer.asked[0]) == {"_id", "owed"}
    assert consumer.told[0]["text"] == "n0"


async def test_what_came_to_owe_anew_meanwhile_stays_owed(db: Database) -> None:
    consumer, now = Consumer(), NOON + GRACE
    await owing(db, 1)

    async def seen_but_owing_again(documents: Sequence[Document]) -> set[Any]:
        await db.debts.update_one({"_id": 0}, {"$set": {"owed": owed(now + SECOND)}})
        return {document["_id"] for document in documents}

    await Sweep(db.debts, seen_but_owing_again, consumer.publish).run(now)

    still = await db.debts.find_one({"_id": 0})
    assert still is not None
    assert still["owed"]["since"] == now + SECOND


async def test_a_store_that_fails_settles_nothing(db: Database) -> None:
    consumer = Consumer()
    await owing(db, 2)

    async def broken(_: Sequence[Document]) -> set[Any]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Sweep(db.debts, broken, consumer.publish).run(NOON + GRACE)

    assert await db.debts.count_documents({"owed": {"$exists": True}}) == 2
    assert consumer.told == []
