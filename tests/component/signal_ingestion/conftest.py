"""Signal ingestion as it runs, on a real MongoDB and the in-process bus, without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from mathematricks.storage.mongo import Database
from support.intake import Intake, intake


@pytest.fixture
async def desk(db: Database, mongo_url: str) -> AsyncIterator[Intake]:
    """The service, with a sender ``alice`` who may send for the strategy Trend by every kind of secret."""
    async with intake(mongo_url, db) as running:
        await running.add_sender("alice", ["Trend"])
        yield running
