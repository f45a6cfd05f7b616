"""Signal ingestion as it runs, on a real MongoDB and the in-process bus, without a socket."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from mathematricks.storage.mongo import Database, mongo
from support.intake import Intake, intake


@pytest.fixture
async def db(mongo_url: str) -> AsyncIterator[Database]:
    """An empty database: the service makes the collections it owns, and that is part of the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with mongo(mongo_url, name) as database:
        yield database
        await database.client.drop_database(name)


@pytest.fixture
async def desk(db: Database, mongo_url: str) -> AsyncIterator[Intake]:
    """The service, with a sender ``alice`` who may send for the strategy Trend by every kind of secret."""
    async with intake(mongo_url, db) as running:
        await running.add_sender("alice", ["Trend"])
        yield running
