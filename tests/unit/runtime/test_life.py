"""How a service starts, runs, drains and dies."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from mathematricks.contracts.orders import OrderCommand
from mathematricks.contracts.topics import ORDER_COMMANDS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime import service as life
from mathematricks.runtime.loops import LOOP_LAG, Loops
from mathematricks.runtime.service import Every, Running, running
from structlog.testing import capture_logs
from support.desk_service import Diary, LateBus, a_service, trial_settings

COMMAND = OrderCommand(
    command_id="c1", order_id="o1", signal_id="s1", strategy_id="Trend", account="a", given_at="2026-11-20T12:00:00Z"
)


def never_dies(name: str, error: BaseException | None) -> None:
    raise AssertionError(f"{name} died of {error!r}")


async def ignore(_: Any, __: Any) -> None:
    """Handle nothing."""


async def test_it_starts_and_stops_in_the_agreed_order() -> None:
    diary = Diary()

    async def on_start(ports: Diary) -> None:
        ports.note("reconciled")

    service = a_service(diary, on_start=on_start, consumes={ORDER_COMMANDS: ignore})
    async with running(service, trial_settings(), LateBus(diary), never_dies) as state:
        diary.note("ready" if state.ready else "not ready")

    assert diary.lines == ["connected", "reconciled", "subscribed", "ready", "draining", "drained", "closed"]
    assert not state.ready


async def test_a_start_that_fails_closes_what_was_opened_and_is_never_ready() -> None:
    diary = Diary()

    async def fail(_: Diary) -> None:
        raise ConnectionError("the broker is away")

    service = a_service(diary, on_start=fail, consumes={ORDER_COMMANDS: ignore})
    with pytest.raises(ConnectionError):
        async with running(service, trial_settings(), LateBus(diary), never_dies):
            raise AssertionError("it started")

    assert diary.lines == ["connected", "closed"]


async def test_a_subscription_that_fails_stops_the_streams_already_running() -> None:
    diary = Diary()

    class NoBus(LateBus):
        async def subscribe(self, *_: Any, **__: Any) -> None:
            await asyncio.sleep(0.01)
            raise ConnectionError("no bus")

    async def follow(ports: Diary) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ports.note("stream stopped")

    service = a_service(diary, streams=(follow,), consumes={ORDER_COMMANDS: ignore})
    with pytest.raises(ConnectionError):
        async with running(service, trial_settings(), NoBus(diary), never_dies):
            raise AssertionError("it started")

    assert diary.lines == ["connected", "draining", "drained", "stream stopped", "closed"]


async def test_what_is_in_hand_is_finished_before_the_ports_close() -> None:
    diary, bus, begun = Diary(), MemoryBus(), asyncio.Event()

    async def slowly(_: OrderCommand, ports: Diary) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        ports.note("handled")

    async with running(a_service(diary, consumes={ORDER_COMMANDS: slowly}), trial_settings(), bus, never_dies):
        await bus.publish(ORDER_COMMANDS, COMMAND)
        await begun.wait()

    assert diary.lines == ["connected", "handled", "closed"]


async def test_a_handler_that_never_ends_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "DRAIN_WITHIN", 0.05)
    diary, bus, begun = Diary(), MemoryBus(), asyncio.Event()

    async def hang(_: OrderCommand, __: Diary) -> None:
        begun.set()
        await asyncio.sleep(3600)

    with capture_logs() as lines:
        async with running(a_service(diary, consumes={ORDER_COMMANDS: hang}), trial_settings(), bus, never_dies):
            await bus.publish(ORDER_COMMANDS, COMMAND)
            await begun.wait()
    await bus.close()

    assert "service.not_drained" in [line["event"] for line in lines]
    assert diary.lines[-1] == "closed"


@pytest.mark.parametrize("how", ["raises", "returns"])
async def test_a_stream_that_ends_by_itself_kills(how: str) -> None:
    deaths: list[tuple[str, str]] = []

    async def follow_broker(_: Diary) -> None:
        if how == "raises":
            raise ConnectionError("the broker hung up")

    service = a_service(streams=(follow_broker,))
    async with running(
        service, trial_settings(), MemoryBus(), lambda name, error: deaths.append((name, repr(error)))
    ) as state:
        await asyncio.sleep(0.01)
        assert not state.alive()

    assert deaths == [("follow_broker", "ConnectionError('the broker hung up')" if how == "raises" else "None")]


async def test_a_stream_that_breaks_while_it_is_stopped_is_no_death() -> None:
    async def follow(_: Diary) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        raise ConnectionError("closing hurt")

    async with running(a_service(streams=(follow,)), trial_settings(), MemoryBus(), never_dies) as state:
        await asyncio.sleep(0.01)
        assert state.alive()


async def test_a_job_repeats_whatever_happens_to_one_run() -> None:
    runs, enough = 0, asyncio.Event()

    async def sweep(_: Diary) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ConnectionError("the store is away")
        if runs == 3:
            enough.set()

    with capture_logs() as lines:
        service = a_service(jobs=(Every(timedelta(milliseconds=5), sweep),))
        async with running(service, trial_settings(), MemoryBus(), never_dies):
            await asyncio.wait_for(enough.wait(), 5)

    assert [line["job"] for line in lines if line["event"] == "job.failed"] == ["sweep"]


async def test_jobs_of_one_interval_take_turns_within_it() -> None:
    begun = time.monotonic()
    ran: dict[str, float] = {}

    async def first(_: Diary) -> None:
        ran.setdefault("first", time.monotonic() - begun)

    async def second(_: Diary) -> None:
        ran.setdefault("second", time.monotonic() - begun)

    interval = timedelta(milliseconds=400)
    service = a_service(jobs=(Every(interval, first), Every(interval, second)))
    async with running(service, trial_settings(), MemoryBus(), never_dies):
        while len(ran) < 2:  # noqa: ASYNC110 - jobs signal nobody
            await asyncio.sleep(0.01)

    assert ran["second"] - ran["first"] > 0.1


async def test_it_says_what_keeps_it_from_taking_work() -> None:
    class Deaf(MemoryBus):
        async def ready(self) -> bool:
            return False

    async with running(a_service(), trial_settings(), MemoryBus(), never_dies) as state:
        assert await state.missing() is None
    assert await state.missing() == "starting or stopping"
    async with running(a_service(), trial_settings(), Deaf(), never_dies) as state:
        assert await state.missing() == "the bus does not answer"


async def test_a_loop_that_was_stuck_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    loops = Loops("trial", never_dies)
    loops.start(Diary(), (), ())
    state = Running(a_service(), MemoryBus(), Diary(), loops=loops)
    assert state.alive()

    loops._beaten -= 11

    assert not state.alive()
    await asyncio.sleep(0.6)
    assert state.alive()
    assert LOOP_LAG._value.get() > 10
    await loops.stop()
