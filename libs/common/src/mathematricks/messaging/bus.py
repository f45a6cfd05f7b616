"""The bus port: at least once, in any order, perhaps again. Nothing may rely on more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from mathematricks.contracts.base import Message, Topic

M = TypeVar("M", bound=Message)
Handler = Callable[[M], Awaitable[None]]


class Retry(Exception):
    """Not now: deliver the message again after a pause."""


class Drop(Exception):
    """Not needed: acknowledge the message and count it under this reason."""


class Dead(Exception):
    """Never: put the message on the dead-letter topic at once."""


class Unpublished(Exception):
    """The bus did not confirm the message in time; it may or may not be delivered."""


class Bus(Protocol):
    """
    Carries messages between services.

    A handler's return acknowledges; ``Retry`` or an unknown exception delivers again with
    backoff; ``Drop`` acknowledges and counts; ``Dead``, an undecodable message, or too many
    attempts end on the topic's dead-letter topic, which raises an alert.
    """

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Return once the bus has taken the message; raise ``Unpublished`` if it has not."""

    async def subscribe(self, topic: Topic[M], subscriber: str, handler: Handler[M], *, concurrency: int = 200) -> None:
        """Deliver every message of *topic* to *handler*; subscribers of one name share the work."""

    async def drain(self, subscriber: str) -> None:
        """Stop delivering to *subscriber* and return when everything in hand is finished."""

    async def ready(self) -> bool:
        """Whether publishing would work now."""

    async def close(self) -> None:
        """Release everything; afterwards the bus is not usable."""
