"""One function per schedule."""

from __future__ import annotations

from account_data import booking, reconciliation, saving
from account_data.ports import Ports


async def save(ports: Ports) -> None:
    """Write derived documents behind the ledger, many bookings at a time; turn the day at midnight."""
    await saving.save_what_changed(ports)


async def reconcile(ports: Ports) -> None:
    """Hold the books against the brokers' wherever it is time to; until execution answers, each time."""
    await reconciliation.reconcile(ports)


async def follow(ports: Ports) -> None:
    """Read on where another process of this service has gone ahead."""
    await booking.follow(ports)
