"""One function per schedule."""

from __future__ import annotations

from dashboard_processor import handlers
from dashboard_processor.ports import Ports, Section


async def roll_up_what_changed(ports: Ports) -> None:
    """At most every half second, and only what changed."""
    await handlers.roll_up(ports)


async def look_around(ports: Ports) -> None:
    """Probe the services, and have everything read again: a notice may have been lost."""
    await ports.services.probe()
    ports.changes.suspect(*Section)
