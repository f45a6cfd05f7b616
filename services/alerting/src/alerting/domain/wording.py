"""What a page says: short, without anything that may be a secret."""

from __future__ import annotations

from mathematricks.contracts.alerts import AlertRecord, Notification

SHORT = 300
"""Characters; an SMS of two parts."""


def headline(record: AlertRecord, page: Notification) -> str:
    """Return one line: severity, title, who says so, how often."""
    again = f" (page {page.number})" if page.number > 1 else ""
    often = f" ×{record.count}" if record.count > 1 else ""
    return f"{record.severity.upper()}{again}: {record.title} [{record.service}{often}]"[:SHORT]


def text_of(record: AlertRecord, page: Notification) -> str:
    """Return the whole page as plain text: headline, facts, how to acknowledge."""
    facts = [f"{name}: {fact}" for name, fact in record.facts.items()]
    since = f"Open since {record.raised_at:%Y-%m-%d %H:%M:%S} UTC"
    close = f"Acknowledge: mathematricks alerts ack {record.alert_id}"
    return "\n".join([headline(record, page), since, *facts, close])
