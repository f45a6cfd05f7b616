"""How chaos measures recovery: books that lack a fill of the venue, or its position, are not correct yet."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from mathematricks.contracts.collections import ACCOUNT_HISTORY, ACCOUNT_STATE, PAPER_ORDERS
from mathematricks.storage.mongo import Database, mongo
from mathematricks_cli.chaos.recovery import LOOK_EVERY, Books, seconds_to_correct

ACCOUNT = "paper:Chaos_A"
SEVERAL_LOOKS = 10 * LOOK_EVERY


@pytest.fixture
async def bare(mongo_url: str) -> AsyncIterator[Database]:
    """A database that takes any document: what is looked at here are four fields of three collections."""
    async with mongo(mongo_url, f"test_{uuid.uuid4().hex[:12]}") as database:
        yield database
        await database.client.drop_database(database.name)


async def test_books_are_correct_once_every_fill_is_booked_and_its_position_saved(bare: Database):
    fills = [{"execution_id": "f1"}, {"execution_id": "f2"}]
    await bare[PAPER_ORDERS.name].insert_one({"_id": "o1", "fills": fills, "last_fill_at": datetime.now(UTC)})
    await _book(bare, "f1", 1)
    await bare[ACCOUNT_STATE.name].insert_one({"_id": ACCOUNT, "through_seq": 1})
    measured = asyncio.create_task(seconds_to_correct(Books(bare, bare)))

    assert not await _ends_soon(measured), "one fill is not booked"
    await _book(bare, "f2", 2)
    assert not await _ends_soon(measured), "its position is not saved"
    await bare[ACCOUNT_STATE.name].update_one({"_id": ACCOUNT}, {"$set": {"through_seq": 2}})

    assert (await measured or 0) > 0


async def test_books_of_a_venue_that_has_done_nothing_are_correct(bare: Database):
    assert await seconds_to_correct(Books(bare, bare)) is not None


async def _book(db: Database, execution_id: str, seq: int) -> None:
    await db[ACCOUNT_HISTORY.name].insert_one({"_id": execution_id, "account": ACCOUNT, "seq": seq})


async def _ends_soon(task: asyncio.Task[float | None]) -> bool:
    done, _ = await asyncio.wait([task], timeout=SEVERAL_LOOKS)
    return bool(done)
