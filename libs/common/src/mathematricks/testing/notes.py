"""Messages, handlers and waiting for the suites of the bus."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Protocol

from mathematricks.contracts.base import Instant, Message, Topic
from mathematricks.messaging.bus import Bus
from mathematricks.messaging.delivery import Envelope

PATIENCE = 30.0
"""Seconds to wait for what must happen."""
STILLNESS = 0.5
"""Seconds to wait for what must not happen."""


class Note(Message):
    """A message of the suite's own."""

    text: str
    amount: Decimal = Decimal(0)
    at: Instant | None = None


class RawBus(Bus, Protocol):
    """A bus that also takes bytes as they are."""

    async def publish_raw(self, topic: str, envelope: Envelope) -> None:
        """Publish *envelope* unexamined."""


def a_topic() -> Topic[Note]:
    """Return a topic nobody else uses."""
    return Topic(f"notes-{uuid.uuid4().hex[:12]}", Note, lambda note: note.text)


def a_name() -> str:
    """Return a subscriber name nobody else uses."""
    return f"reader-{uuid.uuid4().hex[:8]}"


class Inbox:
    """A handler that remembers what it was given, and may be told what to do with it."""

    def __init__(self, behave: Callable[[Note, int], Awaitable[None]] | None = None) -> None:
        self.notes: list[Any] = []
        self._behave = behave

    async def __call__(self, note: Any) -> None:
        self.notes.append(note)
        if self._behave:
            await self._behave(note, self.texts.count(note.text))

    @property
    def texts(self) -> list[str]:
        return [note.text for note in self.notes]


async def until(condition: Callable[[], bool], within: float = PATIENCE) -> None:
    """Return once *condition* holds; fail after *within* seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)
