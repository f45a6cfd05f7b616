"""Group commit: what arrives while a write is in flight is written together as the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """
    Turn many concurrent single writes into few batched ones, without waiting for a timer.

    *write* takes a batch in order of arrival and returns one result for each, an exception
    standing for a refused one. If *write* itself raises, everyone in the batch gets it. Only one
    batch is in flight, so the order of arrival is the order of writing.
    """

    def __init__(self, write: Callable[[list[T]], Awaitable[Sequence[R | BaseException]]], *, most: int = 500) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Return the result of writing *item*, once its batch is durable."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._write_one(batch)
        finally:
            self._flushing = None

    async def _write_one(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        results: Sequence[R | BaseException]
        try:
            results = await self._write([item for item, _ in batch])
        except Exception as error:
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
