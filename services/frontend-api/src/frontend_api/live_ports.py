"""What the live stream needs of the world: documents as they change, and the browsers that listen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from frontend_api.domain.visibility import Viewer


class ChangesLost(Exception):
    """The view of what changes broke: whoever follows must begin again with a snapshot."""


@dataclass(frozen=True)
class Change:
    """That a document was written, with all that it says now, or removed."""

    collection: str
    key: str
    document: Mapping[str, Any] | None
    removed: bool = False


class Documents(Protocol):
    """The documents that pages draw, read-only."""

    async def all(self, collection: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Return every document with its key."""

    def changes(self, collections: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[Change | None]]:
        """
        Yield changes from now on, ended sessions among them (removed); None: nothing lately.

        Raises:
            ChangesLost: when they cannot be followed (any more).
        """


class Line(Protocol):
    """One browser's stream, as far as it was filled."""

    session_id: str
    ended: str | None

    def end(self, why: str) -> None:
        """End it, and wake whoever waits for news."""

    async def next(self, patience: float) -> bytes:
        """Return what waits, of each document the latest; nothing after *patience* seconds."""

    async def rest(self, seconds: float) -> None:
        """Let what comes gather for so long, or until the end."""


class Live(Protocol):
    """The browsers that listen now."""

    def open(self, viewer: Viewer, session_id: str) -> Line:
        """Open a line; a session has a handful, then its oldest ends."""

    def hang_up(self, line: Any) -> None:
        """Forget a line."""

    def tell(self, event: str, key: str, frame_for: Callable[[Viewer], bytes | None]) -> None:
        """Put an event on every line whose viewer gets a frame of it."""

    def end_session(self, session_id: str) -> None:
        """End the lines of a session."""

    def end_all(self, why: str) -> None:
        """End every line; with "leaving" also those to come."""

    def anybody(self) -> bool:
        """Whether anyone listens."""

    async def somebody(self) -> None:
        """Return when anyone listens."""

    def follows(self, yes: bool) -> None:
        """Say whether changes are being followed now."""

    def is_followed(self) -> bool:
        """Whether changes are being followed now: what is read from then on misses none."""
