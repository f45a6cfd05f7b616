"""What Cerebro does by the clock."""

from __future__ import annotations

from contextlib import suppress

from cerebro.handlers.ports import Ports
from cerebro.handlers.recovery import ask_about, keep_checkpoint
from cerebro.ports import Unavailable

ASKED_ABOUT = 500


async def sweep_debts(ports: Ports) -> None:
    """Publish again the orders and commands that execution has not been seen to have."""
    await ports.debts.sweep(ports.world.clock.now())


async def resolve_doubts(ports: Ports) -> None:
    """Ask execution about live orders that nothing was heard of for 5 s."""
    for keeper in ports.keepers.values():
        doubtful = keeper.in_doubt(ports.world.clock.now(), ASKED_ABOUT)
        with suppress(Unavailable):
            await ask_about(keeper, doubtful, ports.world)


async def refresh_standings(ports: Ports) -> None:
    """Learn how accounts stand and what each strategy made today."""
    with suppress(Unavailable):
        await ports.standings.refresh(ports.world.clock.now())


async def refresh_market(ports: Ports) -> None:
    """Learn quotes, rates and market hours of what was used lately, before they are too old."""
    with suppress(Unavailable):
        await ports.market.refresh(ports.world.clock.now())


async def keep_checkpoints(ports: Ports) -> None:
    """Record the books, so that a start need not fold every decision."""
    for keeper in ports.keepers.values():
        await keep_checkpoint(keeper, ports.world)
