"""The in-process bus: what Pub/Sub promises and no more, in the memory of one process."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Handler, M, Unpublished
from mathematricks.messaging.dead_letters import alert_of_death, as_dead_letter, dead_letter_topic
from mathematricks.messaging.delivery import FIRST_BACKOFF, Delivery, Envelope, Fate, Outcome, backoff, enclose

MOST_KEPT = 1000
"""Dead letters kept per topic, and so shown; the newest win."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    envelope: Envelope
    deliveries: int = 1
    failures: int = 0

    def again(self, fate: Fate) -> _Parcel:
        return replace(self, deliveries=self.deliveries + 1, failures=self.failures + (fate is Fate.FAILED))


@dataclass(eq=False)
class _Consumer:
    delivery: Delivery[Any]
    concurrency: int
    in_hand: set[asyncio.Task[None]] = field(default_factory=set)


@dataclass
class _Subscription:
    """What waits for one subscriber of one topic, and who takes from it; it outlives its consumers."""

    bus: MemoryBus
    waiting: deque[_Parcel] = field(default_factory=deque)
    consumers: deque[_Consumer] = field(default_factory=deque)
    pausing: int = 0

    @property
    def idle(self) -> bool:
        return not (self.waiting or self.pausing or any(consumer.in_hand for consumer in self.consumers))

    def offer(self, parcel: _Parcel) -> None:
        self.waiting.append(parcel)
        self.hand_out()

    def hand_out(self) -> None:
        while self.waiting and (consumer := self._free()):
            task = asyncio.create_task(self._handle(consumer, self.waiting.popleft()))
            consumer.in_hand.add(task)

    def _free(self) -> _Consumer | None:
        for _ in range(len(self.consumers)):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if len(consumer.in_hand) < consumer.concurrency:
                return consumer
        return None

    async def _handle(self, consumer: _Consumer, parcel: _Parcel) -> None:
        try:
            outcome = await consumer.delivery.deliver(parcel.envelope, parcel.deliveries, parcel.failures)
            await self._settle(consumer.delivery, parcel, outcome)
        finally:
            task = asyncio.current_task()
            assert task is not None
            consumer.in_hand.discard(task)
            self.hand_out()

    async def _settle(self, delivery: Delivery[Any], parcel: _Parcel, outcome: Outcome) -> None:
        if outcome.fate is Fate.DEAD:
            letter = as_dead_letter(parcel.envelope, delivery.subscriber, outcome.reason)
            await self.bus.bury(delivery.topic.name, letter)
        elif outcome.fate is not Fate.ACK:
            pause = backoff(parcel.deliveries, self.bus.first_backoff)
            self.pausing += 1
            asyncio.get_running_loop().call_later(pause, self._offer_again, parcel.again(outcome.fate))

    def _offer_again(self, parcel: _Parcel) -> None:
        self.pausing -= 1
        self.offer(parcel)


class MemoryBus:
    """
    Deliver each published message to every subscription of its topic.

    Messages cross as bytes, exactly as on the wire. What is in flight dies with the process:
    the records, not the bus, remember what is owed.

    Args:
        first_backoff: Seconds until the second attempt, from which the others grow; tests hurry.
    """

    def __init__(self, *, first_backoff: float = FIRST_BACKOFF) -> None:
        self._subscriptions: dict[str, dict[str, _Subscription]] = {}
        self._closed = False
        self.first_backoff = first_backoff
        self.dead: dict[str, list[Envelope]] = {}
        """Dead letters by the name of their dead-letter topic, oldest first."""

    async def publish(self, topic: Topic[M], message: M) -> None:
        await self.publish_raw(topic.name, enclose(topic, message))

    async def publish_raw(self, topic: str, envelope: Envelope) -> None:
        """Publish bytes as they are: dead letters moved back, and tests of poison."""
        if self._closed:
            raise Unpublished("the bus is closed")
        for subscription in self._subscriptions.get(topic, {}).values():
            subscription.offer(_Parcel(envelope))

    async def subscribe(self, topic: Topic[M], subscriber: str, handler: Handler[M], *, concurrency: int = 200) -> None:
        subscription = self._subscriptions.setdefault(topic.name, {}).setdefault(subscriber, _Subscription(self))
        subscription.consumers.append(_Consumer(Delivery(topic, subscriber, handler), concurrency))
        subscription.hand_out()

    async def drain(self, subscriber: str) -> None:
        """What is not in hand stays for the next who subscribes under this name."""
        consumers = [
            consumer
            for by_subscriber in self._subscriptions.values()
            if subscriber in by_subscriber
            for consumer in by_subscriber[subscriber].consumers
        ]
        for by_subscriber in self._subscriptions.values():
            if subscriber in by_subscriber:
                by_subscriber[subscriber].consumers.clear()
        while tasks := [task for consumer in consumers for task in consumer.in_hand]:
            await asyncio.wait(tasks)

    async def ready(self) -> bool:
        return not self._closed

    def idle(self) -> bool:
        """Whether every message published so far has met its end."""
        return all(each.idle for by_subscriber in self._subscriptions.values() for each in by_subscriber.values())

    async def close(self) -> None:
        self._closed = True
        subscriptions = [each for by_subscriber in self._subscriptions.values() for each in by_subscriber.values()]
        tasks = [task for each in subscriptions for consumer in each.consumers for task in consumer.in_hand]
        self._subscriptions.clear()
        for subscription in subscriptions:
            subscription.consumers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def bury(self, topic: str, letter: Envelope) -> None:
        """Put *letter* aside and alert."""
        name = dead_letter_topic(topic)
        kept = self.dead.setdefault(name, [])
        kept.append(letter)
        del kept[:-MOST_KEPT]
        if not self._closed:
            await self.publish_raw(name, letter)
            await alert_of_death(self, topic, letter)
