"""The log: it is always there, and the platform's own alarms can follow it."""

from __future__ import annotations

import logging

import structlog
from mathematricks.contracts.alerts import AlertRecord, Severity
from mathematricks.runtime.logging import SECRET_NAME

log = structlog.get_logger(__name__)

LEVELS: dict[Severity, int] = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.CRITICAL}


class AlertLog:
    """Write each alert as one line of the log, at its severity, every time it is raised."""

    async def tell(self, record: AlertRecord) -> None:
        facts = {name: "[redacted]" if SECRET_NAME.search(name) else fact for name, fact in record.facts.items()}
        log.log(
            LEVELS[record.severity],
            "alert.raised",
            alert_id=record.alert_id,
            about=record.key,
            title=record.title,
            facts=facts,
            raised_by=record.service,
            count=record.count,
            open=record.open,
        )
