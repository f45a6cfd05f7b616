"""Publishing to Pub/Sub: confirmed by the server, without added delay, and healed where a topic has vanished."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import grpc
import structlog
from google.api_core.exceptions import GoogleAPIError
from google.pubsub_v1 import types as pubsub
from google.pubsub_v1.services.publisher import PublisherAsyncClient

from mathematricks.messaging.bus import Unpublished
from mathematricks.messaging.delivery import Envelope
from mathematricks.messaging.topology import Topology
from mathematricks.storage.group_commit import GroupCommit

log = structlog.get_logger(__name__)

PATIENCE = 10.0
"""Seconds after which a publish that was not confirmed fails; a sweep publishes again what its record owes."""
_PAUSE = 0.1
_PASSING = frozenset(
    {
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.UNKNOWN,
    }
)


class Publisher:
    """
    Publish to any topic of one project.

    Each message goes at once; only what is published while eight requests of its topic are
    under way waits, and then travels together.
    """

    def __init__(self, topology: Topology, client: PublisherAsyncClient) -> None:
        self._topology = topology
        self._publish: Callable[..., Awaitable[object]] = client.transport.publish
        self._lanes: dict[str, GroupCommit[Envelope, None]] = {}

    async def publish(self, topic: str, envelope: Envelope) -> None:
        """Return once the server has *envelope*; raise ``Unpublished`` where it does not confirm in time."""
        lane = self._lanes.get(topic)
        if lane is None:
            lane = self._lanes[topic] = GroupCommit(partial(self._send, topic), most=100, at_once=8)
        await lane(envelope)

    async def settled(self) -> None:
        """Return once nothing is under way."""
        await asyncio.gather(*(lane.settled() for lane in self._lanes.values()))

    async def _send(self, topic: str, batch: list[Envelope]) -> Sequence[BaseException | None]:
        path = self._topology.topic_path(topic)
        messages = [pubsub.PubsubMessage(data=each.data, attributes=each.attributes) for each in batch]
        request = pubsub.PublishRequest(topic=path, messages=messages)
        try:
            await self._confirm(topic, request)
        except _Unfit as unfit:  # one bad message must not cost its neighbours
            if len(batch) == 1:
                return [Unpublished(str(unfit))]
            return [(await self._send(topic, [each]))[0] for each in batch]
        return [None] * len(batch)

    async def _confirm(self, topic: str, request: pubsub.PublishRequest) -> None:
        deadline = time.monotonic() + PATIENCE
        routing = (("x-goog-request-params", f"topic={request.topic}"),)
        while (left := deadline - time.monotonic()) > 0:
            try:
                await self._publish(request, timeout=left, wait_for_ready=True, metadata=routing)
                return
            except grpc.aio.AioRpcError as error:
                await self._recover(topic, error)
            await asyncio.sleep(_PAUSE)
        raise Unpublished(f"{topic}: Pub/Sub did not confirm within {PATIENCE:.0f} s")

    async def _recover(self, topic: str, error: grpc.aio.AioRpcError) -> None:
        code = error.code()
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            raise _Unfit(f"{topic}: {error.details()}")
        if code is grpc.StatusCode.NOT_FOUND:
            log.warning("topic.vanished", topic=topic)
            try:
                await self._topology.make_topic(topic)
            except GoogleAPIError as failure:
                raise Unpublished(f"{topic}: it does not exist and cannot be made ({failure})") from failure
        elif code not in _PASSING:
            raise Unpublished(f"{topic}: {code.name} {error.details()}")


class _Unfit(Exception):
    pass
