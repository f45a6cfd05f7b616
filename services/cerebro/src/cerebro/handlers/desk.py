"""The desk: signals in, one durable decision each out; one at a time per portfolio (RULES 5)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Literal

from mathematricks.contracts.decisions import Decision, PortfolioId
from mathematricks.contracts.signals import StandardSignal
from mathematricks.messaging.bus import Retry

from cerebro.domain.routing import portfolio_for
from cerebro.handlers.keeper import BookKeeper
from cerebro.handlers.queue import PortfolioQueue
from cerebro.handlers.tickets import Lines, Ticket
from cerebro.ports import World

How = Literal["made", "found", "joined"]


class Desk:
    """
    Takes signals in hand, keeps each strategy's order, reads the admin's terms once for all that
    have come in the meantime, and hands each to its portfolio's queue.
    """

    def __init__(
        self, world: World, lines: Lines, queues: Mapping[PortfolioId, PortfolioQueue], live: BookKeeper
    ) -> None:
        self._world = world
        self._lines = lines
        self._queues = queues
        self._live = live
        self._in_hand: dict[str, asyncio.Future[Decision]] = {}
        self._arrived: list[Ticket] = []
        self._taking_in: asyncio.Task[None] | None = None

    async def decide(self, signal: StandardSignal) -> tuple[Decision, How]:
        """
        Return the durable decision on *signal*, and how it came about: made now, found, or joined.

        Joined means that another copy of the same signal is in hand right now: that one publishes.

        Raises:
            Retry: the strategy's signal before it has not been decided and has not arrived.
        """
        if (in_hand := self._in_hand.get(signal.signal_id)) is not None:
            return await asyncio.shield(in_hand), "joined"
        if self._lines.is_decided(signal) and (record := await self._world.decisions.find(signal.signal_id)):
            return record.decision, "found"
        return await self._take_in_hand(signal)

    async def _take_in_hand(self, signal: StandardSignal) -> tuple[Decision, How]:
        if (in_hand := self._in_hand.get(signal.signal_id)) is not None:
            return await asyncio.shield(in_hand), "joined"
        done: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_looked_at)
        self._in_hand[signal.signal_id] = done
        try:
            await self._wait_for_turn(signal)
            self._lines.passed(signal)
            self._arrived.append(Ticket(signal, done))
            if self._taking_in is None:
                self._taking_in = asyncio.create_task(self._take_in())
            return await done, "made"
        except Exception as error:
            if not done.done():
                done.set_exception(error)
            raise
        finally:
            del self._in_hand[signal.signal_id]

    async def _wait_for_turn(self, signal: StandardSignal) -> None:
        if await self._lines.turn(signal, self._world.rules.patience):
            return
        self._lines.decided(signal.strategy_id, await self._world.decisions.strategy_head(signal.strategy_id))
        if not self._lines.may_pass(signal):
            raise Retry(f"signal {signal.strategy_seq - 1} of {signal.strategy_id} has not been decided")

    async def _take_in(self) -> None:
        try:
            while self._arrived:
                batch, self._arrived = self._arrived, []
                await self._route(batch)
        finally:
            self._taking_in = None

    async def _route(self, batch: list[Ticket]) -> None:
        try:
            terms = await self._world.terms.current({ticket.signal.strategy_id for ticket in batch})
        except Exception as error:
            for ticket in batch:
                self._lines.turned_back(ticket.signal)
                ticket.fail(error)
            return
        for ticket in batch:
            ticket.terms = terms[ticket.signal.strategy_id]
            portfolio = portfolio_for(ticket.terms.strategy, ticket.signal, self._live.book)
            self._queues[portfolio].put(ticket)


def _looked_at(done: asyncio.Future[Decision]) -> None:
    """Keep asyncio from reporting an error that the first copy's caller has been given."""
    if not done.cancelled():
        done.exception()
