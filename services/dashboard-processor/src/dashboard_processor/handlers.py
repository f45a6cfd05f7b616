"""One function per message, each a few microseconds: it marks what is to be read again."""

from __future__ import annotations

from dataclasses import replace

from mathematricks.contracts.base import Mode
from mathematricks.contracts.dashboard import Notice
from mathematricks.runtime.failpoints import failpoint

from dashboard_processor.domain.overview import overview_of
from dashboard_processor.ports import Ports, Section

MODES: tuple[Mode, ...] = ("LIVE", "PAPER")


async def on_signal(_: Notice, ports: Ports) -> None:
    """A signal was accepted; its decision follows within milliseconds."""
    ports.changes.mark(Section.ACTIVITY)


async def on_execution(_: Notice, ports: Ports) -> None:
    """Something happened to an order; a fill also moves positions and cash."""
    ports.changes.mark(Section.ACTIVITY, Section.ACCOUNTS)


async def on_account(_: Notice, ports: Ports) -> None:
    """A broker reported an account."""
    ports.changes.mark(Section.ACCOUNTS)


async def on_alert(_: Notice, ports: Ports) -> None:
    """An alert was raised."""
    ports.changes.mark(Section.ALERTS)


async def start(ports: Ports) -> None:
    """Take over what only the last documents remember, and roll everything up once."""
    for mode in MODES:
        if known := await ports.overviews.newest(mode):
            ports.services.remember(known.services)
    ports.changes.mark(*Section)
    await roll_up(ports)


async def roll_up(ports: Ports) -> None:
    """Read what has changed, and write both overviews; nothing changed: nothing read."""
    due = ports.changes.take()
    if not due:
        return
    now = ports.clock.now()
    seen = replace(await ports.records.read(due), services=tuple(ports.services.health()))
    for mode in MODES:
        await ports.overviews.write(overview_of(mode, seen, ports.terms, now))
        await failpoint("dashboard-processor.written")
    if any(signal.status == "waiting" for activity in seen.activity.values() for signal in activity.signals):
        ports.changes.mark(Section.ACTIVITY)
