"""What happens to one delivered message, whatever bus carried it: decode, bind, call, decide its fate."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any, Generic

import structlog
from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Dead, Drop, Handler, M, Retry

log = structlog.get_logger(__name__)

MOST_FAILURES = 8
"""Failed attempts (unknown exceptions) after which a message is dead."""
MOST_DELIVERIES = 90
"""Deliveries of any outcome after which a message is dead: one that waits for ever, or kills its process."""
FIRST_BACKOFF = 0.02
_GROWTH, _MOST_GROWTH = 4.0, 500.0

DELIVERED = Counter("bus_messages_total", "Messages handled", ["topic", "subscriber", "outcome"])
HANDLING = Histogram(
    "bus_handling_seconds",
    "Time in the handler",
    ["topic", "subscriber"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as the bus carries it: JSON bytes and text attributes."""

    data: bytes
    attributes: dict[str, str] = field(default_factory=dict)
    _read: dict[type[Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def read(self, model: type[M]) -> M:
        """
        Return the message in it; several subscribers in one process read it once, for messages are immutable.

        Raise ``pydantic.ValidationError`` where it is none.
        """
        known = self._read.get(model)
        if known is None:
            known = self._read[model] = model.model_validate_json(self.data)
        message: M = known
        return message


class Fate(Enum):
    """What the bus must do with a message after its handler ran."""

    ACK = "ack"
    RETRY = "retry"
    """Deliver again; the handler asked for it."""
    FAILED = "failed"
    """Deliver again, and count one failure."""
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a handler took a message: the name it is counted under, its fate, and why."""

    name: str
    fate: Fate
    reason: str = ""


_HANDLED = Outcome("handled", Fate.ACK)
ONLY_FOR = "only_for"
"""Attribute of a message that one subscriber alone is to handle: the others acknowledge it unread."""


def backoff(times: int, first: float = FIRST_BACKOFF) -> float:
    """Return the seconds to wait after the *times*-th delivery: 20 ms, growing fourfold, 10 s at most."""
    return first * min(_MOST_GROWTH, _GROWTH ** min(times - 1, 5))


def enclose(topic: Topic[Any], message: Any) -> Envelope:
    """Return *message* as the bytes and attributes to publish."""
    return Envelope(message.model_dump_json().encode(), {"key": topic.key(message), "trace": trace_of(message)})


def trace_of(message: Any) -> str:
    """
    Return the W3C trace id of *message*, 32 hexadecimal digits.

    All that one signal causes has one trace, whoever publishes it and however often; what no signal caused
    goes on with the trace it was caused in.
    """
    if signal_id := getattr(message, "signal_id", None):
        return blake2b(signal_id.encode(), digest_size=16).hexdigest()
    return str(structlog.contextvars.get_contextvars().get("trace") or uuid.uuid4().hex)


class Delivery(Generic[M]):
    """One subscriber's handling of one topic; its counters are looked up once."""

    def __init__(self, topic: Topic[M], subscriber: str, handler: Handler[M]) -> None:
        self.topic, self.subscriber = topic, subscriber
        self._handler = handler
        self._seconds = HANDLING.labels(topic.name, subscriber)
        self._counters: dict[str, Counter] = {}

    async def deliver(self, envelope: Envelope, deliveries: int = 1, failures: int = 0) -> Outcome:
        """
        Hand one message over and return its outcome; never raises but for cancellation.

        Ids are bound for logging in the running task's own context, so call this in a task of its own.

        Args:
            deliveries: How often the message was delivered, this time included.
            failures: How many of those before failed with an unknown exception.
        """
        started = time.perf_counter()
        told = envelope.attributes
        structlog.contextvars.bind_contextvars(
            topic=self.topic.name, trace=told.get("trace", ""), key=told.get("key", "")
        )
        outcome = await self._outcome(envelope, deliveries, failures)
        self._seconds.observe(time.perf_counter() - started)
        self._count(outcome.name)
        return outcome

    async def _outcome(self, envelope: Envelope, deliveries: int, failures: int) -> Outcome:
        if envelope.attributes.get(ONLY_FOR, self.subscriber) != self.subscriber:
            return Outcome("not for it", Fate.ACK)
        if deliveries > MOST_DELIVERIES:
            return Outcome("exhausted", Fate.DEAD, f"delivered {deliveries} times without an end")
        try:
            message = envelope.read(self.topic.model)
        except ValidationError as error:
            return Outcome("undecodable", Fate.DEAD, f"not a {self.topic.model.__name__}: {_faults(error)}")
        try:
            await self._handler(message)
        except Drop as drop:
            log.info("message.dropped", reason=str(drop))
            return Outcome("dropped", Fate.ACK)
        except Dead as dead:
            return Outcome("dead", Fate.DEAD, str(dead))
        except Retry as retry:
            log.debug("message.retried", reason=str(retry), deliveries=deliveries)
            return Outcome("retried", Fate.RETRY)
        except (Exception, asyncio.CancelledError) as error:
            return _failed(error, failures + 1)
        return _HANDLED

    def _count(self, outcome: str) -> None:
        counter = self._counters.get(outcome)
        if counter is None:
            counter = self._counters[outcome] = DELIVERED.labels(self.topic.name, self.subscriber, outcome)
        counter.inc()


def _failed(error: BaseException, failures: int) -> Outcome:
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
        raise error  # we are being stopped; otherwise it leaked out of something that the handler awaited
    log.error("message.failed", failures=failures, exc_info=error)
    if failures >= MOST_FAILURES:
        return Outcome("exhausted", Fate.DEAD, f"failed {failures} times, at last with {type(error).__name__}")
    return Outcome("failed", Fate.FAILED)


def _faults(error: ValidationError) -> str:
    """Return where and how it is wrong, without a value: what arrived may hold a secret."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))} {fault['type']}" for fault in faults[:5])
