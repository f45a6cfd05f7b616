"""Publish an alert; where even that fails, the log carries it."""

from __future__ import annotations

from datetime import datetime

import structlog

from mathematricks.contracts.alerts import Alert, Severity
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.bus import Bus

log = structlog.get_logger(__name__)

_LONGEST_KEY, _LONGEST_TITLE = 200, 500


async def raise_hell(
    bus: Bus, service: str, key: str, severity: Severity, title: str, now: datetime, /, **facts: object
) -> None:
    """Raise the alert *key*; the same key at the same time is the same alert. Never raises."""
    said = {name: str(fact) for name, fact in facts.items()}
    try:
        alert = Alert(
            alert_id=derive_id("h", service, key, now.isoformat()),
            key=key[:_LONGEST_KEY],
            severity=severity,
            title=title[:_LONGEST_TITLE],
            facts=said,
            service=service,
            raised_at=now,
        )
        await bus.publish(ALERTS, alert)
    except Exception:
        log.critical("alert.unpublished", about=key, severity=severity, title=title, facts=said, exc_info=True)
