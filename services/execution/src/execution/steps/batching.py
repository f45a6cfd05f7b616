"""Batches that one bad item does not spoil for the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from execution.records import Fenced

log = structlog.get_logger(__name__)

T = TypeVar("T")
R = TypeVar("R")


async def together_or_each(
    write: Callable[[list[T]], Awaitable[Sequence[R]]], items: list[T]
) -> Sequence[R | BaseException]:
    """
    Write *items* in one batch; if that fails, each alone, so that only what cannot be written fails.

    *write* may be repeated for what it has already written. ``Fenced`` concerns everyone.
    """
    try:
        return await write(items)
    except Fenced:
        raise
    except Exception:
        if len(items) == 1:
            raise
        log.warning("batch.split", size=len(items), exc_info=True)
    return [await _alone(write, item) for item in items]


async def _alone(write: Callable[[list[T]], Awaitable[Sequence[R]]], item: T) -> R | BaseException:
    try:
        return (await write([item]))[0]
    except Exception as error:
        return error
