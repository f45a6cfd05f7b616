"""Where messages end that nobody can handle, and the alert that says so."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.topics import ALERTS
from mathematricks.messaging.bus import Bus
from mathematricks.messaging.delivery import Envelope

log = structlog.get_logger(__name__)

MOST_REASON = 300


def dead_letter_topic(topic: str) -> str:
    """Return the name of the topic that undeliverable messages of *topic* end on."""
    return f"{topic}.dead"


def as_dead_letter(envelope: Envelope, subscriber: str, reason: str) -> Envelope:
    """Return *envelope* as it is buried: its bytes untouched, with who gave up on it and why."""
    return Envelope(envelope.data, envelope.attributes | {"subscriber": subscriber, "reason": reason[:MOST_REASON]})


async def alert_of_death(bus: Bus, topic: str, letter: Envelope) -> None:
    """Tell people that *letter* was buried; a dead alert only reaches the log, or it would breed."""
    told = letter.attributes
    subscriber = told.get("subscriber", "")
    about = {"reason": told.get("reason", ""), "message": told.get("key", ""), "trace": told.get("trace", "")}
    log.error("message.dead", topic=topic, subscriber=subscriber, **about)
    if topic != ALERTS.name:
        title = f"{subscriber} could not handle a message of {topic}; it was put aside on {dead_letter_topic(topic)}"
        await raise_hell(
            bus, subscriber, f"dead-letter:{topic}", "critical", title, datetime.now(UTC), topic=topic, **about
        )
