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
