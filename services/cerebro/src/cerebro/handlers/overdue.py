"""Overdue: what was accepted a while ago and never arrived is decided from its own record."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from cerebro.handlers.ports import Ports
from cerebro.handlers.signals import on_signal

log = structlog.get_logger(__name__)

OVERDUE_AFTER = timedelta(seconds=5)


async def decide_overdue(ports: Ports) -> None:
    """
    Decide every signal that was accepted more than five seconds ago and that nobody has decided.

    A bus that lost a signal is given it again later and later, and one that is flooded brings it long after
    those that wait for it; a strategy's signals are decided in their order, so one missing holds up all behind it.
    """
    if ports.is_shadow():
        return
    oldest = ports.world.clock.now() - OVERDUE_AFTER
    late = [signal for signal in await ports.shadows.undecided() if signal.received_at <= oldest]
    if late:
        log.warning("signals.overdue", count=len(late))
        await asyncio.gather(*(on_signal(signal, ports) for signal in late), return_exceptions=True)
