"""One function per schedule."""

from __future__ import annotations

from dashboard_processor import handlers
from dashboard_processor.ports import Ports, Section
from dashboard_processor.steps.funds import tell_fund
from dashboard_processor.steps.owing import MODES, settle
from dashboard_processor.steps.telling import (
    tell_allocation,
    tell_curves,
    tell_senders,
    tell_signals,
    tell_strategies,
)

__all__ = [
    "look_around",
    "roll_up_what_changed",
    "tell_allocation",
    "tell_money",
    "tell_pictures",
    "tell_signals",
    "tell_strategies",
]


async def roll_up_what_changed(ports: Ports) -> None:
    """At most every half second, and only what changed."""
    await handlers.roll_up(ports)


async def look_around(ports: Ports) -> None:
    """Probe the services, and have everything read again: a notice may have been lost."""
    await ports.services.probe()
    ports.changes.suspect(*Section)


async def tell_money(ports: Ports) -> None:
    """State the months that are closed, strike the days that are over, tell clients and senders where they stand."""
    stands = await settle(ports)
    for mode in MODES:
        await tell_fund(mode, stands, ports)
    await tell_senders(stands, ports)


async def tell_pictures(ports: Ports) -> None:
    """Draw the curves of equity, which change slowly."""
    for mode in MODES:
        await tell_curves(mode, ports)
