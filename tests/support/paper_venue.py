"""The venue on a MongoDB that can be made to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from execution.adapters.paper.engine.orders import PaperOrder
from execution.adapters.paper.settings import PaperSettings
from execution.adapters.paper.store import PaperStore
from execution.adapters.paper.venue import PaperVenue
from mathematricks.storage.mongo import Database
from pymongo.errors import AutoReconnect

from support.paper import DrivenMarket, SetClock


class WeakStore(PaperStore):
    """A store whose connection breaks *before* or *after* a write, or which waits for a word."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.breaks: list[str] = []
        self.go = asyncio.Event()
        self.go.set()

    async def write(self, steps: Sequence[Sequence[PaperOrder]]) -> list[Exception | None]:
        await self.go.wait()
        broken = self.breaks.pop(0) if self.breaks else ""
        if broken == "before":
            raise AutoReconnect("gone")
        written = await super().write(steps)
        if broken == "after":
            raise AutoReconnect("gone")
        return written


async def a_venue(
    db: Database, market: DrivenMarket, store: PaperStore | None = None, clock: SetClock | None = None, **but: Any
) -> PaperVenue:
    """Return a started venue; to drop it is to kill it."""
    venue = PaperVenue(store or PaperStore(db), market, PaperSettings(**but), clock or SetClock())
    await venue.start()
    return venue
