"""What every bus must do; a test module inherits it and provides the ``bus``."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import structlog

from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.base import Topic, to_instant
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.bus import Dead, Drop, Retry
from mathematricks.messaging.delivery import MOST_FAILURES, Envelope
from mathematricks.testing.notes import PATIENCE, STILLNESS, Inbox, Note, RawBus, a_name, a_topic, until


class BusSuite:
    """The behaviour of the port. Subclasses provide a fixture ``bus`` and say how to read dead letters."""

    async def dead_letters(self, bus: Any, topic: str, count: int) -> Sequence[Envelope]:
        """Return at least *count* dead letters of *topic*, once they are there."""
        raise NotImplementedError

    async def test_every_subscriber_gets_every_message(self, bus: RawBus) -> None:
        topic, one, other = a_topic(), Inbox(), Inbox()
        await bus.subscribe(topic, a_name(), one)
        await bus.subscribe(topic, a_name(), other)

        for number in range(5):
            await bus.publish(topic, Note(text=str(number)))

        await until(lambda: len(set(one.texts)) == len(set(other.texts)) == 5)

    async def test_consumers_of_one_name_share_the_work(self, bus: RawBus) -> None:
        topic, name, one, other = a_topic(), a_name(), Inbox(), Inbox()
        await bus.subscribe(topic, name, one, concurrency=2)
        await bus.subscribe(topic, name, other, concurrency=2)
        sent: set[str] = set()

        async def publish_until_both_had_some() -> None:
            while not (one.notes and other.notes):
                sent.add(str(len(sent)))
                await bus.publish(topic, Note(text=str(len(sent) - 1)))
                await asyncio.sleep(0.02)

        await asyncio.wait_for(publish_until_both_had_some(), PATIENCE)
        await until(lambda: {*one.texts, *other.texts} == sent)
        assert not set(one.texts) & set(other.texts)

    async def test_a_message_arrives_exactly_as_it_was_sent(self, bus: RawBus) -> None:
        topic, inbox = a_topic(), Inbox()
        sent = Note(
            text="ünïcödé \U0001f600",
            amount=Decimal("0.10000000000000000000000000001"),
            at=to_instant(datetime.now(UTC)),
        )
        await bus.subscribe(topic, a_name(), inbox)

        await bus.publish(topic, sent)

        await until(lambda: bool(inbox.notes))
        assert inbox.notes[0] == sent
        assert str(inbox.notes[0].amount) == str(sent.amount)

    async def test_the_trace_travels_with_the_message(self, bus: RawBus) -> None:
        topic, traces = a_topic(), []

        async def note_trace(_: Note) -> None:
            traces.append(structlog.contextvars.get_contextvars()["trace"])

        await bus.subscribe(topic, a_name(), note_trace)

        with structlog.contextvars.bound_contextvars(trace="t-1"):
            await bus.publish(topic, Note(text="followed"))

        await until(lambda: traces == ["t-1"])

    async def test_publishing_to_a_topic_without_subscribers_is_no_error(self, bus: RawBus) -> None:
        await bus.publish(a_topic(), Note(text="unheard"))

    async def test_a_message_is_delivered_again_after_retry(self, bus: RawBus) -> None:
        async def not_at_first(_: Note, times: int) -> None:
            if times < 3:
                raise Retry("not yet")

        await self._is_delivered_until(bus, not_at_first, times=3)

    async def test_a_message_is_delivered_again_after_an_unknown_exception(self, bus: RawBus) -> None:
        async def fail_at_first(_: Note, times: int) -> None:
            if times < 3:
                raise ZeroDivisionError

        await self._is_delivered_until(bus, fail_at_first, times=3)

    async def test_a_cancellation_that_leaks_from_a_handler_is_a_failure_too(self, bus: RawBus) -> None:
        async def await_something_cancelled(_: Note, times: int) -> None:
            if times < 2:
                raise asyncio.CancelledError

        await self._is_delivered_until(bus, await_something_cancelled, times=2)

    async def test_a_dropped_message_is_not_delivered_again(self, bus: RawBus) -> None:
        async def drop(_: Note, __: int) -> None:
            raise Drop("not needed")

        await self._is_delivered_until(bus, drop, times=1)

    async def test_a_later_message_may_overtake_one_that_waits(self, bus: RawBus) -> None:
        topic, done = a_topic(), []

        async def hold_back_the_first(note: Note, _: int) -> None:
            if note.text == "first" and "second" not in done:
                raise Retry("the second comes first")
            done.append(note.text)

        await bus.subscribe(topic, a_name(), Inbox(hold_back_the_first), concurrency=1)

        await bus.publish(topic, Note(text="first"))
        await bus.publish(topic, Note(text="second"))

        await until(lambda: done == ["second", "first"])

    async def test_no_more_than_the_agreed_number_is_handled_at_once(self, bus: RawBus) -> None:
        topic, now, most, handled = a_topic(), 0, 0, 0

        async def count(_: Note) -> None:
            nonlocal now, most, handled
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.02)
            now -= 1
            handled += 1

        await bus.subscribe(topic, a_name(), count, concurrency=3)
        await asyncio.gather(*(bus.publish(topic, Note(text=str(number))) for number in range(15)))

        await until(lambda: handled == 15)
        assert most == 3

    async def test_a_dead_message_is_put_aside_at_once_and_alerts(self, bus: RawBus) -> None:
        async def give_up(_: Note, __: int) -> None:
            raise Dead("it makes no sense")

        topic, inbox, name, alerts = a_topic(), Inbox(give_up), a_name(), await self._alerts(bus)
        await bus.subscribe(topic, name, inbox)

        await bus.publish(topic, Note(text="nonsense"))

        letters = await self.dead_letters(bus, topic.name, 1)
        assert Note.model_validate_json(letters[0].data) == Note(text="nonsense")
        assert letters[0].attributes["subscriber"] == name
        assert letters[0].attributes["reason"] == "it makes no sense"
        await until(lambda: self._alert_of(alerts, topic) is not None)
        assert self._alert_of(alerts, topic).severity == "critical"  # type: ignore[union-attr]
        assert len(inbox.notes) == 1

    async def test_poison_is_put_aside_unread_and_the_rest_flows_on(self, bus: RawBus) -> None:
        topic, inbox, alerts = a_topic(), Inbox(), await self._alerts(bus)
        await bus.subscribe(topic, a_name(), inbox)
        poisons = [b"\xff\x00 not json", b'{"text": 1}', b"[]", b'{"amount": "nan", "text": "secret-1"}']

        for poison in poisons:
            await bus.publish_raw(topic.name, Envelope(poison, {"key": "k", "topic": "odd", "service": "odd"}))
        await bus.publish(topic, Note(text="healthy"))

        letters = await self.dead_letters(bus, topic.name, len(poisons))
        assert sorted(letter.data for letter in letters) == sorted(poisons)
        assert not any("secret-1" in letter.attributes["reason"] for letter in letters)
        await until(lambda: inbox.texts == ["healthy"] and self._alert_of(alerts, topic) is not None)

    async def test_a_message_that_always_fails_is_put_aside_in_the_end(self, bus: RawBus) -> None:
        async def fail(_: Note, __: int) -> None:
            raise ZeroDivisionError

        topic, inbox, alerts = a_topic(), Inbox(fail), await self._alerts(bus)
        await bus.subscribe(topic, a_name(), inbox)

        await bus.publish(topic, Note(text="hopeless"))

        assert len(await self.dead_letters(bus, topic.name, 1)) == 1
        assert len(inbox.notes) == MOST_FAILURES
        await until(lambda: self._alert_of(alerts, topic) is not None)

    async def test_a_dead_alert_does_not_breed_alerts(self, bus: RawBus) -> None:
        alerts = await self._alerts(bus)
        marked = {"key": uuid.uuid4().hex}

        await bus.publish_raw(ALERTS.name, Envelope(b"not an alert", marked))

        await self.dead_letters(bus, ALERTS.name, 1)
        await asyncio.sleep(STILLNESS)
        assert not [alert for alert in alerts if alert.key == f"dead-letter:{ALERTS.name}"]

    async def test_drain_finishes_what_is_in_hand_and_takes_no_more(self, bus: RawBus) -> None:
        topic, name, finished = a_topic(), a_name(), []
        begun, release = asyncio.Event(), asyncio.Event()

        async def wait_for_release(note: Note) -> None:
            begun.set()
            await release.wait()
            finished.append(note.text)

        await bus.subscribe(topic, name, wait_for_release, concurrency=1)
        await bus.publish(topic, Note(text="in hand"))
        await begun.wait()
        draining = asyncio.create_task(bus.drain(name))
        await asyncio.sleep(STILLNESS)
        await bus.publish(topic, Note(text="too late"))
        assert not draining.done()
        release.set()
        await asyncio.wait_for(draining, PATIENCE)

        await asyncio.sleep(STILLNESS)
        assert finished == ["in hand"]

    async def test_what_was_not_handled_waits_for_the_next_of_the_same_name(self, bus: RawBus) -> None:
        async def never(_: Note, __: int) -> None:
            raise Retry("not by me")

        topic, name, first, second = a_topic(), a_name(), Inbox(never), Inbox()
        await bus.subscribe(topic, name, first)
        await bus.publish(topic, Note(text="refused"))
        await until(lambda: bool(first.notes))
        await bus.drain(name)
        await bus.publish(topic, Note(text="unseen"))

        await bus.subscribe(topic, name, second)

        await until(lambda: set(second.texts) == {"refused", "unseen"})

    async def test_a_bus_in_use_is_ready(self, bus: RawBus) -> None:
        await bus.subscribe(a_topic(), a_name(), Inbox())

        assert await bus.ready()

    async def _is_delivered_until(
        self, bus: RawBus, behave: Callable[[Note, int], Awaitable[None]], *, times: int
    ) -> None:
        topic, inbox = a_topic(), Inbox(behave)
        await bus.subscribe(topic, a_name(), inbox)

        await bus.publish(topic, Note(text="again"))

        await until(lambda: len(inbox.notes) == times)
        await asyncio.sleep(STILLNESS)
        assert len(inbox.notes) == times

    async def _alerts(self, bus: RawBus) -> list[Alert]:
        alerts: list[Alert] = []

        async def remember(alert: Alert) -> None:
            alerts.append(alert)

        await bus.subscribe(ALERTS, a_name(), remember)
        return alerts

    def _alert_of(self, alerts: list[Alert], topic: Topic[Note]) -> Alert | None:
        return next((alert for alert in alerts if alert.key == f"dead-letter:{topic.name}"), None)
