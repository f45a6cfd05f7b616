"""What alerting needs of the world, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mathematricks.contracts.alerts import Alert, AlertRecord, Notification, Severity
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import Clock

from alerting.domain.escalation import Ladder


class AlertBook(Protocol):
    """Every alert ever raised."""

    async def about(self, alert: Alert) -> AlertRecord | None:
        """Return the record that has counted *alert* already, else the open one of its key."""

    async def find(self, alert_id: str) -> AlertRecord | None:
        """Return the record whose first occurrence has this id."""

    async def newest(self, limit: int, severities: Sequence[Severity]) -> Sequence[AlertRecord]:
        """Return up to *limit* records of these severities, the last seen first."""

    async def open(self, limit: int) -> Sequence[AlertRecord]:
        """Return the alerts that nobody has acknowledged, the most urgent and newest first."""

    async def write(self, record: AlertRecord, known: AlertRecord | None) -> bool:
        """Put *record* in the place of *known* (None: it is new); False if another was faster."""


class Pages(Protocol):
    """What was sent to people, and what is owed to them."""

    async def owe(self, pages: Sequence[Notification]) -> None:
        """Owe *pages*; one that was owed before, whatever became of it, stays as it is."""

    async def owed(self, channel: str, now: datetime, most: int) -> Sequence[Notification]:
        """Return what *channel* is to send now, the longest owed first."""

    async def of(self, alert_id: str) -> Sequence[Notification]:
        """Return every page of an alert."""

    async def write(self, page: Notification) -> None:
        """Put *page* in the place of what it was."""


class ChannelDown(Exception):
    """A channel did not take a page; the text says why, without a secret."""


class Channel(Protocol):
    """A way to reach a person."""

    @property
    def name(self) -> str: ...

    async def send(self, record: AlertRecord, page: Notification) -> None:
        """Hand the page over; raise ``ChannelDown`` unless it was taken."""


class Log(Protocol):
    """The log, which is always there; the platform's own alarms can follow it."""

    async def tell(self, record: AlertRecord) -> None:
        """Write it."""


@dataclass(frozen=True)
class Ports:
    """Everything alerting's handlers, jobs and routes use."""

    alerts: AlertBook
    pages: Pages
    log: Log
    channels: tuple[Channel, ...]
    ladder: Ladder
    bus: Bus
    clock: Clock
