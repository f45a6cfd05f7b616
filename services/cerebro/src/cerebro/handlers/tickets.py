"""A signal on its way through the desk, and each strategy's signals in their order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.signals import StandardSignal

from cerebro.ports import Terms


@dataclass(eq=False)
class Ticket:
    """
    One signal that somebody waits for.

    Attributes:
        terms: What the admin has settled, read when it is taken in hand.
        reduces: It closes or cancels, as far as the book could tell when it was queued.
    """

    signal: StandardSignal
    done: asyncio.Future[Decision]
    terms: Terms | None = None
    reduces: bool = False

    def resolve(self, decision: Decision) -> None:
        """Hand over the decision."""
        if not self.done.done():
            self.done.set_result(decision)

    def fail(self, error: Exception) -> None:
        """Hand over why there is none."""
        if not self.done.done():
            self.done.set_exception(error)


class Lines:
    """
    Lets a strategy's signal n pass only after n-1 has been decided or has passed before it.

    ``heads`` holds the newest decided signal of each strategy; what has passed and is not decided
    yet stands in the same queue in the same order.
    """

    def __init__(self) -> None:
        self.heads: dict[str, int] = {}
        self._passed: dict[str, int] = {}
        self._waiting: dict[tuple[str, int], list[asyncio.Future[None]]] = {}

    def is_decided(self, signal: StandardSignal) -> bool:
        """Whether the signal's number has a decision already."""
        return signal.strategy_seq <= self.heads.get(signal.strategy_id, 0)

    def may_pass(self, signal: StandardSignal) -> bool:
        """Whether the signal's predecessor is decided or on its way."""
        strategy = signal.strategy_id
        return signal.strategy_seq <= max(self.heads.get(strategy, 0), self._passed.get(strategy, 0)) + 1

    async def turn(self, signal: StandardSignal, patience: float) -> bool:
        """Return whether the signal may pass, after waiting at most *patience* seconds for it."""
        if self.may_pass(signal):
            return True
        place = (signal.strategy_id, signal.strategy_seq)
        call: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(place, []).append(call)
        await asyncio.wait((call,), timeout=patience)
        if not call.done():
            self._waiting[place].remove(call)
        return self.may_pass(signal)

    def passed(self, signal: StandardSignal) -> None:
        """Note that the signal is on its way, and call the next."""
        strategy = signal.strategy_id
        self._passed[strategy] = max(self._passed.get(strategy, 0), signal.strategy_seq)
        self._call(strategy, signal.strategy_seq + 1)

    def decided(self, strategy: str, seq: int) -> None:
        """Note that the strategy's signals up to *seq* are decided, and call the next."""
        if seq > self.heads.get(strategy, 0):
            self.heads[strategy] = seq
            self._call(strategy, seq + 1)

    def turned_back(self, signal: StandardSignal) -> None:
        """Note that a signal that had passed was not decided: those behind it have not passed either."""
        self._passed[signal.strategy_id] = self.heads.get(signal.strategy_id, 0)

    def _call(self, strategy: str, seq: int) -> None:
        for call in self._waiting.pop((strategy, seq), []):
            if not call.done():
                call.set_result(None)
