"""Hearing: the venue's events for every subscriber, from the moment it subscribed, however they travelled."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator

from execution.ports import BrokerEvent


class Subscription(AsyncIterator[BrokerEvent]):
    """What one subscriber is still to hear; it ends only by failing."""

    def __init__(self, after: int) -> None:
        self.after = after
        self._events: asyncio.Queue[BrokerEvent | BaseException] = asyncio.Queue()

    def put(self, event: BrokerEvent | BaseException) -> None:
        """Add what happened next, or why nothing more will be heard."""
        self._events.put_nowait(event)

    async def __anext__(self) -> BrokerEvent:
        event = await self._events.get()
        if isinstance(event, BaseException):
            raise ConnectionError("the venue is listened to no more") from event
        return event


class Hearing:
    """
    Who listens, and how far the venue's numbering is known to have come.

    An event may still be on its way when the answer of a call that came after it is here. So a
    subscriber is told only what bears a higher number than anything known when it subscribed.
    """

    def __init__(self) -> None:
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self._epoch = ""
        self._known = 0

    def subscribe(self) -> Subscription:
        """Return the events from now on."""
        subscription = Subscription(self._known)
        self._subscriptions.add(subscription)
        return subscription

    def begin(self, epoch: str, told: int) -> None:
        """Note that the venue's numbering has come to *told*; in another epoch it is another numbering."""
        if epoch != self._epoch:
            self._epoch, self._known = epoch, 0
            for subscription in self._subscriptions:
                subscription.after = 0
        self._known = max(self._known, told)

    def reached(self, told: str) -> None:
        """Note how far an answer says that the numbering has come (``<epoch>:<number>``)."""
        epoch, _, number = told.rpartition(":")
        if epoch == self._epoch and number.isdecimal():
            self._known = max(self._known, int(number))

    def tell(self, event: BrokerEvent, number: int | None = None) -> None:
        """Hand *event* to everyone who listened when it happened; to all where it has no *number*."""
        for subscription in list(self._subscriptions):
            if number is None or number > subscription.after:
                subscription.put(event)
        self._known = max(self._known, number or 0)

    def ended(self, listening: asyncio.Task[None]) -> None:
        """Tell every subscriber that no more will be heard, where that was not meant."""
        if not listening.cancelled() and (error := listening.exception()) is not None:
            for subscription in list(self._subscriptions):
                subscription.put(error)
