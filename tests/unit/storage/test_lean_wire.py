"""Waiting for MongoDB's answers: what PyMongo's own way guards stays guarded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pymongo
import pytest
from mathematricks.storage import lean_wire
from mathematricks.storage.lean_wire import install, receive
from mathematricks.storage.mongo import Database
from pymongo.asynchronous import pool
from pymongo.errors import NetworkTimeout, _OperationCancelled


@dataclass
class Cancel:
    cancelled: bool = False


@dataclass
class Connection:
    """A pooled connection whose server never answers."""

    gettimeout: float | None
    cancel_context: Cancel = field(default_factory=Cancel)

    @property
    def conn(self) -> Connection:
        return self

    get_conn = conn

    async def read(self, request_id: int | None, most: int) -> tuple[bytes, int]:
        await asyncio.Event().wait()
        raise AssertionError("nobody answers")


async def test_an_answer_that_does_not_come_in_time_is_a_timeout() -> None:
    with pytest.raises(TimeoutError, match="timed out"):
        await receive(Connection(gettimeout=0.01), 1)


async def test_a_cleared_pool_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lean_wire, "LOOK_EVERY", 0.005)
    connection = Connection(gettimeout=None)
    waiting = asyncio.create_task(receive(connection, 1))
    await asyncio.sleep(0)

    connection.cancel_context.cancelled = True

    with pytest.raises(_OperationCancelled):
        await waiting


async def test_a_caller_that_gives_up_is_not_told_of_a_timeout() -> None:
    waiting = asyncio.create_task(receive(Connection(gettimeout=30), 1))
    await asyncio.sleep(0)

    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_another_pymongo_keeps_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pymongo, "version_tuple", (5, 0, 0))

    assert not install()


async def test_a_server_that_hangs_is_an_error_and_the_next_question_is_answered(db: Database) -> None:
    assert pool.async_receive_message is receive
    await db.slow.insert_one({"_id": 1})
    host, port = await db.client.address or ("", 0)
    impatient: pymongo.AsyncMongoClient[Any] = pymongo.AsyncMongoClient(
        host, port, directConnection=True, socketTimeoutMS=200, retryReads=False
    )

    with pytest.raises(NetworkTimeout):
        await impatient[db.name].slow.find_one({"$where": "sleep(1500) || true"})

    assert await impatient[db.name].slow.find_one({"_id": 1}) == {"_id": 1}
    await impatient.close()
