"""What becomes of a body: its record, its line in the log, and its answer."""

from __future__ import annotations

import structlog
from mathematricks.contracts.signals import BodyFacts, RawRecord, SignalAnswer, StandardSignal, Verdict
from mathematricks.runtime.failpoints import failpoint
from prometheus_client import Counter

from signal_ingestion.domain.admission import Admitted
from signal_ingestion.domain.arrival import Answer, Arrival
from signal_ingestion.domain.refused import Refused
from signal_ingestion.ports import Ports

log = structlog.get_logger(__name__)
BODIES = Counter("intake_bodies_total", "Bodies that arrived", ["intake", "verdict"])

RECEIVED = "Signal received and processed"
REPEATED = "This very signal was received before; nothing was done again"


def raw_record(arrival: Arrival, facts: BodyFacts, verdict: Verdict, status: int, **known: str) -> RawRecord:
    """Return the record of a body; *known* is what else there is to say: sender, reason, signal_id."""
    return RawRecord(
        **dict(facts),
        received_at=arrival.received_at,
        environment=arrival.environment,
        verdict=verdict,
        status=status,
        **known,
    )


async def turn_away(arrival: Arrival, facts: BodyFacts, refusal: Refused, ports: Ports) -> Answer:
    """Keep a stranger's body where it displaces only other strangers', and answer it."""
    await ports.raws.add(raw_record(arrival, facts, "UNAUTHENTICATED", refusal.status, reason=refusal.reason))
    await failpoint("signal-ingestion.stranger_kept")
    if arrival.sender is not None:
        title = "A body came by an inlet, but no sender lists its strategy"
        await ports.alarm(f"inlet.unknown:{arrival.intake}", "warning", title, intake=arrival.intake)
        await failpoint("signal-ingestion.inlet_alarmed")
    else:
        await tell_of_strangers(ports)
    _count(arrival, "UNAUTHENTICATED")
    log.warning("body.unauthenticated", intake=arrival.intake, status=refusal.status, reason=refusal.reason)
    return Answer(refusal.status, {"error": refusal.reason})


async def tell_of_strangers(ports: Ports) -> None:
    """Count one more who is not known, and raise an alert where they are many."""
    if not ports.strangers.take("all"):
        await ports.alarm("intake.strangers", "warning", "Many bodies arrive without a valid secret")
        await failpoint("signal-ingestion.strangers_alarmed")


async def refuse(arrival: Arrival, facts: BodyFacts, sender: str, refusal: Refused, ports: Ports) -> Answer:
    """Keep a known sender's body with the reason it is refused for, tell an admin, and answer it."""
    known = {"sender": sender, "reason": refusal.reason}
    await ports.raws.add(raw_record(arrival, facts, "REFUSED", refusal.status, **known))
    await failpoint("signal-ingestion.refusal_kept")
    title = "A sender's body was refused"
    await ports.alarm(f"body.refused:{sender}", "warning", title, sender=sender, reason=refusal.reason)
    await failpoint("signal-ingestion.refusal_alarmed")
    _count(arrival, "REFUSED")
    log.warning("body.refused", intake=arrival.intake, sender=sender, status=refusal.status, reason=refusal.reason)
    return Answer(refusal.status, {"error": refusal.reason})


def answer_of(arrival: Arrival, admitted: Admitted, signal: StandardSignal | None = None) -> Answer:
    """Return what the sender of an understood body is told: *signal* is the new one, None a duplicate."""
    _count(arrival, "ACCEPTED" if signal else "DUPLICATE")
    log.info(
        "signal.accepted" if signal else "signal.duplicate",
        signal_id=admitted.signal_id,
        strategy_id=admitted.parsed.strategy,
        strategy_seq=signal.strategy_seq if signal else None,
        sender=admitted.sender,
        intake=arrival.intake,
        provider=admitted.parsed.provider,
    )
    told = SignalAnswer(
        message=RECEIVED if signal else REPEATED,
        timestamp=admitted.received_at,
        signal_summary=admitted.parsed.summary,
        signal_id=admitted.signal_id,
        duplicate=signal is None,
        warnings=admitted.parsed.warnings,
    )
    return Answer(202 if signal else 200, told.model_dump(mode="json"))


def _count(arrival: Arrival, verdict: Verdict) -> None:
    BODIES.labels(arrival.intake, verdict).inc()
