"""Alerts, as their owner keeps them."""

from __future__ import annotations

from mathematricks.contracts.alerts import AlertList, AlertRecord, Severity
from mathematricks.runtime.http import Refusal

from frontend_api.domain.sessions import Browser
from frontend_api.domain.visibility import Viewer
from frontend_api.handlers.owned import Change, Question, carried_out, listed, read, reason_of
from frontend_api.ports import Ports

ALERTS = ("api", "v1", "alerts")


async def newest(limit: int, severity: Severity, ports: Ports) -> AlertList:
    """Return the alerts of *severity* or worse, the last seen first."""
    question = Question("alerting", ALERTS, {"limit": limit, "severity": severity})
    return AlertList(items=tuple(await listed(question, AlertRecord, ports)))


async def acknowledge(alert_id: str, note: str, viewer: Viewer, browser: Browser, ports: Ports) -> AlertRecord:
    """Return the alert, noted by *viewer*; refuse where its owner does."""
    path = (*ALERTS, alert_id, "acknowledge")
    change = Change("alerts.acknowledge", "POST", "alerting", path, {"by": viewer.name, "note": note}, None)
    answer = await carried_out(change, viewer, browser, ports)
    if answer.status >= 400:
        raise Refusal(answer.status, reason_of(answer))
    return read(AlertRecord, answer.body, Question("alerting", path))
