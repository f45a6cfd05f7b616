"""Many writes become few, and each caller hears of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.storage.group_commit import GroupCommit


class Refused(Exception):
    """The store says no to one item."""


class Store:
    """Keeps batches; refuses what it is told to refuse, and breaks when told to break."""

    def __init__(self, *, refuses: frozenset[int] = frozenset(), breaks: int = 0) -> None:
        self.batches: list[list[int]] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._refuses, self._breaks = refuses, breaks

    async def write(self, batch: list[int]) -> Sequence[int | BaseException]:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0.001)
        self.in_flight -= 1
        if self._breaks:
            self._breaks -= 1
            raise ConnectionError("the store is away")
        self.batches.append(batch)
        return [Refused(item) if item in self._refuses else item * 10 for item in batch]


async def test_what_arrives_together_is_written_together() -> None:
    store = Store()
    commit = GroupCommit(store.write)

    results = await asyncio.gather(*(commit(number) for number in range(50)))

    assert results == [number * 10 for number in range(50)]
    assert store.batches == [list(range(50))]


async def test_what_arrives_meanwhile_is_the_next_batch_and_only_one_flies() -> None:
    store = Store()
    commit = GroupCommit(store.write)

    first = asyncio.create_task(commit(0))
    await asyncio.sleep(0.0005)
    await asyncio.gather(first, *(commit(number) for number in (1, 2, 3)))

    assert store.batches == [[0], [1, 2, 3]]
    assert store.most_in_flight == 1


async def test_a_batch_holds_no_more_than_agreed() -> None:
    store = Store()
    commit = GroupCommit(store.write, most=4)

    await asyncio.gather(*(commit(number) for number in range(10)))

    assert [len(batch) for batch in store.batches] == [4, 4, 2]


async def test_several_batches_may_fly_at_once_where_order_does_not_matter() -> None:
    store = Store()
    commit = GroupCommit(store.write, at_once=2)
    flights = []
    for number in range(4):
        flights.append(asyncio.create_task(commit(number)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert await asyncio.gather(*flights) == [0, 10, 20, 30]
    assert store.most_in_flight == 2
    assert sorted(store.batches) == [[0], [1], [2, 3]]


async def test_whoever_was_just_answered_may_call_again_at_once() -> None:
    commit = GroupCommit(Store().write)

    async def one_after_another() -> list[int]:
        return [await commit(number) for number in range(20)]

    assert await asyncio.wait_for(one_after_another(), 5) == [number * 10 for number in range(20)]


async def test_a_refused_item_costs_its_neighbours_nothing() -> None:
    commit = GroupCommit(Store(refuses=frozenset({2})).write)

    results = await asyncio.gather(*(commit(number) for number in (1, 2, 3)), return_exceptions=True)

    assert results[0] == 10
    assert isinstance(results[1], Refused)
    assert results[2] == 30


async def test_a_write_that_fails_is_told_to_everyone_in_it_and_the_next_goes_well() -> None:
    commit = GroupCommit(Store(breaks=1).write)

    results = await asyncio.gather(commit(1), commit(2), return_exceptions=True)

    assert all(isinstance(result, ConnectionError) for result in results)
    assert await commit(3) == 30


async def test_a_writer_that_loses_count_is_told_not_believed() -> None:
    async def forgetful(batch: list[int]) -> Sequence[int | BaseException]:
        return batch[1:]

    with pytest.raises(RuntimeError, match="0 results for 1 writes"):
        await GroupCommit(forgetful)(1)


async def test_a_caller_that_gave_up_before_its_turn_is_left_out() -> None:
    store = Store()
    commit = GroupCommit(store.write)
    first = asyncio.create_task(commit(1))
    await asyncio.sleep(0.0005)
    given_up, kept = asyncio.create_task(commit(2)), asyncio.create_task(commit(3))
    await asyncio.sleep(0)

    given_up.cancel()

    assert [await first, await kept] == [10, 30]
    assert store.batches == [[1], [3]]


async def test_a_caller_that_gives_up_in_flight_disturbs_nobody() -> None:
    store = Store()
    commit = GroupCommit(store.write)
    given_up, kept = asyncio.create_task(commit(1)), asyncio.create_task(commit(2))
    await asyncio.sleep(0.0005)

    given_up.cancel()

    assert await kept == 20
    assert store.batches == [[1, 2]]


async def test_nobody_waits_for_ever_when_the_flight_is_cancelled() -> None:
    async def never(batch: list[int]) -> Sequence[int | BaseException]:
        await asyncio.sleep(3600)
        return batch

    commit = GroupCommit(never)
    waiter = asyncio.create_task(commit(1))
    await asyncio.sleep(0)
    for flight in tuple(commit._flights):
        flight.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(waiter, 1)


async def test_settled_waits_for_everything_under_way() -> None:
    store = Store()
    commit = GroupCommit(store.write)
    tasks = [asyncio.create_task(commit(number)) for number in range(3)]
    await asyncio.sleep(0)

    await commit.settled()

    assert store.batches == [[0, 1, 2]]
    assert await asyncio.gather(*tasks) == [0, 10, 20]


@given(
    pauses=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    most=st.integers(1, 5),
    at_once=st.integers(1, 3),
    breaks=st.integers(0, 2),
    refuses=st.frozensets(st.integers(0, 29)),
)
async def test_every_caller_hears_of_its_own_item_once_whatever_fails(
    pauses: list[int], most: int, at_once: int, breaks: int, refuses: frozenset[int]
) -> None:
    store = Store(refuses=refuses, breaks=breaks)
    commit = GroupCommit(store.write, most=most, at_once=at_once)

    async def after(pause: int, number: int) -> int:
        for _ in range(pause):
            await asyncio.sleep(0)
        return await commit(number)

    results = await asyncio.gather(
        *(after(pause, number) for number, pause in enumerate(pauses)), return_exceptions=True
    )

    written = [item for batch in store.batches for item in batch]
    assert len(written) == len(set(written))
    for number, result in enumerate(results):
        if isinstance(result, ConnectionError):
            assert number not in written
        elif number in refuses:
            assert isinstance(result, Refused)
        else:
            assert result == number * 10
            assert number in written
