"""What Cerebro does by the clock."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from cerebro.handlers import overdue
from cerebro.handlers.living import note_live_returns
from cerebro.handlers.ports import Ports
from cerebro.handlers.promoting import take_up, tell
from cerebro.handlers.proposing import propose_nightly
from cerebro.handlers.recovery import ask_about, hear, keep_checkpoint
from cerebro.handlers.shadowing import shadow
from cerebro.handlers.simulation_running import report_abandoned, run_next, wait_for_work
from cerebro.handlers.watching import watch
from cerebro.ports import Unavailable

log = structlog.get_logger(__name__)

LIVED = CronTrigger(hour=0, minute="5,25,45", timezone=UTC)
"""Once the day is over; later only for what could not be seen then."""
ASKED_ABOUT = 500
FLATTENED_LATELY = timedelta(minutes=15)
NIGHTLY = CronTrigger(hour=0, minute="0,20,40", timezone=UTC)
"""Midnight; later only where nobody had it done by then."""


async def sweep_debts(ports: Ports) -> None:
    """Publish again the orders and commands that execution has not been seen to have; a shadow publishes nothing."""
    if ports.is_shadow():
        return
    await ports.debts.sweep(ports.world.clock.now())


async def resolve_doubts(ports: Ports) -> None:
    """Ask execution about live orders that nothing was heard of for 5 s."""
    for keeper in ports.keepers.values():
        doubtful = keeper.in_doubt(ports.world.clock.now(), ASKED_ABOUT)
        with suppress(Unavailable):
            await ask_about(keeper, doubtful, ports.world)


async def hear_flattened(ports: Ports) -> None:
    """Learn what the kill switch closed lately; the messages that said so may be lost."""
    told = await ports.world.orders.flattened(ports.world.clock.now() - FLATTENED_LATELY)
    for keeper in ports.keepers.values() if told else ():
        hear(keeper, told, ports.world)


async def refresh_standings(ports: Ports) -> None:
    """Learn how accounts stand and what each strategy made today."""
    with suppress(Unavailable):
        await ports.standings.refresh(ports.world.clock.now())


async def refresh_market(ports: Ports) -> None:
    """Learn quotes, rates and market hours of what was used lately, before they are too old."""
    with suppress(Unavailable):
        await ports.market.refresh(ports.world.clock.now())


async def follow(ports: Ports) -> None:
    """
    Where another version decides: learn what it decided, and say what this one would have.

    Where the authority has just come to this version: decide what nobody has decided.
    """
    for portfolio, queue in ports.queues.items():
        if not queue.reigns:
            await queue.keep_up()
            await shadow(portfolio, ports)
        if queue.risen:
            queue.risen = False
            await take_up(ports)


async def decide_overdue(ports: Ports) -> None:
    """Decide what was accepted a while ago and never arrived."""
    await overdue.decide_overdue(ports)


async def tell_version(ports: Ports) -> None:
    """Say that this version runs; only such a version can be promoted."""
    await tell(ports)


async def refresh_returns(ports: Ports) -> None:
    """Align the strategies' returns again where any have changed."""
    await ports.returns.refresh()


async def watch_risk(ports: Ports) -> None:
    """Say how the CVaR of each book stands, between signals too (RULES 10)."""
    if not ports.is_shadow():
        await watch(ports)


async def keep_checkpoints(ports: Ports) -> None:
    """Record the books, so that a start need not fold every decision."""
    for keeper in ports.keepers.values():
        await keep_checkpoint(keeper, ports.world)


async def end_abandoned_simulations(ports: Ports) -> None:
    """Say of simulations whose process is gone that they were interrupted."""
    await report_abandoned(ports)


async def simulate(ports: Ports) -> None:
    """Run what the sandbox was asked for, one simulation after another, as long as the process lives."""
    while True:
        try:
            if not await run_next(ports):
                await wait_for_work(ports)
        except Exception:
            log.exception("simulation.queue_failed")
            await asyncio.sleep(1)


async def keep_hours(ports: Ports) -> None:
    """Run what is due at an hour of the day, as long as the process lives."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(_propose, NIGHTLY, args=(ports,), coalesce=True, misfire_grace_time=3600, max_instances=1)
    scheduler.add_job(_live, LIVED, args=(ports,), coalesce=True, misfire_grace_time=3600, max_instances=1)
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _live(ports: Ports) -> None:
    try:
        await note_live_returns(ports)
    except Unavailable:
        log.warning("live_returns.accounts_unknown")
    except Exception:
        log.exception("live_returns.failed")


async def _propose(ports: Ports) -> None:
    try:
        await propose_nightly(ports)
    except Exception:
        log.exception("allocation.nightly_failed")
