"""The venue's stream: every event, numbered, to everyone who listens; doubled or out of order where a fault says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace

from execution.adapters.remote.wire import Numbered, Word
from execution.ports import BrokerEvent
from mathematricks.contracts.instruments import Quote

from mathematricks_cli.venue.floor import Floor, public_id

HELD_BACK_AT_MOST = 0.2
"""Seconds that an event waits for another one to be told before it."""


class Listener:
    """One stream: what it is still to be told."""

    def __init__(self) -> None:
        self._words: asyncio.Queue[Word] = asyncio.Queue()

    def put(self, word: Word) -> None:
        """Add what is to be told next."""
        self._words.put_nowait(word)

    async def next(self) -> Word:
        """Return what is told next."""
        return await self._words.get()


class Stream:
    """Tells the listeners what the floor tells."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._events = floor.venue.events()
        self._number = floor.venue.told
        self._listeners: set[Listener] = set()
        self._held: list[Numbered] = []

    def join(self) -> Listener:
        """Return a listener that is told everything from now on."""
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Tell *listener* no more."""
        self._listeners.discard(listener)

    def tell_quotes(self, quotes: Sequence[Quote]) -> None:
        """Tell everyone what is quoted."""
        for listener in self._listeners:
            listener.put(Word(quotes=tuple(quotes)))

    async def run(self) -> None:
        """Number and tell events until cancelled."""
        news = asyncio.create_task(_pump(self._events, queue := asyncio.Queue[BrokerEvent]()))
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(HELD_BACK_AT_MOST if self._held else None):
                        self._take(await queue.get())
                        continue
                self._release()
        finally:
            news.cancel()

    def _take(self, event: BrokerEvent) -> None:
        self._number += 1
        told = Numbered(self._number, self._shown(event))
        account, instrument = event.account, event.fill.contract.key if event.fill else None
        if self._floor.faults.strike("reordered_events", account, instrument):
            self._held.append(told)
            return
        copies = 2 if self._floor.faults.strike("duplicate_events", account, instrument) else 1
        self._tell([told] * copies)
        self._release()

    def _release(self) -> None:
        """Tell what was held back, the last one first: after what happened after it."""
        if self._held:
            held, self._held = self._held[::-1], []
            self._tell(held)

    def _tell(self, events: Sequence[Numbered]) -> None:
        for listener in self._listeners:
            listener.put(Word(events=tuple(events)))

    def _shown(self, event: BrokerEvent) -> BrokerEvent:
        fill = self._floor.shown(event.fill) if event.fill else None
        return replace(event, client_order_id=public_id(event.client_order_id), fill=fill)


async def _pump(events: AsyncIterator[BrokerEvent], into: asyncio.Queue[BrokerEvent]) -> None:
    async for event in events:
        into.put_nowait(event)
