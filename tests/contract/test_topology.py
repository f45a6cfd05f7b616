"""What the bus makes on Pub/Sub, and that it leaves alone what is there."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from mathematricks.contracts.topics import ORDER_COMMANDS, TRADING_ORDERS
from mathematricks.messaging.pubsub import PubSubBus


@pytest.fixture
async def project(emulator: str) -> AsyncIterator[str]:
    project = f"topology-{uuid.uuid4().hex[:8]}"
    bus = PubSubBus(project)
    wanted = {TRADING_ORDERS.name: ["execution", "dashboard-processor"], ORDER_COMMANDS.name: ["execution"]}
    await bus.prepare(wanted)
    await bus.prepare(wanted)
    yield project
    await bus.close()


async def test_every_topic_has_its_dead_letters_and_a_subscription_that_keeps_them(project: str) -> None:
    with PublisherClient() as client:
        topics = {topic.name.split("/")[-1] for topic in client.list_topics(project=f"projects/{project}")}
    with SubscriberClient() as client:
        kept = client.get_subscription(subscription=f"projects/{project}/subscriptions/trading-orders.dead.kept")

    assert topics == {"trading-orders", "trading-orders.dead", "order-commands", "order-commands.dead"}
    assert kept.topic == f"projects/{project}/topics/trading-orders.dead"
    assert kept.message_retention_duration.days == 7


async def test_every_subscriber_has_its_subscription_with_deadline_retries_and_dead_letters(project: str) -> None:
    with SubscriberClient() as client:
        found = {each.name.split("/")[-1]: each for each in client.list_subscriptions(project=f"projects/{project}")}

    assert {name for name in found if not name.endswith(".kept")} == {
        "trading-orders.execution",
        "trading-orders.dashboard-processor",
        "order-commands.execution",
    }
    subscription = found["trading-orders.execution"]
    assert subscription.ack_deadline_seconds == 10
    assert subscription.retry_policy.minimum_backoff.total_seconds() == 0.1
    assert subscription.retry_policy.maximum_backoff.total_seconds() == 10
    assert subscription.dead_letter_policy.dead_letter_topic == f"projects/{project}/topics/trading-orders.dead"
    assert subscription.dead_letter_policy.max_delivery_attempts == 100
