"""Publish an alert; where even that fails, the log carries it."""

from __future__ import annotations

from datetime import datetime

import structlog

from mathematricks.contracts.alerts import Alert, Severity
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.bus import Bus

log = structlog.get_logger(__name__)


async def raise_hell(
    bus: Bus, service: str, key: str, severity: Severity, title: str, now: datetime, **facts: object
) -> None:
    """Raise the alert *key*; the same key at the same time is the same alert. Never raises."""
    said = {name: str(fact) for name, fact in facts.items()}
    alert = Alert(
        alert_id=derive_id("h", service, key, now.isoformat()),
        key=key,
        severity=severity,
        title=title,
        facts=said,
        service=service,
        raised_at=now,
    )
    try:
        await bus.publish(ALERTS, alert)
    except Exception:
        log.critical("alert.unpublished", key=key, severity=severity, title=title, facts=said, exc_info=True)
