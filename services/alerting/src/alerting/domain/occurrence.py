"""Occurrences: when an alert is a new one, and when it is the one we have, once more."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.alerts import Alert, AlertRecord

from alerting.domain.severity import worse_of

KEPT = 100
"""Occurrences remembered per record, so that a redelivery is recognised."""


def occurred(alert: Alert, record: AlertRecord | None) -> AlertRecord:
    """
    Return the record after *alert*: a new one, or *record* with one more occurrence.

    *record* is the one that has counted this very ``alert_id`` (then it is returned as it is:
    a redelivery), else the open one of the same key, else None.
    """
    if record is None:
        return _first(alert)
    if alert.alert_id in record.occurrences:
        return record
    newest = alert if alert.raised_at >= record.last_seen else record
    return record.model_copy(
        update={
            "count": record.count + 1,
            "last_seen": max(record.last_seen, alert.raised_at),
            "severity": worse_of(record.severity, alert.severity),
            "title": newest.title,
            "facts": newest.facts,
            "occurrences": (*record.occurrences, alert.alert_id)[-KEPT:],
        }
    )


def acknowledged(record: AlertRecord, by: str, note: str, now: datetime) -> AlertRecord:
    """Return *record* closed by a person; an acknowledged one stays as its first reader left it."""
    if not record.open:
        return record
    return record.model_copy(update={"open": False, "acknowledged_by": by, "acknowledged_at": now, "note": note})


def _first(alert: Alert) -> AlertRecord:
    return AlertRecord(
        **alert.model_dump(), count=1, last_seen=alert.raised_at, occurrences=(alert.alert_id,), open=True
    )
