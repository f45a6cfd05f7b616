"""A body as it arrived, and what its sender is answered, whatever the intake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mathematricks.contracts.base import Environment
from mathematricks.contracts.signals import BodyFacts

from signal_ingestion.domain.authentic import Signature, passphrase_in, sha256
from signal_ingestion.domain.json_body import BLANK, Body, decode, readable_part
from signal_ingestion.domain.refused import Refused

SHORTEST_SECRET = 8
"""A shorter one is a guess, and blanking it everywhere would blank half the words."""


@dataclass(frozen=True)
class Arrival:
    """
    One body at the door.

    Args:
        environment: What the receiving host means.
        token: The secret in the URL, where there was one.
        signature: The MAC headers, where there were any.
        sender: Set by inlets that have already made sure of the sender.
    """

    raw_id: str
    intake: str
    body: bytes
    received_at: datetime
    environment: Environment
    client: str | None = None
    token: str | None = None
    signature: Signature | None = None
    sender: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the sender is told: an HTTP status, whatever the intake, and a JSON object."""

    status: int
    body: dict[str, Any]


def examine(raw: bytes) -> Body | Refused:
    """Return the readable body, or why it is not readable: its sender may still be known by other means."""
    try:
        return decode(raw)
    except Refused as unreadable:
        return unreadable


def facts_of(arrival: Arrival, body: Body | Refused) -> BodyFacts:
    """Return what is kept of a body; a secret it showed is blanked wherever it stands."""
    text = body.text if isinstance(body, Body) else readable_part(arrival.body)
    for secret in (arrival.token, passphrase_in(body.tree) if isinstance(body, Body) else None):
        if secret and len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, BLANK)
    return BodyFacts(
        raw_id=arrival.raw_id,
        intake=arrival.intake,
        client=arrival.client,
        size=len(arrival.body),
        sha256=sha256(arrival.body),
        body=text,
    )
