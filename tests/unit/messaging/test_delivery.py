"""What becomes of one delivered message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.orders import OrderCommand
from mathematricks.contracts.topics import ALERTS, ORDER_COMMANDS
from mathematricks.messaging.bus import Dead, Drop, Retry, Unpublished
from mathematricks.messaging.delivery import (
    DELIVERED,
    MOST_DELIVERIES,
    MOST_FAILURES,
    Delivery,
    Envelope,
    Fate,
    backoff,
    enclose,
)
from mathematricks.messaging.memory import MemoryBus
from structlog.testing import capture_logs

COMMAND = OrderCommand(
    command_id="c1", order_id="o1", signal_id="s1", strategy_id="Trend", account="a", given_at="2026-11-20T12:00:00Z"
)
ENVELOPE = enclose(ORDER_COMMANDS, COMMAND)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def raises(error: BaseException) -> Callable[[Any], Awaitable[None]]:
    async def handler(_: Any) -> None:
        raise error

    return handler


async def succeed(_: Any) -> None:
    """Handle the message."""


@pytest.mark.parametrize(
    ("handler", "name", "fate"),
    [
        (succeed, "handled", Fate.ACK),
        (raises(Drop("seen before")), "dropped", Fate.ACK),
        (raises(Retry("not yet")), "retried", Fate.RETRY),
        (raises(Dead("senseless")), "dead", Fate.DEAD),
        (raises(ValueError("a bug")), "failed", Fate.FAILED),
        (raises(asyncio.CancelledError()), "failed", Fate.FAILED),
    ],
)
async def test_the_outcome_of_a_handler_decides(handler: Any, name: str, fate: Fate) -> None:
    subscriber = f"reader-of-{name}"
    before = DELIVERED.labels(ORDER_COMMANDS.name, subscriber, name)._value.get()

    outcome = await Delivery(ORDER_COMMANDS, subscriber, handler).deliver(ENVELOPE)

    assert (outcome.name, outcome.fate) == (name, fate)
    assert DELIVERED.labels(ORDER_COMMANDS.name, subscriber, name)._value.get() == before + 1


async def test_the_last_failure_is_one_too_many() -> None:
    delivery = Delivery(ORDER_COMMANDS, "reader", raises(ValueError("secret text")))

    assert (await delivery.deliver(ENVELOPE, MOST_FAILURES - 1, MOST_FAILURES - 2)).fate is Fate.FAILED
    last = await delivery.deliver(ENVELOPE, MOST_FAILURES, MOST_FAILURES - 1)
    assert (last.fate, last.reason) == (Fate.DEAD, f"failed {MOST_FAILURES} times, at last with ValueError")


async def test_waiting_is_not_failing_but_does_not_last_for_ever() -> None:
    delivery = Delivery(ORDER_COMMANDS, "reader", raises(Retry("not yet")))

    assert (await delivery.deliver(ENVELOPE, MOST_DELIVERIES, 0)).fate is Fate.RETRY
    assert (await delivery.deliver(ENVELOPE, MOST_DELIVERIES + 1, 0)).fate is Fate.DEAD


async def test_a_message_that_keeps_killing_its_process_is_not_handled_again() -> None:
    handled: list[Any] = []

    async def note(message: Any) -> None:
        handled.append(message)

    outcome = await Delivery(ORDER_COMMANDS, "reader", note).deliver(ENVELOPE, MOST_DELIVERIES + 1, 0)

    assert (outcome.name, handled) == ("exhausted", [])


async def test_being_stopped_is_no_failure() -> None:
    async def wait(_: Any) -> None:
        await asyncio.sleep(3600)

    task = asyncio.create_task(Delivery(ORDER_COMMANDS, "reader", wait).deliver(ENVELOPE))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_poison_is_described_by_place_and_kind_only() -> None:
    poison = Envelope(ENVELOPE.data.replace(b'"o1"', b'["hunter2"]'))

    outcome = await Delivery(ORDER_COMMANDS, "reader", succeed).deliver(poison)

    assert outcome.reason == "not a OrderCommand: order_id string_type"


def test_pauses_grow_to_ten_seconds() -> None:
    pauses = [backoff(times) for times in range(1, 9)]

    assert pauses == [0.02, 0.08, 0.32, 1.28, 5.12, 10.0, 10.0, 10.0]


async def test_a_closed_bus_takes_nothing() -> None:
    bus = MemoryBus()
    await bus.close()

    assert not await bus.ready()
    with pytest.raises(Unpublished):
        await bus.publish(ORDER_COMMANDS, COMMAND)


async def test_a_bus_knows_when_everything_has_met_its_end() -> None:
    bus, tries = MemoryBus(first_backoff=0.001), 0

    async def at_the_third_try(_: Any) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Retry("not yet")

    await bus.subscribe(ORDER_COMMANDS, "reader", at_the_third_try)
    assert bus.idle()
    await bus.publish(ORDER_COMMANDS, COMMAND)

    async with asyncio.timeout(5):
        while not bus.idle():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert tries == 3


async def test_hell_is_raised_even_where_the_bus_is_away_or_the_words_too_long() -> None:
    bus, heard = MemoryBus(), []

    async def hear(alert: Any) -> None:
        heard.append(alert)

    await bus.subscribe(ALERTS, "person", hear)
    await raise_hell(bus, "cerebro", "k" * 900, "critical", "t" * 900, NOON, key="its own key", service="another")
    await asyncio.sleep(0.01)
    await bus.close()
    with capture_logs() as lines:
        await raise_hell(bus, "cerebro", "bus.gone", "critical", "Nobody hears this", NOON)

    assert (len(heard[0].key), len(heard[0].title)) == (200, 500)
    assert heard[0].facts == {"key": "its own key", "service": "another"}
    assert [(line["event"], line["about"]) for line in lines] == [("alert.unpublished", "bus.gone")]
