"""The in-process bus: what Pub/Sub promises and no more, in the memory of one process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Handler, M
from mathematricks.messaging.delivery import Envelope, Fate, dead_letter_topic, deliver, enclose

LONGEST_BACKOFF = 5.0


@dataclass
class _Subscription:
    topic: Topic[Any]
    subscriber: str
    handler: Handler[Any]
    slots: asyncio.Semaphore
    running: set[asyncio.Task[None]] = field(default_factory=set)
    stopped: bool = False


class MemoryBus:
    """
    Deliver each published message to every subscription of its topic.

    Messages cross as bytes, exactly as on the wire. What is in flight dies with the process:
    the records, not the bus, remember what is owed.
    """

    def __init__(self, *, first_backoff: float = 0.02) -> None:
        self._subscriptions: dict[str, dict[str, _Subscription]] = {}
        self._first_backoff = first_backoff
        self.dead: dict[str, list[Envelope]] = {}

    async def publish(self, topic: Topic[M], message: M) -> None:
        self._fan_out(topic.name, enclose(topic, message))

    async def publish_raw(self, topic: str, envelope: Envelope) -> None:
        """Publish bytes as they are: dead letters moved back, and tests of poison."""
        self._fan_out(topic, envelope)

    async def subscribe(self, topic: Topic[M], subscriber: str, handler: Handler[M], *, concurrency: int = 200) -> None:
        subscription = _Subscription(topic, subscriber, handler, asyncio.Semaphore(concurrency))
        self._subscriptions.setdefault(topic.name, {})[subscriber] = subscription

    async def drain(self, subscriber: str) -> None:
        mine = [by_name[subscriber] for by_name in self._subscriptions.values() if subscriber in by_name]
        for subscription in mine:
            subscription.stopped = True
        while tasks := [task for subscription in mine for task in subscription.running]:
            await asyncio.wait(tasks)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        for by_name in self._subscriptions.values():
            for subscription in by_name.values():
                subscription.stopped = True
                for task in subscription.running:
                    task.cancel()

    def _fan_out(self, topic: str, envelope: Envelope) -> None:
        for subscription in self._subscriptions.get(topic, {}).values():
            if not subscription.stopped:
                task = asyncio.create_task(self._attempt_until_settled(subscription, envelope))
                subscription.running.add(task)
                task.add_done_callback(subscription.running.discard)

    async def _attempt_until_settled(self, subscription: _Subscription, envelope: Envelope) -> None:
        attempt = 1
        while True:
            async with subscription.slots:
                fate = await deliver(
                    subscription.topic, subscription.subscriber, envelope, attempt, subscription.handler
                )
            if fate is Fate.DEAD:
                self._bury(subscription, envelope)
            if fate is not Fate.NACK or subscription.stopped:
                return
            await asyncio.sleep(min(LONGEST_BACKOFF, self._first_backoff * 2 ** (attempt - 1)))
            attempt += 1

    def _bury(self, subscription: _Subscription, envelope: Envelope) -> None:
        name = dead_letter_topic(subscription.topic.name)
        buried = Envelope(envelope.data, envelope.attributes | {"subscriber": subscription.subscriber})
        self.dead.setdefault(name, []).append(buried)
        self._fan_out(name, buried)
