"""Books after a start: the newest checkpoint, the decisions since, and what others know of orders and accounts."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable

import structlog
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.decisions import BookCheckpoint
from mathematricks.runtime.failpoints import failpoint

from cerebro.domain.book_orders import OrderNews
from cerebro.domain.checkpoint import book_from, pieces_of
from cerebro.handlers.keeper import BookKeeper
from cerebro.handlers.ports import Ports
from cerebro.handlers.promoting import tell
from cerebro.ports import Unavailable, World

log = structlog.get_logger(__name__)


class CheckpointBroken(Exception):
    """A checkpoint does not give the book whose hash it carries."""


async def recover(ports: Ports) -> None:
    """
    Rebuild both books and learn where every strategy stands.

    Services that do not answer yet are asked again by the jobs; until then what is unknown counts
    as live, and entries are held back.
    """
    for portfolio, keeper in ports.keepers.items():
        await _load_checkpoint(keeper, ports.world)
        await ports.queues[portfolio].learn_authority()  # after the checkpoint: no promotion in it is unknown
        await ports.queues[portfolio].catch_up()
        keeper.doubt_all(ports.world.clock.now())
        log.info("book.recovered", portfolio=portfolio, seq=keeper.book.seq, hash=keeper.book.hash)
    ports.lines.heads.update(await ports.world.decisions.strategy_heads())
    try:
        await ports.standings.refresh(ports.world.clock.now())
        for keeper in ports.keepers.values():
            await ask_about(keeper, [*keeper.book.live_orders(), *keeper.book.guarded()], ports.world)
            hear(keeper, await ports.world.orders.guards(keeper.book.open_lots()), ports.world)
    except Unavailable as why:
        log.warning("recovery.incomplete", why=str(why))
    await tell(ports)
    if not ports.is_shadow():
        await ports.debts.sweep(ports.world.clock.now())


async def ask_about(keeper: BookKeeper, order_ids: list[str], world: World) -> None:
    """Take in what execution knows of these orders and of what guards them; raise ``Unavailable`` if it is silent."""
    if not order_ids:
        return
    guarded = set(keeper.book.guarded())
    states = await world.orders.states(order_ids)
    guards = await world.orders.guards([one for one in order_ids if one in guarded])
    hear(keeper, (*states, *guards), world)


def hear(keeper: BookKeeper, told: Iterable[OrderNews], world: World) -> None:
    """Take in *told*, as far as this book knows what it is about."""
    for news in told:
        if keeper.knows(news.lot or news.order_id):
            keeper.hear(news, world.clock.now())


async def keep_checkpoint(keeper: BookKeeper, world: World) -> None:
    """Record the book as it is now; it is a value, so deciding goes on meanwhile."""
    book = keeper.book
    if book.seq == keeper.checkpoint_seq:
        return
    lines = []
    for piece in pieces_of(book):
        lines.append(piece)
        await asyncio.sleep(0)
    packed = await asyncio.to_thread(zlib.compress, "\n".join(lines).encode())
    checkpoint = BookCheckpoint(
        version=world.rules.version,
        portfolio=book.portfolio,
        seq=book.seq,
        book_hash=book.hash,
        book=packed,
        taken_at=to_instant(world.clock.now()),
    )
    await world.checkpoints.keep(checkpoint)
    await failpoint("cerebro.checkpointed")
    keeper.checkpoint_seq = book.seq


async def _load_checkpoint(keeper: BookKeeper, world: World) -> None:
    checkpoint = await world.checkpoints.newest(keeper.portfolio)
    if checkpoint is None:
        return
    book = book_from(checkpoint.portfolio, checkpoint.seq, zlib.decompress(checkpoint.book).decode())
    if book.hash != checkpoint.book_hash:
        raise CheckpointBroken(f"{checkpoint.portfolio}/{checkpoint.seq}")
    keeper.start_from(book)
