"""Alerts: what a person must know, how urgent it is, and what it is about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

Severity = Literal["info", "warning", "critical"]


class Alert(Message):
    """Something a person must know. The same *key* while it lasts is the same alert."""

    schema_version: Literal[1] = 1
    alert_id: Id
    key: Annotated[str, Field(max_length=200)] = Field(description="What it is about, e.g. order.parked:<order_id>")
    severity: Severity
    title: Annotated[str, Field(max_length=500)]
    facts: dict[str, str] = Field(default_factory=dict)
    service: Id
    raised_at: Instant


class AlertRecord(Alert):
    """
    An alert as recorded, with how often its key was raised until someone acknowledged it.

    ``alert_id`` and ``raised_at`` are the first occurrence's; title and facts are the newest's,
    and the severity is the worst there was.
    """

    count: int = Field(ge=1)
    last_seen: Instant
    occurrences: tuple[Id, ...] = Field(description="alert_id of what was counted, oldest first; the last 100")
    open: bool = Field(description="Nobody has acknowledged it yet")
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    note: str = ""


NotificationState = Literal["owed", "sent", "dropped"]


class Notification(Message):
    """
    One page of one alert through one channel: owed until the channel took it.

    Its id is a function of alert, severity, channel and number, so it is owed once however often it is thought of; a
    crash between sending and noting that may send it twice, and never loses it.
    """

    notification_id: Id
    alert_id: Id
    channel: Annotated[str, Field(max_length=40)]
    number: int = Field(ge=1, description="1: the first page; more: pages again while nobody acknowledges")
    severity: Severity
    state: NotificationState = "owed"
    attempts: int = 0
    next_at: Instant
    owed_at: Instant
    sent_at: Instant | None = None
    trouble: Annotated[str, Field(max_length=200)] = Field("", description="Why the last attempt failed")


class NotificationList(Message):
    """What was sent about an alert, and what is owed."""

    items: tuple[Notification, ...]


class Acknowledgement(Message):
    """Someone has seen it. *by* counts only where a service asks for a person it knows."""

    by: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    note: Annotated[str, Field(max_length=1000)] = ""


class AlertList(Message):
    """Alerts, the last seen first."""

    items: tuple[AlertRecord, ...]
