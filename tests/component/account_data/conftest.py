"""Account-data, started on the test's own database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from mathematricks.storage.mongo import Database
from support.ledger_desk import Desk, Start, started


@pytest.fixture
def start(mongo_url: str, db: Database) -> Start:
    """Start account-data as often as the test likes."""
    return partial(started, mongo_url, db)


@pytest.fixture
async def desk(start: Start) -> AsyncIterator[Desk]:
    async with start() as desk:
        yield desk
