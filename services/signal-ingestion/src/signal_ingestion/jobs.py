"""What signal-ingestion does by the clock."""

from __future__ import annotations

from signal_ingestion.ports import Ports


async def sweep(ports: Ports) -> None:
    """Settle the signals whose decision is seen, announce the others again (RULES 6)."""
    await ports.outbox.run(ports.clock.now())


async def refresh_senders(ports: Ports) -> None:
    """See what another process changed about senders: a rotated secret must stop working everywhere."""
    await ports.senders.refresh()


async def prepare(ports: Ports) -> None:
    """At start: know the senders, and take up what the last process still owed."""
    await ports.senders.refresh()
    await ports.outbox.run(ports.clock.now())
