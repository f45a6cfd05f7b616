"""The one walk of every body, whatever way it came: who sent it, what it says, may it enter, record, announce."""

from __future__ import annotations

import asyncio
from datetime import datetime

from mathematricks.contracts.signals import BodyFacts, RawBody, SenderRecord
from mathematricks.messaging.bus import Retry
from mathematricks.runtime.failpoints import failpoint

from signal_ingestion.callers import identify
from signal_ingestion.domain.admission import Admitted, Door, admit
from signal_ingestion.domain.arrival import Answer, Arrival, examine, facts_of
from signal_ingestion.domain.json_body import Body
from signal_ingestion.domain.parse import parse
from signal_ingestion.domain.refused import Refused
from signal_ingestion.ports import NotRecorded, Ports
from signal_ingestion.verdicts import answer_of, raw_record, refuse, turn_away


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
        sender = await identify(arrival, body, ports, now)
    except Refused as refusal:
        return await turn_away(arrival, facts_of(arrival, body), refusal, ports)
    facts = facts_of(arrival, body)
    try:
        admitted = _admit(arrival, body, sender, ports, now)
    except Refused as refusal:
        return await refuse(arrival, facts, sender.name, refusal, ports)
    if not ports.sender_pace.take(sender.name):
        await ports.alarm(f"sender.pace:{sender.name}", "warning", "A sender sends faster than it should")
        await failpoint("signal-ingestion.pace_alarmed")
    if ports.signals.known(admitted.signal_id):
        await ports.raws.add(raw_record(arrival, facts, "DUPLICATE", 200, **_signal(admitted)))
        await failpoint("signal-ingestion.duplicate_kept")
        return answer_of(arrival, admitted)
    return await _record(arrival, facts, admitted, ports, now)


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
    try:
        await accept(arrival, ports)
    except NotRecorded as failure:
        raise Retry(str(failure)) from failure


def _admit(arrival: Arrival, body: Body | Refused, sender: SenderRecord, ports: Ports, now: datetime) -> Admitted:
    if isinstance(body, Refused):
        raise body
    door = Door(arrival.environment, ports.settings.platform.environment)
    return admit(parse(body.tree), sender.name, sender.strategies, door, arrival.received_at, now)


async def _record(arrival: Arrival, facts: BodyFacts, admitted: Admitted, ports: Ports, now: datetime) -> Answer:
    """Write signal and raw body at once; whichever is lost in a crash, the sender was not answered yet."""
    kept = asyncio.create_task(ports.raws.add(raw_record(arrival, facts, "ACCEPTED", 202, **_signal(admitted))))
    try:
        signal = await ports.signals.add(admitted, facts, now)
        await failpoint("signal-ingestion.recorded")
    finally:
        await kept
    await failpoint("signal-ingestion.kept")
    if signal is None:
        await _correct(facts.raw_id, admitted.signal_id, ports)
        return answer_of(arrival, admitted)
    ports.announce(signal)
    return answer_of(arrival, admitted, signal)


async def _correct(raw_id: str, signal_id: str, ports: Ports) -> None:
    """Another copy was faster, so this body was a duplicate; but a redelivered body is not its own duplicate."""
    first = await ports.signals.find(signal_id)
    if first is None or first.raw_id != raw_id:
        await ports.raws.correct(raw_id, "DUPLICATE", 200)
        await failpoint("signal-ingestion.corrected")


def _signal(admitted: Admitted) -> dict[str, str]:
    return {"sender": admitted.sender, "signal_id": admitted.signal_id}
