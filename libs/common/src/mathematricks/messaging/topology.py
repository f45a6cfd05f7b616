"""What Pub/Sub must hold for our topics: made from the contracts, and made again where it has vanished."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from google.api_core.exceptions import AlreadyExists, PermissionDenied
from google.pubsub_v1 import types as pubsub
from google.pubsub_v1.services.publisher import PublisherAsyncClient
from google.pubsub_v1.services.subscriber import SubscriberAsyncClient

from mathematricks.messaging.dead_letters import dead_letter_topic

log = structlog.get_logger(__name__)

RETAINED = timedelta(days=7)
ACK_DEADLINE = timedelta(seconds=10)
PAUSES = (timedelta(milliseconds=100), timedelta(seconds=10))
"""Shortest and longest pause before a message that was not acknowledged is delivered again."""
SERVER_ATTEMPTS = 100
"""Pub/Sub's own limit, the highest it takes; ours is lower, so that ours alerts first."""
_PATIENCE = 30.0


def subscription_name(topic: str, subscriber: str) -> str:
    """Return the name of the subscription that *subscriber*'s processes share."""
    return f"{topic}.{subscriber}"


def kept_letters(topic: str) -> str:
    """Return the name of the subscription that retains the dead letters of *topic* for a person."""
    return f"{dead_letter_topic(topic)}.kept"


class Topology:
    """
    The topics and subscriptions of one project.

    Making what exists already is nothing. Where the deployment made them and we may not, we
    trust it: what is missing then shows as an error of the publisher or the subscriber.
    """

    def __init__(
        self,
        project: str,
        publisher: PublisherAsyncClient,
        subscriber: SubscriberAsyncClient,
        pauses: tuple[timedelta, timedelta] = PAUSES,
    ) -> None:
        self._project, self._publisher, self._subscriber = project, publisher, subscriber
        self._pauses = pauses

    def topic_path(self, topic: str) -> str:
        """Return the full name of *topic*."""
        return f"projects/{self._project}/topics/{topic}"

    def subscription_path(self, name: str) -> str:
        """Return the full name of the subscription *name*."""
        return f"projects/{self._project}/subscriptions/{name}"

    async def make_topic(self, topic: str) -> None:
        """Make *topic* and where its dead letters end and are retained."""
        dead = dead_letter_topic(topic)
        await asyncio.gather(self._make_topic(topic), self._make_topic(dead))
        await self._make_subscription(self._plan(kept_letters(topic), dead))

    async def make_subscription(self, topic: str, subscriber: str) -> None:
        """Make *topic* and the subscription of *subscriber*."""
        await self.make_topic(topic)
        plan = self._plan(subscription_name(topic, subscriber), topic)
        plan.retry_policy = pubsub.RetryPolicy(minimum_backoff=self._pauses[0], maximum_backoff=self._pauses[1])
        plan.dead_letter_policy = pubsub.DeadLetterPolicy(
            dead_letter_topic=self.topic_path(dead_letter_topic(topic)), max_delivery_attempts=SERVER_ATTEMPTS
        )
        await self._make_subscription(plan)

    def _plan(self, name: str, topic: str) -> pubsub.Subscription:
        return pubsub.Subscription(
            name=self.subscription_path(name),
            topic=self.topic_path(topic),
            ack_deadline_seconds=int(ACK_DEADLINE.total_seconds()),
            message_retention_duration=RETAINED,
            retain_acked_messages=True,  # or a subscription could not be wound back
            expiration_policy=pubsub.ExpirationPolicy(),  # empty: never expires
        )

    async def _make_topic(self, topic: str) -> None:
        path = self.topic_path(topic)
        await _make(path, self._publisher.create_topic(request={"name": path}, timeout=_PATIENCE))

    async def _make_subscription(self, plan: pubsub.Subscription) -> None:
        await _make(plan.name, self._subscriber.create_subscription(request=plan, timeout=_PATIENCE))


async def _make(path: str, creation: Any) -> None:
    try:
        await creation
    except AlreadyExists:
        return
    except PermissionDenied:
        log.debug("topology.not_ours", path=path)
        return
    log.info("topology.made", path=path)
