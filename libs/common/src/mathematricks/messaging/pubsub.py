"""Cloud Pub/Sub, or its emulator, behind the bus port."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import grpc
from google.cloud.pubsub_v1 import SubscriberClient
from google.pubsub_v1.services.publisher import PublisherAsyncClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.services.subscriber import SubscriberAsyncClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport, SubscriberGrpcTransport

from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Handler, M
from mathematricks.messaging.dead_letters import alert_of_death, dead_letter_topic
from mathematricks.messaging.delivery import Delivery, Envelope, enclose
from mathematricks.messaging.pubsub_publisher import Publisher
from mathematricks.messaging.pubsub_pull import Pull
from mathematricks.messaging.topology import PAUSES, Topology
from mathematricks.runtime.failpoints import failpoint

_RECONNECT_FAST = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]
_PULLS_WAIT = [
    (
        "grpc.service_config",
        """{"methodConfig": [{"name": [{"service": "google.pubsub.v1.Subscriber", "method": "StreamingPull"}],
        "waitForReady": true}]}""",
    )
]
"""A pull waits for its connection: one that fails at once is tried five times, and then not for ten seconds."""
_READY_WITHIN = 1.0
_FLUSH_WITHIN = 5.0
_EMULATOR_STREAM_SECONDS = 4.0


class _EmulatorPuller(SubscriberClient):  # type: ignore[misc]  # Google's classes are untyped
    """
    A client whose streams end, and begin again, every few seconds.

    The emulator does not notice that a stream's process is gone: it goes on handing it messages
    until the stream's deadline.
    """

    def streaming_pull(self, *args: Any, **kwargs: Any) -> Any:
        return super().streaming_pull(*args, **kwargs | {"timeout": _EMULATOR_STREAM_SECONDS})


def open_puller() -> SubscriberClient:
    """Return the client that pulls: from the emulator that ``PUBSUB_EMULATOR_HOST`` names, else from the cloud."""
    host = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not host:
        return SubscriberClient()
    channel = grpc.insecure_channel(host, options=_RECONNECT_FAST + _PULLS_WAIT)
    return _EmulatorPuller(transport=SubscriberGrpcTransport(channel=channel))


@dataclass(frozen=True)
class Clients:
    """Google's clients: who publishes, who makes and asks, who pulls."""

    publisher: PublisherAsyncClient
    admin: SubscriberAsyncClient
    puller: SubscriberClient

    @classmethod
    def open(cls) -> Clients:
        """Return clients of the emulator that ``PUBSUB_EMULATOR_HOST`` names, else of the cloud."""
        host = os.environ.get("PUBSUB_EMULATOR_HOST")
        if not host:
            return cls(PublisherAsyncClient(), SubscriberAsyncClient(), open_puller())
        channel = grpc.aio.insecure_channel(host, options=_RECONNECT_FAST)
        return cls(
            PublisherAsyncClient(transport=PublisherGrpcAsyncIOTransport(channel=channel)),
            SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel)),
            open_puller(),
        )

    async def close(self) -> None:
        transports: list[Any] = [self.publisher.transport, self.admin.transport]
        self.puller.close()
        for transport in transports:
            await transport.close()


class PubSubBus:
    """
    Publish to and pull from the topics of *project*.

    Topics and subscriptions are made where they are missing, at the start and again when they
    vanish. Handlers run on the event loop that made the first call.

    Args:
        pauses: Shortest and longest pause between attempts; tests hurry.
    """

    def __init__(self, project: str, *, pauses: tuple[timedelta, timedelta] = PAUSES) -> None:
        self._project, self._pauses = project, pauses
        self._pulls: list[Pull] = []

    @cached_property
    def _clients(self) -> Clients:
        return Clients.open()

    @cached_property
    def _topology(self) -> Topology:
        return Topology(self._project, self._clients.publisher, self._clients.admin, self._pauses)

    @cached_property
    def _publisher(self) -> Publisher:
        return Publisher(self._topology, self._clients.publisher)

    async def publish(self, topic: Topic[M], message: M) -> None:
        await self._publisher.publish(topic.name, enclose(topic, message))

    async def publish_raw(self, topic: str, envelope: Envelope) -> None:
        """Publish bytes as they are: dead letters moved back, and tests of poison."""
        await self._publisher.publish(topic, envelope)

    async def prepare(self, consumers: Mapping[str, Iterable[str]]) -> None:
        """Make every topic and subscription before anyone publishes: topic name to its subscribers."""
        wanted = [(topic, subscriber) for topic, subscribers in consumers.items() for subscriber in subscribers]
        await asyncio.gather(*(self._topology.make_topic(topic) for topic in consumers))
        await asyncio.gather(*(self._topology.make_subscription(*each) for each in wanted))

    async def subscribe(self, topic: Topic[M], subscriber: str, handler: Handler[M], *, concurrency: int = 200) -> None:
        delivery = Delivery(topic, subscriber, handler)
        pull = Pull(self._clients.puller, self._topology, delivery, self._bury, concurrency)
        await pull.start()
        self._pulls.append(pull)

    async def drain(self, subscriber: str) -> None:
        mine = [pull for pull in self._pulls if pull.subscriber == subscriber]
        await asyncio.gather(*(pull.drain() for pull in mine))
        self._pulls = [pull for pull in self._pulls if pull not in mine]

    async def ready(self) -> bool:
        """Whether the channel is connected and every subscription is being pulled."""
        return await self._connected() and not any(pull.broken for pull in self._pulls)

    async def close(self) -> None:
        await asyncio.gather(*(pull.abandon() for pull in self._pulls))
        self._pulls.clear()
        if "_publisher" in self.__dict__:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._publisher.settled(), _FLUSH_WITHIN)
        if "_clients" in self.__dict__:
            await self._clients.close()

    async def _bury(self, topic: str, letter: Envelope) -> None:
        await self.publish_raw(dead_letter_topic(topic), letter)
        await failpoint("letter.buried")
        await alert_of_death(self, topic, letter)

    async def _connected(self) -> bool:
        transport: Any = self._clients.publisher.transport
        channel = transport.grpc_channel
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_WITHIN):
                while (state := channel.get_state(try_to_connect=True)) is not grpc.ChannelConnectivity.READY:
                    await channel.wait_for_state_change(state)
                return True
        return False
