"""Paging: owe each page that is due, and hand it to its channel until the channel takes it."""

from __future__ import annotations

import asyncio

import structlog
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.alerts import AlertRecord, Notification
from mathematricks.runtime.failpoints import failpoint
from mathematricks.runtime.redaction import clean

from alerting.domain.escalation import down_key, pages_due, superseded, tried
from alerting.ports import Channel, ChannelDown, Ports

log = structlog.get_logger(__name__)

OPEN_AT_ONCE = 500
OWED_AT_ONCE = 20
SLOWEST = 10.0
"""Seconds that a channel may take for one page."""


async def owe_pages(ports: Ports) -> None:
    """Owe what every open alert is due by now."""
    now = ports.clock.now()
    for record in await ports.alerts.open(OPEN_AT_ONCE):
        await ports.pages.owe(list(pages_due(record, ports.ladder, now)))
        await failpoint("alerting.page_owed")


async def page(ports: Ports) -> None:
    """Send what is owed, each channel by itself: one that is slow or down delays no other."""
    await asyncio.gather(*(_through(channel, ports) for channel in ports.channels))


async def _through(channel: Channel, ports: Ports) -> None:
    for owed in await ports.pages.owed(channel.name, ports.clock.now(), OWED_AT_ONCE):
        record = await ports.alerts.find(owed.alert_id)
        if superseded(owed, record, await ports.pages.of(owed.alert_id)):
            await ports.pages.write(owed.model_copy(update={"state": "dropped"}))
            await failpoint("alerting.page_dropped")
        elif record is not None and not await _send(channel, record, owed, ports):
            return  # it is down: what else is owed on it waits too


async def _send(channel: Channel, record: AlertRecord, owed: Notification, ports: Ports) -> bool:
    trouble = await _trouble(channel, record, owed)
    now = ports.clock.now()
    await ports.pages.write(tried(owed, trouble, now))
    await failpoint("alerting.page_noted")
    if trouble is None:
        log.info("alert.paged", alert_id=record.alert_id, channel=channel.name, number=owed.number)
        return True
    log.warning("channel.failed", channel=channel.name, trouble=trouble, attempts=owed.attempts + 1)
    title = f"Alerts cannot be sent through {channel.name}: {trouble}"
    await raise_hell(ports.bus, "alerting", down_key(channel.name), "critical", title, now)
    return False


async def _trouble(channel: Channel, record: AlertRecord, owed: Notification) -> str | None:
    """Hand one page over; return why it was not taken, None if it was."""
    told = record.model_copy(update={"facts": clean(record.facts), "title": clean(record.title)})
    try:
        async with asyncio.timeout(SLOWEST):
            await channel.send(told, owed)
            await failpoint("alerting.page_sent")
    except ChannelDown as down:
        return str(down)
    except TimeoutError:
        return f"no answer within {SLOWEST:.0f} s"
    except Exception as failure:
        log.exception("channel.broke", channel=channel.name)
        return type(failure).__name__
    return None
