"""One function per message: an alert is recorded once, then told."""

from __future__ import annotations

from mathematricks.contracts.alerts import Alert, AlertRecord
from mathematricks.messaging.bus import Retry
from mathematricks.runtime.failpoints import failpoint
from mathematricks.runtime.http import Refusal

from alerting.domain.escalation import pages_due
from alerting.domain.occurrence import acknowledged, occurred
from alerting.ports import Ports

MOST_RACES = 5


async def on_alert(alert: Alert, ports: Ports) -> None:
    """
    Record the alert or count it, write it to the log, and owe the pages that it is due at once.

    A redelivered alert finds its record, changes nothing and is logged again: better heard twice
    than never. Losing the race to another occurrence of the key means reading it again.
    """
    for _ in range(MOST_RACES):
        known = await ports.alerts.about(alert)
        record = occurred(alert, known)
        written = record == known or await ports.alerts.write(record, known)
        await failpoint("alerting.recorded")
        if written:
            return await _tell(record, ports)
    raise Retry(f"too many at once about {alert.key}")


async def acknowledge(alert_id: str, by: str, note: str, ports: Ports) -> AlertRecord:
    """Return the record closed by *by*; refuse with 404 where there is no such alert."""
    for _ in range(MOST_RACES):
        known = await ports.alerts.find(alert_id)
        if known is None:
            raise Refusal(404, "No such alert; GET /api/v1/alerts lists them")
        record = acknowledged(known, by, note, ports.clock.now())
        written = record == known or await ports.alerts.write(record, known)
        await failpoint("alerting.acknowledged")
        if written:
            return record
    raise Refusal(409, "The alert is being raised again right now; try once more")


async def _tell(record: AlertRecord, ports: Ports) -> None:
    await ports.log.tell(record)
    await failpoint("alerting.told")
    await ports.pages.owe(list(pages_due(record, ports.ladder, ports.clock.now())))
    await failpoint("alerting.owed")
