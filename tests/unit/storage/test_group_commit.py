"""Many single writes become few batches, and nobody is left waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mathematricks.storage.group_commit import GroupCommit


async def echo(batch: Sequence[int]) -> list[int]:
    await asyncio.sleep(0)
    return list(batch)


async def test_who_was_just_answered_may_ask_again_at_once():
    commit: GroupCommit[int, int] = GroupCommit(echo)

    async with asyncio.timeout(1):
        answers = [await commit(number) for number in range(20)]

    assert answers == list(range(20))


async def test_what_arrives_during_a_write_is_written_together_as_the_next():
    batches: list[list[int]] = []

    async def write(batch: list[int]) -> list[int]:
        batches.append(batch)
        return await echo(batch)

    commit: GroupCommit[int, int] = GroupCommit(write)
    first = asyncio.create_task(commit(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(first, *(commit(number) for number in (1, 2, 3)))

    assert batches == [[0], [1, 2, 3]]
