"""One subscription pulled from Pub/Sub by Google's streaming client, its messages handled on our event loop."""

from __future__ import annotations

import asyncio
import contextvars
import queue
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from google.cloud.pubsub_v1 import SubscriberClient
from google.cloud.pubsub_v1.subscriber.message import Message as Received
from google.cloud.pubsub_v1.subscriber.scheduler import Scheduler
from google.cloud.pubsub_v1.types import FlowControl

from mathematricks.messaging.bus import Unpublished
from mathematricks.messaging.dead_letters import as_dead_letter
from mathematricks.messaging.delivery import Delivery, Envelope, Fate, Outcome, backoff
from mathematricks.messaging.topology import Topology, subscription_name

log = structlog.get_logger(__name__)

LEASE = 10
"""Seconds after which the messages of a process that died are delivered again; renewed while it lives."""
LONGEST_LEASE = 600.0
"""Seconds after which a handler has hung, and its message goes to another."""
_REMEMBERED = 10_000
Bury = Callable[[str, Envelope], Awaitable[None]]


class _Attempts:
    """How often this process has seen and failed each message; Pub/Sub itself counts only roughly."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def of(self, message: Received) -> tuple[int, int]:
        deliveries, failures = self._seen.get(message.message_id, (0, 0))
        return max(deliveries + 1, message.delivery_attempt or 0), failures

    def settle(self, message: Received, deliveries: int, failures: int, fate: Fate) -> None:
        self._seen.pop(message.message_id, None)
        if fate in (Fate.RETRY, Fate.FAILED):
            self._seen[message.message_id] = (deliveries, failures + (fate is Fate.FAILED))
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)


class _OnLoop(Scheduler):  # type: ignore[misc]  # Google's classes are untyped
    """Run Google's callbacks as tasks of our loop, and hold its shutdown until those in hand are done."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Callable[[Received], Awaitable[None]]) -> None:
        self._queue: queue.Queue[Any] = queue.Queue()
        self._loop, self._handle = loop, handle
        self._context = contextvars.copy_context()
        self._in_hand: set[asyncio.Task[None]] = set()
        self.patient = False

    @property
    def queue(self) -> queue.Queue[Any]:
        return self._queue

    def schedule(self, callback: Callable[..., Any], *args: Any, **_: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: the message's lease ends and another takes it
            self._loop.call_soon_threadsafe(self._begin, args[0])

    def shutdown(self, await_msg_callbacks: bool = False) -> list[Received]:
        if self.patient:
            with suppress(RuntimeError):
                asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        return []

    def _begin(self, message: Received) -> None:
        task: asyncio.Task[None] = self._loop.create_task(self._handle(message), context=self._context.copy())  # type: ignore[arg-type]
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    def abandon(self) -> None:
        for task in self._in_hand:
            task.cancel()

    async def _finish(self) -> None:
        while self._in_hand:
            await asyncio.wait(self._in_hand)


class Pull:
    """
    Keep one subscriber of one topic supplied until drained.

    The client reconnects by itself; where the subscription has vanished (an emulator restarted
    empty) or is refused, it ends, and we make the subscription again and start anew.
    """

    def __init__(
        self, client: SubscriberClient, topology: Topology, delivery: Delivery[Any], bury: Bury, concurrency: int
    ) -> None:
        self._client, self._topology, self._delivery, self._bury = client, topology, delivery, bury
        self._flow = FlowControl(
            max_messages=concurrency, max_lease_duration=LONGEST_LEASE, max_duration_per_lease_extension=LEASE
        )
        self._attempts = _Attempts()
        self._scheduler = _OnLoop(asyncio.get_running_loop(), self._handle)
        self._stream: Any = None
        self._keeping: asyncio.Task[None] | None = None
        self._draining = False
        self.broken = False

    @property
    def subscriber(self) -> str:
        """Whose messages these are."""
        return self._delivery.subscriber

    @property
    def _topic(self) -> str:
        return self._delivery.topic.name

    async def start(self) -> None:
        """Return once the subscription exists: what is published from now on will arrive."""
        await self._topology.make_subscription(self._topic, self.subscriber)
        self._keeping = asyncio.create_task(self._keep())

    async def drain(self) -> None:
        """Stop pulling; return when every message in hand is settled and its settlement sent."""
        self._draining = True
        self._scheduler.patient = True
        if self._stream is not None:
            self._stream.cancel()
        elif self._keeping is not None:
            self._keeping.cancel()
        if self._keeping is not None:
            await asyncio.wait([self._keeping])

    async def abandon(self) -> None:
        """Stop at once; what is in hand is delivered again, here or elsewhere."""
        self._scheduler.abandon()
        await self.drain()

    async def _keep(self) -> None:
        while not self._draining:
            error = await self._pull_until_it_ends()
            if not self._draining:
                self.broken = True
                log.warning("pull.broken", topic=self._topic, subscriber=self.subscriber, exc_info=error)
                await self._restore()

    async def _pull_until_it_ends(self) -> Exception | None:
        path = self._topology.subscription_path(subscription_name(self._topic, self.subscriber))
        try:
            self._stream = self._client.subscribe(path, _unused, flow_control=self._flow, scheduler=self._scheduler)
            await asyncio.wrap_future(self._stream)
        except Exception as error:
            return error
        finally:
            self._stream = None
        return None

    async def _restore(self) -> None:
        pauses = 1
        while self.broken:
            await asyncio.sleep(backoff(pauses))
            pauses += 1
            try:
                await self._topology.make_subscription(self._topic, self.subscriber)
                self.broken = False
            except Exception as error:
                log.warning("pull.not_restored", subscriber=self.subscriber, error=type(error).__name__)

    async def _handle(self, message: Received) -> None:
        deliveries, failures = self._attempts.of(message)
        envelope = Envelope(message.data, dict(message.attributes))
        try:
            outcome = await self._delivery.deliver(envelope, deliveries, failures)
        except asyncio.CancelledError:
            message.nack()
            raise
        fate = await self._buried(envelope, outcome) if outcome.fate is Fate.DEAD else outcome.fate
        self._attempts.settle(message, deliveries, failures, fate)
        if fate is Fate.ACK:
            message.ack()
        else:
            message.nack()

    async def _buried(self, envelope: Envelope, outcome: Outcome) -> Fate:
        try:
            await self._bury(self._topic, as_dead_letter(envelope, self.subscriber, outcome.reason))
        except Unpublished:
            log.exception("message.unburied")
            return Fate.RETRY
        return Fate.ACK


def _unused(_: Received) -> None:
    """Google's client wants a callback; ours is the scheduler."""
