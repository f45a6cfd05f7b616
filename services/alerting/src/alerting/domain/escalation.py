"""Escalation: who is paged about an open alert, when, and when again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mathematricks.contracts.alerts import AlertRecord, Notification, Severity
from mathematricks.contracts.base import derive_id

SHORTEST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Rung:
    """Channels that join once an alert has been open for *after* without an acknowledgement."""

    channels: tuple[str, ...]
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Ladder:
    """
    The way up for each severity.

    Attributes:
        again: Channels of a critical alert are paged again after each such time; others are paged once.
    """

    rungs: Mapping[Severity, Sequence[Rung]]
    again: timedelta = timedelta(minutes=5)


def pages_due(record: AlertRecord, ladder: Ladder, now: datetime) -> Iterator[Notification]:
    """
    Yield the newest page that each channel is due for *record*, whether it was thought of before or not.

    An acknowledged alert is due nothing. An alert that was missed for hours is paged once, not once per period.
    An alert about a channel is never due on that channel.
    """
    if not record.open:
        return
    joined: dict[str, datetime] = {}
    for rung in ladder.rungs.get(record.severity, ()):
        since = record.raised_at + rung.after
        for channel in rung.channels if since <= now else ():
            joined[channel] = min(since, joined.get(channel, since))
    for channel, since in joined.items():
        if record.key == down_key(channel):
            continue
        repeats = int((now - since) / ladder.again) if record.severity == "critical" else 0
        yield _page(record, channel, 1 + repeats, now)


def tried(page: Notification, trouble: str | None, now: datetime) -> Notification:
    """Return *page* after an attempt: sent where there was no *trouble*, else owed again after a growing pause."""
    attempts = page.attempts + 1
    if trouble is None:
        return page.model_copy(update={"state": "sent", "attempts": attempts, "sent_at": now, "trouble": ""})
    pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(attempts - 1, 10))
    return page.model_copy(update={"attempts": attempts, "next_at": now + pause, "trouble": trouble[:200]})


def superseded(page: Notification, record: AlertRecord | None, newer: Iterable[Notification]) -> bool:
    """Whether *page* need not be sent any more: somebody acknowledged, or a newer page of the same says it."""
    if record is None or not record.open:
        return True
    return any(one.channel == page.channel and one.number > page.number for one in newer)


def down_key(channel: str) -> str:
    """Return the key of the alert that a channel is down: one per channel, however long it lasts."""
    return f"channel.down:{channel}"


def _page(record: AlertRecord, channel: str, number: int, now: datetime) -> Notification:
    return Notification(
        notification_id=derive_id("n", record.alert_id, record.severity, channel, number),
        alert_id=record.alert_id,
        channel=channel,
        number=number,
        severity=record.severity,
        next_at=now,
        owed_at=now,
    )
