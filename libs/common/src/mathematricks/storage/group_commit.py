"""Group commit: what arrives while a write is in flight is written together as the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """
    Turn many concurrent single writes into few batched ones, without waiting for a timer.

    *write* takes a batch in order of arrival and returns one result for each, an exception
    standing for a refused one. If *write* itself raises, everyone in the batch gets it. A caller
    that gives up before its batch is taken is left out of it; later, its item is written all the same.

    Args:
        most: Items per batch.
        at_once: Batches in flight. With one, the order of arrival is the order of writing.
        linger: Seconds that a flight waits for company before it takes its first batch; for
            what nobody is waiting for, where fewer writes are worth more than a few milliseconds.
    """

    def __init__(
        self,
        write: Callable[[list[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        most: int = 500,
        at_once: int = 1,
        linger: float = 0.0,
    ) -> None:
        self._write = write
        self._most = most
        self._at_once = at_once
        self._linger = linger
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._flights: set[asyncio.Task[None]] = set()
        self._starting = False

    async def __call__(self, item: T) -> R:
        """Return the result of writing *item*, once its batch is durable."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if not self._starting and len(self._flights) < self._at_once:
            self._starting = True  # everything of this turn of the loop goes with the same flight
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._landed)
        return await future

    async def settled(self) -> None:
        """Return once nothing is waiting or in flight."""
        while self._flights:
            await asyncio.wait(self._flights)

    async def _fly(self) -> None:
        self._starting = False
        try:
            if self._linger:
                await asyncio.sleep(self._linger)
            while batch := self._take():
                await self._write_one(batch)
        finally:  # not in a done callback: whoever was just answered may call again before that runs
            self._flights.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _landed(self, flight: asyncio.Task[None]) -> None:
        if flight.cancelled():  # the loop is ending: nobody may wait for what will not be written
            self._flights.discard(flight)
            self._starting = False
            while self._waiting:
                self._waiting.popleft()[1].cancel()

    def _take(self) -> list[tuple[T, asyncio.Future[R]]]:
        batch: list[tuple[T, asyncio.Future[R]]] = []
        while self._waiting and len(batch) < self._most:
            waiter = self._waiting.popleft()
            if not waiter[1].done():
                batch.append(waiter)
        return batch

    async def _write_one(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        futures = [future for _, future in batch]
        try:
            results = await self._write([item for item, _ in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"{len(results)} results for {len(batch)} writes")
        except Exception as error:
            results = [error] * len(batch)
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        for future, result in zip(futures, results, strict=True):
            _resolve(future, result)


def _resolve(future: asyncio.Future[R], result: R | BaseException) -> None:
    if future.done():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
