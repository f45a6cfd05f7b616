"""Databases that tests use one after the other: to make every collection takes half a second, to empty them nothing."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mathematricks.contracts.base import Collection
from mathematricks.storage.mongo import Database, mongo

RESTING = 4
"""Tests for which a database is left alone, so that what an ended one still writes meets nobody."""


class Databases:
    """
    Lend databases that have *owned*, empty.

    They are emptied when they are lent again. A test may fill one, not change its validators or indexes.
    """

    def __init__(self, url: str, owned: Sequence[Collection]) -> None:
        self._url, self._owned = url, owned
        self._used = deque[str]()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Database]:
        """Yield a database until its test ends."""
        again = len(self._used) > RESTING
        name = self._used.popleft() if again else f"test_{uuid.uuid4().hex[:12]}"
        async with mongo(self._url, name, () if again else self._owned) as database:
            if again:
                await self._empty(database)
            yield database
        self._used.append(name)

    async def _empty(self, database: Database) -> None:
        ours = {each.name for each in self._owned}
        there = await database.list_collection_names()
        await asyncio.gather(*(database[name].delete_many({}) for name in there if name in ours))
        for name in there:
            if name not in ours:
                await database.drop_collection(name)
