"""The live stream: one look at what changes for all browsers, and to each what exists for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import structlog
from mathematricks.contracts.base import Message
from mathematricks.contracts.collections import SESSIONS
from mathematricks.contracts.live import Gone, Heartbeat, SnapshotEnd
from pydantic import ValidationError

from frontend_api.domain.live import CLOSED, FEEDS, RETRY, Feed, frame_of
from frontend_api.domain.sessions import is_open
from frontend_api.domain.visibility import Viewer
from frontend_api.handlers.sessions import Entered
from frontend_api.live_ports import Change, ChangesLost, Line
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

HEARTBEAT = 5.0
CHECK_EVERY = 30.0
"""Seconds between looks at whether the session has run out; its end by hand is told at once."""
BEFORE_TRYING_AGAIN = 1.0
SOON = 0.01
PACE = 0.15
"""Seconds between two sendings to one browser: what changes meanwhile goes together, the first goes at once."""


async def follow_documents(ports: Ports) -> None:
    """Pass changes on for ever, as long as somebody listens; where the view of them is lost, browsers reconnect."""
    while True:
        await ports.live.somebody()
        try:
            await _pass_on(ports)
        except ChangesLost as why:
            log.warning("live.lost", why=str(why))
            ports.live.end_all("lost")
            await asyncio.sleep(BEFORE_TRYING_AGAIN)
        finally:
            ports.live.follows(False)


async def frames(entered: Entered, viewer: Viewer, ports: Ports) -> AsyncIterator[bytes]:
    """Yield the events of one browser: a snapshot, then what changes, and heartbeats; it ends with the session."""
    line = ports.live.open(viewer, entered.session.session_id)
    try:
        yield RETRY + _heartbeat(ports)
        while line.ended is None and not ports.live.is_followed():
            await line.next(SOON)  # whatever it says, the snapshot will say too
        async for frame in _snapshot(viewer, ports):
            yield frame
        async for frame in _told(line, ports):
            yield frame
        if line.ended == "session":
            yield CLOSED
    finally:
        ports.live.hang_up(line)


async def _told(line: Line, ports: Ports) -> AsyncIterator[bytes]:
    beat, checked = time.monotonic(), time.monotonic()
    while line.ended is None:
        news = await line.next(max(0.0, beat + HEARTBEAT - time.monotonic()))
        if line.ended is None and news:
            yield news
            await line.rest(PACE)
        if time.monotonic() >= beat + HEARTBEAT:
            beat = time.monotonic()
            yield _heartbeat(ports)
        if time.monotonic() >= checked + CHECK_EVERY:
            checked = time.monotonic()
            await _end_if_over(line, ports)


async def _end_if_over(line: Line, ports: Ports) -> None:
    session = await ports.sessions.named(line.session_id)
    user = await ports.users.find(session.user_id) if session else None
    if session is None or not is_open(session, ports.clock.now()) or user is None or user.disabled:
        line.end("session")


async def _snapshot(viewer: Viewer, ports: Ports) -> AsyncIterator[bytes]:
    for collection, feed in FEEDS.items():
        if not feed.in_snapshot:
            continue
        for key, document in await ports.documents.all(collection):
            message = _read(feed, Change(collection, key, document))
            if message is not None and feed.sees(viewer, message):
                yield frame_of(feed.event, message)
    yield frame_of("snapshot", SnapshotEnd(at=ports.clock.now()))


async def _pass_on(ports: Ports) -> None:
    async with ports.documents.changes(tuple(FEEDS)) as changes:
        ports.live.follows(True)
        async for change in changes:
            if not ports.live.anybody():
                ports.live.follows(False)  # before the stream is closed: whoever comes meanwhile waits for the next
                return
            if change is not None:
                _tell(change, ports)


def _tell(change: Change, ports: Ports) -> None:
    if change.collection == SESSIONS.name:
        ports.live.end_session(change.key)
        return
    feed = FEEDS[change.collection]
    if change.removed:
        frame = frame_of("gone", Gone(event=feed.event, key=change.key))
        ports.live.tell("gone", change.key, lambda viewer: frame if viewer.role == "admin" else None)
    elif (message := _read(feed, change)) is not None:
        _tell_those_who_see(feed, change.key, message, ports)


def _tell_those_who_see(feed: Feed, key: str, message: Message, ports: Ports) -> None:
    """Encode *message* once, and only where somebody sees it."""
    encoded: list[bytes] = []

    def frame_for(viewer: Viewer) -> bytes | None:
        if not feed.sees(viewer, message):
            return None
        if not encoded:
            encoded.append(frame_of(feed.event, message))
        return encoded[0]

    ports.live.tell(feed.event, key, frame_for)


def _read(feed: Feed, change: Change) -> Message | None:
    """Return the document; one of another version's words is left out, and said so."""
    if change.document is None:
        return None
    try:
        return feed.model.model_validate(change.document)
    except ValidationError as error:
        log.error("live.misread", collection=change.collection, errors=error.error_count())
        return None


def _heartbeat(ports: Ports) -> bytes:
    return frame_of("heartbeat", Heartbeat(at=ports.clock.now(), build=ports.build()))
