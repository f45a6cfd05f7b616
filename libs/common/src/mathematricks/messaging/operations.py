"""What an operator may do to Pub/Sub by hand: look at dead letters, return them, wind a subscription to a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.api_core.exceptions import AlreadyExists, NotFound
from google.pubsub_v1 import types as pubsub

from mathematricks.messaging.delivery import ONLY_FOR, Envelope
from mathematricks.messaging.pubsub import Clients
from mathematricks.messaging.topology import Topology, kept_letters

AT_ONCE = 1000
PATIENCE = 10.0
BURIAL = frozenset({"subscriber", "reason"})
"""Attributes that a message was given when it was put aside."""


class NoSuchSubscription(LookupError):
    """Pub/Sub knows no subscription, topic or snapshot of this name; the text names it."""


@dataclass(frozen=True)
class Letter:
    """A dead letter as it lies there: the message, since when, and who gave up on it and why."""

    letter_id: str
    buried_at: datetime
    envelope: Envelope
    ack_id: str

    @property
    def subscriber(self) -> str:
        return self.envelope.attributes.get("subscriber", "")

    @property
    def reason(self) -> str:
        return self.envelope.attributes.get("reason", "")


class Operations:
    """Works on the topics and subscriptions of *project*; made by ``operations``."""

    def __init__(self, project: str, clients: Clients) -> None:
        self._project, self._clients = project, clients
        self._topology = Topology(project, clients.publisher, clients.admin)

    async def letters(self, topic: str) -> list[Letter]:
        """Return the dead letters of *topic*, oldest first; they stay where they are."""
        held = await self._hold(topic)
        await self._let_go(topic, held)
        return held

    async def give_back(self, topic: str, wanted: Sequence[str]) -> list[Letter]:
        """
        Publish dead letters of *topic* again and take them from the pile; return those it was done to.

        Each is published before it is taken away, so that none is lost; *wanted* names their ids, none: all. The
        subscriber that gave up on it is the only one that handles it: the others have had it.
        """
        held = await self._hold(topic)
        going = [letter for letter in held if not wanted or letter.letter_id in wanted]
        await self._let_go(topic, [letter for letter in held if letter not in going])
        for letter in going:
            await self.publish(topic, _as_it_was(letter))
            await self._clients.admin.acknowledge(
                request={"subscription": self._path(kept_letters(topic)), "ack_ids": [letter.ack_id]}, timeout=PATIENCE
            )
        return going

    async def publish(self, topic: str, envelope: Envelope) -> None:
        """Publish *envelope* as it is."""
        message = pubsub.PubsubMessage(data=envelope.data, attributes=envelope.attributes)
        request = {"topic": self._topology.topic_path(topic), "messages": [message]}
        await _found(topic, self._clients.publisher.publish(request=request, timeout=PATIENCE))

    async def seek(self, subscription: str, to: datetime | str) -> None:
        """Deliver again to *subscription* what it had from a time on, or from the snapshot of that name."""
        where = {"time": to} if isinstance(to, datetime) else {"snapshot": self._snapshot(to)}
        request = pubsub.SeekRequest(subscription=self._path(subscription), **where)
        await _found(f"{subscription} or {to}", self._clients.admin.seek(request=request, timeout=PATIENCE))

    async def snapshot(self, subscription: str, name: str) -> None:
        """Remember as *name* what *subscription* has acknowledged; one of that name stays as it was."""
        request = {"name": self._snapshot(name), "subscription": self._path(subscription)}
        try:
            await _found(subscription, self._clients.admin.create_snapshot(request=request, timeout=PATIENCE))
        except AlreadyExists as error:
            raise NoSuchSubscription(f"There is a snapshot {name} already; choose another name") from error

    async def _hold(self, topic: str) -> list[Letter]:
        request = {"subscription": self._path(kept_letters(topic)), "max_messages": AT_ONCE, "return_immediately": True}
        found: dict[str, Letter] = {}
        while True:
            answer = await _found(topic, self._clients.admin.pull(request=request, timeout=PATIENCE))
            fresh = [one for one in map(_letter, answer.received_messages) if one.letter_id not in found]
            if not fresh:
                return sorted(found.values(), key=lambda one: (one.buried_at, one.letter_id))
            found |= {one.letter_id: one for one in fresh}

    async def _let_go(self, topic: str, letters: Sequence[Letter]) -> None:
        if letters:
            ids = [letter.ack_id for letter in letters]
            request = {"subscription": self._path(kept_letters(topic)), "ack_ids": ids, "ack_deadline_seconds": 0}
            await self._clients.admin.modify_ack_deadline(request=request, timeout=PATIENCE)

    def _path(self, subscription: str) -> str:
        return self._topology.subscription_path(subscription)

    def _snapshot(self, name: str) -> str:
        return f"projects/{self._project}/snapshots/{name}"


@asynccontextmanager
async def operations(project: str) -> AsyncIterator[Operations]:
    """Yield what works on *project*, at the emulator that ``PUBSUB_EMULATOR_HOST`` names, else in the cloud."""
    clients = Clients.open()
    try:
        yield Operations(project, clients)
    finally:
        await clients.close()


def _letter(received: Any) -> Letter:
    message = received.message
    envelope = Envelope(message.data, dict(message.attributes))
    return Letter(message.message_id, message.publish_time, envelope, received.ack_id)


def _as_it_was(letter: Letter) -> Envelope:
    kept = {name: value for name, value in letter.envelope.attributes.items() if name not in BURIAL}
    return Envelope(letter.envelope.data, kept | ({ONLY_FOR: letter.subscriber} if letter.subscriber else {}))


async def _found(name: str, asked: Any) -> Any:
    try:
        return await asked
    except NotFound as error:
        raise NoSuchSubscription(f"Pub/Sub knows no {name}") from error
