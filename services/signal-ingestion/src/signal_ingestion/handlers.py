"""The one walk of every body, whatever way it came: who, what, admitted?, record, announce."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from mathematricks.contracts.signals import (
    BodyFacts,
    RawBody,
    RawRecord,
    SenderRecord,
    SignalAnswer,
    Verdict,
)
from prometheus_client import Counter

from signal_ingestion.domain import authentic
from signal_ingestion.domain.admission import Admitted, Door, admit
from signal_ingestion.domain.arrival import Answer, Arrival, examine, facts_of
from signal_ingestion.domain.json_body import Body
from signal_ingestion.domain.parse import parse
from signal_ingestion.domain.refused import Refused
from signal_ingestion.ports import Ports

log = structlog.get_logger(__name__)
BODIES = Counter("intake_bodies_total", "Bodies that arrived", ["intake", "verdict"])

RECEIVED = "Signal received and processed"
REPEATED = "This very signal was received before; nothing was done again"


async def accept(arrival: Arrival, ports: Ports) -> Answer:
    """
    Judge one body, record it with its verdict, and return what its sender is told.

    Durable before it returns; the signal is announced after that, and a failure to announce is no
    business of the sender's: the record owes the message.

    Raises:
        NotRecorded: nothing is promised; the sender must send again.
    """
    body = examine(arrival.body)
    now = ports.clock.now()
    try:
        sender = await _identify(arrival, body, ports, now)
    except Refused as refusal:
        return await _turn_away(arrival, body, refusal, ports)
    facts = facts_of(arrival, body)
    try:
        admitted = _admit(arrival, body, sender, ports, now)
    except Refused as refusal:
        return await _refuse(arrival, facts, sender, refusal, ports)
    if not ports.sender_pace.take(sender.name):
        await ports.alarm(f"sender.pace:{sender.name}", "warning", "A sender sends faster than it should")
    if ports.signals.known(admitted.signal_id):
        await ports.raws.add(_raw(arrival, facts, "DUPLICATE", 200, sender.name, signal_id=admitted.signal_id))
        return _answer(admitted, arrival, duplicate=True)
    return await _take(arrival, admitted, facts, ports, now)


async def on_raw(raw: RawBody, ports: Ports) -> None:
    """Take a body from an inlet that has made sure of its sender; a refusal is recorded and settles it."""
    arrival = Arrival(
        raw_id=raw.raw_id,
        intake=raw.intake,
        body=raw.body.encode(),
        received_at=raw.received_at,
        environment=raw.environment or ports.settings.platform.environment,
        sender=raw.sender,
    )
    await accept(arrival, ports)


async def _identify(arrival: Arrival, body: Body | Refused, ports: Ports, now: datetime) -> SenderRecord:
    if isinstance(body, Refused) and body.status == 413:
        raise body
    if arrival.sender is not None:
        sender, wrong = await ports.senders.named(arrival.sender), authentic.UNKNOWN_SENDER
    elif arrival.signature is not None:
        sender, wrong = await _signer(arrival, arrival.signature, ports, now), authentic.WRONG_SIGNATURE
    elif arrival.token is not None:
        sender, wrong = await ports.senders.by_secret("token", arrival.token, now), authentic.WRONG_TOKEN
    elif isinstance(body, Refused):
        raise body
    else:
        shown = authentic.passphrase_in(body.tree)
        sender = await ports.senders.by_secret("passphrase", shown, now) if shown else None
        wrong = authentic.WRONG_PASSPHRASE
    if sender is None:
        raise Refused(401, wrong)
    return sender


async def _signer(arrival: Arrival, shown: authentic.Signature, ports: Ports, now: datetime) -> SenderRecord | None:
    sender = await ports.senders.named(shown.sender)
    if sender is None:
        return None
    authentic.verify(shown, arrival.body, ports.senders.mac_keys(sender, now), now)
    if not await ports.nonces.claim(sender.name, shown.nonce, authentic.sha256(arrival.body), now):
        raise Refused(401, authentic.REPLAYED_NONCE)
    return sender


def _admit(arrival: Arrival, body: Body | Refused, sender: SenderRecord, ports: Ports, now: datetime) -> Admitted:
    if isinstance(body, Refused):
        raise body
    door = Door(arrival.environment, ports.settings.platform.environment)
    return admit(parse(body.tree), sender.name, sender.strategies, door, arrival.received_at, now)


async def _take(arrival: Arrival, admitted: Admitted, facts: BodyFacts, ports: Ports, now: datetime) -> Answer:
    raw = _raw(arrival, facts, "ACCEPTED", 202, admitted.sender, signal_id=admitted.signal_id)
    raw_kept = asyncio.create_task(ports.raws.add(raw))
    try:
        signal = await ports.signals.add(admitted, facts, now)
    finally:
        await raw_kept
    if signal is None:
        first = await ports.signals.find(admitted.signal_id)
        if first is None or first.raw_id != facts.raw_id:  # a redelivered body is not its own duplicate
            await ports.raws.correct(facts.raw_id, "DUPLICATE", 200)
        return _answer(admitted, arrival, duplicate=True)
    ports.announce(signal)
    return _answer(admitted, arrival, duplicate=False, seq=signal.strategy_seq)


async def _turn_away(arrival: Arrival, body: Body | Refused, refusal: Refused, ports: Ports) -> Answer:
    facts = facts_of(arrival, body)
    await ports.raws.add(_raw(arrival, facts, "UNAUTHENTICATED", refusal.status, None, reason=refusal.reason))
    if arrival.sender is not None:
        title = "A body came by an inlet, but no sender lists its strategy"
        await ports.alarm(f"inlet.unknown:{arrival.intake}", "warning", title, intake=arrival.intake)
    elif not ports.strangers.take("all"):
        await ports.alarm("intake.strangers", "warning", "Many bodies arrive without a valid secret")
    _count(arrival, "UNAUTHENTICATED")
    log.warning("body.unauthenticated", intake=arrival.intake, status=refusal.status, reason=refusal.reason)
    return Answer(refusal.status, {"error": refusal.reason})


async def _refuse(arrival: Arrival, facts: BodyFacts, sender: SenderRecord, refusal: Refused, ports: Ports) -> Answer:
    await ports.raws.add(_raw(arrival, facts, "REFUSED", refusal.status, sender.name, reason=refusal.reason))
    title = "A sender's body was refused"
    await ports.alarm(f"body.refused:{sender.name}", "warning", title, sender=sender.name, reason=refusal.reason)
    _count(arrival, "REFUSED")
    log.warning("body.refused", intake=arrival.intake, sender=sender.name, status=refusal.status, reason=refusal.reason)
    return Answer(refusal.status, {"error": refusal.reason})


def _raw(
    arrival: Arrival,
    facts: BodyFacts,
    verdict: Verdict,
    status: int,
    sender: str | None,
    **known: str,
) -> RawRecord:
    return RawRecord(
        **dict(facts),
        received_at=arrival.received_at,
        environment=arrival.environment,
        sender=sender,
        verdict=verdict,
        status=status,
        **known,
    )


def _answer(admitted: Admitted, arrival: Arrival, *, duplicate: bool, seq: int | None = None) -> Answer:
    _count(arrival, "DUPLICATE" if duplicate else "ACCEPTED")
    log.info(
        "signal.duplicate" if duplicate else "signal.accepted",
        signal_id=admitted.signal_id,
        strategy_id=admitted.parsed.strategy,
        strategy_seq=seq,
        sender=admitted.sender,
        intake=arrival.intake,
        provider=admitted.parsed.provider,
    )
    answer = SignalAnswer(
        message=REPEATED if duplicate else RECEIVED,
        timestamp=admitted.received_at,
        signal_summary=admitted.parsed.summary,
        signal_id=admitted.signal_id,
        duplicate=duplicate,
        warnings=admitted.parsed.warnings,
    )
    return Answer(200 if duplicate else 202, answer.model_dump(mode="json"))


def _count(arrival: Arrival, verdict: Verdict) -> None:
    BODIES.labels(arrival.intake, verdict).inc()
