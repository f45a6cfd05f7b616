"""What the one stream of a browser says beside the documents that changed."""

from __future__ import annotations

from mathematricks.contracts.base import Instant, Message


class Heartbeat(Message):
    """The stream lives: the server's time, and which build of the pages it serves (another one: load them anew)."""

    at: Instant
    build: str


class SnapshotEnd(Message):
    """Everything there is was sent; from here on come changes."""

    at: Instant


class Gone(Message):
    """A document was removed; told to admins alone."""

    event: str
    key: str
