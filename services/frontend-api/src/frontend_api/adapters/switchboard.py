"""The browsers that listen now, each with what waits to be sent to it: of every document the latest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from frontend_api.domain.live import RESYNC
from frontend_api.domain.visibility import Viewer

MOST_WAITING = 500
MOST_PER_SESSION = 6
"""Streams of one session; one more ends the oldest."""


class QueuedLine:
    """One browser's stream; a browser that is slow misses what was overtaken, and never grows a queue."""

    def __init__(self, viewer: Viewer, session_id: str) -> None:
        self.viewer, self.session_id = viewer, session_id
        self.ended: str | None = None
        self._waiting: dict[tuple[str, str], bytes] = {}
        self._news = asyncio.Event()
        self._end = asyncio.Event()

    def put(self, event: str, key: str, frame: bytes) -> None:
        self._waiting.pop((event, key), None)
        if len(self._waiting) >= MOST_WAITING:
            self._waiting = {("resync", ""): RESYNC}
        self._waiting[event, key] = frame
        self._news.set()

    def end(self, why: str) -> None:
        self.ended = self.ended or why
        self._news.set()
        self._end.set()

    async def next(self, patience: float) -> bytes:
        try:
            async with asyncio.timeout(patience):
                await self._news.wait()
        except TimeoutError:
            return b""
        self._news.clear()
        waiting, self._waiting = self._waiting, {}
        return b"".join(waiting.values())

    async def rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._end.wait()


class Switchboard:
    """All lines of this process."""

    def __init__(self) -> None:
        self._lines: dict[QueuedLine, None] = {}
        self._somebody = asyncio.Event()
        self._followed = False
        self._leaving = False

    def open(self, viewer: Viewer, session_id: str) -> QueuedLine:
        line = QueuedLine(viewer, session_id)
        mine = [each for each in self._lines if each.session_id == session_id]
        for old in mine[: max(0, len(mine) + 1 - MOST_PER_SESSION)]:
            old.end("overtaken")
        self._lines[line] = None
        self._somebody.set()
        if self._leaving:
            line.end("leaving")
        return line

    def hang_up(self, line: QueuedLine) -> None:
        self._lines.pop(line, None)
        if not self._lines:
            self._somebody.clear()

    def tell(self, event: str, key: str, frame_for: Callable[[Viewer], bytes | None]) -> None:
        for line in self._lines:
            if (frame := frame_for(line.viewer)) is not None:
                line.put(event, key, frame)

    def end_session(self, session_id: str) -> None:
        for line in self._lines:
            if line.session_id == session_id:
                line.end("session")

    def end_all(self, why: str) -> None:
        self._leaving = self._leaving or why == "leaving"
        for line in self._lines:
            line.end(why)

    def anybody(self) -> bool:
        return bool(self._lines)

    async def somebody(self) -> None:
        await self._somebody.wait()

    def follows(self, yes: bool) -> None:
        self._followed = yes

    def is_followed(self) -> bool:
        return self._followed
