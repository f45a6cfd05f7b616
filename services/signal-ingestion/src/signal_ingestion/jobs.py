"""What signal-ingestion does by the clock."""

from __future__ import annotations

from datetime import timedelta

from mathematricks.contracts.signal_health import SignalHealth
from mathematricks.runtime.failpoints import failpoint

from signal_ingestion.domain.health import LOOKED_AT, health_of
from signal_ingestion.ports import Ports

LOOKED_AFTER = timedelta(minutes=2)
"""A strategy of which nothing came is looked at so often: for its silence, and what it believes to hold."""


async def sweep(ports: Ports) -> None:
    """Settle the signals whose decision is seen, announce the others again (RULES 6)."""
    await ports.outbox.run(ports.clock.now())


async def refresh_senders(ports: Ports) -> None:
    """See what another process changed about senders: a rotated secret must stop working everywhere."""
    await ports.senders.refresh()


async def watch_health(ports: Ports) -> None:
    """Look at how each strategy's signals come in, and tell people of what is new."""
    for strategy_id, last_received_at in (await ports.health.strategies()).items():
        before, now = await ports.health.known(strategy_id), ports.clock.now()
        if before is None or now - before.as_of > LOOKED_AFTER or before.last_received_at != last_received_at:
            signals = await ports.health.signals(strategy_id, LOOKED_AT)
            health = health_of(strategy_id, signals, await ports.health.positions(strategy_id), now)
            await ports.health.keep(health)
            await failpoint("signal-ingestion.health_kept")
            await _tell(health, before, ports)


async def _tell(health: SignalHealth, before: SignalHealth | None, ports: Ports) -> None:
    told = {(warning.kind, warning.since) for warning in before.warnings} if before else set()
    for warning in health.warnings:
        if (warning.kind, warning.since) not in told:
            key = f"signal-health:{health.strategy_id}:{warning.kind}"
            title = f"{health.strategy_id}: {warning.sentence}"
            await ports.alarm(key, "warning", title[:300], strategy=health.strategy_id)
            await failpoint("signal-ingestion.health_told")


async def prepare(ports: Ports) -> None:
    """At start: know the senders, and take up what the last process still owed."""
    await ports.senders.refresh()
    await ports.outbox.run(ports.clock.now())
