"""What happens to one delivered message, whatever bus carried it: decode, bind, call, decide its fate."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from prometheus_client import Counter, Histogram
from pydantic import ValidationError

from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Dead, Drop, Handler, Retry

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 8
DELIVERED = Counter("bus_messages_total", "Messages handled", ["topic", "subscriber", "outcome"])
HANDLING = Histogram(
    "bus_handling_seconds",
    "Time in the handler",
    ["topic", "subscriber"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)


@dataclass(frozen=True)
class Envelope:
    """A message as the bus carries it: JSON bytes and text attributes."""

    data: bytes
    attributes: dict[str, str] = field(default_factory=dict)


class Fate(Enum):
    """What the bus must do with a message after its handler ran."""

    ACK = "ack"
    NACK = "nack"
    DEAD = "dead"


def dead_letter_topic(topic: str) -> str:
    """Return the name of the topic that undeliverable messages of *topic* end on."""
    return f"{topic}.dead"


def enclose(topic: Topic[Any], message: Any) -> Envelope:
    """Return *message* as the bytes and attributes to publish; the trace travels with it."""
    trace = structlog.contextvars.get_contextvars().get("trace", "")
    return Envelope(message.model_dump_json().encode(), {"key": topic.key(message), "trace": str(trace)})


async def deliver(topic: Topic[Any], subscriber: str, envelope: Envelope, attempt: int, handler: Handler[Any]) -> Fate:
    """Hand one message to *handler* and return its fate; never raises but for cancellation."""
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(
        topic=topic.name, trace=envelope.attributes.get("trace", ""), key=envelope.attributes.get("key", "")
    ):
        outcome, fate = await _outcome(topic, envelope, attempt, handler)
    HANDLING.labels(topic.name, subscriber).observe(time.perf_counter() - started)
    DELIVERED.labels(topic.name, subscriber, outcome).inc()
    return fate


async def _outcome(topic: Topic[Any], envelope: Envelope, attempt: int, handler: Handler[Any]) -> tuple[str, Fate]:
    try:
        message = topic.model.model_validate_json(envelope.data)
    except ValidationError as error:
        log.error("message.undecodable", errors=error.error_count(), model=topic.model.__name__)
        return "undecodable", Fate.DEAD
    try:
        await handler(message)
    except Drop as reason:
        log.info("message.dropped", reason=str(reason))
        return "dropped", Fate.ACK
    except Dead as reason:
        log.error("message.dead", reason=str(reason))
        return "dead", Fate.DEAD
    except Retry as reason:
        log.debug("message.retried", reason=str(reason), attempt=attempt)
        return "retried", Fate.NACK
    except Exception:
        log.exception("message.failed", attempt=attempt)
        return "failed", Fate.DEAD if attempt >= MOST_ATTEMPTS else Fate.NACK
    return "handled", Fate.ACK
