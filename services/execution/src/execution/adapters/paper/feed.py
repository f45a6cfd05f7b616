"""The feed: every event once to every subscriber, from the moment it subscribed."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Iterable

from execution.ports import BrokerEvent


class Subscription(AsyncIterator[BrokerEvent]):
    """One subscriber's events, in the order they happened; it never ends by itself."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[BrokerEvent] = asyncio.Queue()

    def put(self, event: BrokerEvent) -> None:
        """Add what happened next."""
        self._queue.put_nowait(event)

    async def __anext__(self) -> BrokerEvent:
        return await self._queue.get()


class Feed:
    """Who listens; a subscriber that lets go of its subscription is forgotten. *told* counts the events so far."""

    def __init__(self) -> None:
        self.told = 0
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    def subscribe(self) -> Subscription:
        """Return the events from now on."""
        subscription = Subscription()
        self._subscriptions.add(subscription)
        return subscription

    def tell(self, events: Iterable[BrokerEvent]) -> None:
        """Hand *events* to everyone who listens."""
        for event in events:
            self.told += 1
            for subscription in list(self._subscriptions):
                subscription.put(event)
