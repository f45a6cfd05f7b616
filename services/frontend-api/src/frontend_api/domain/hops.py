"""The hops of a signal: when it passed each station, and how long it took from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.decisions import Decision
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.contracts.receipts import Hop, HopName
from mathematricks.contracts.signals import SignalRecord


def hops_of(
    signal: SignalRecord,
    decision: Decision | None,
    orders: Sequence[OrderRecord],
    executions: Sequence[Execution],
    entries: Sequence[LedgerEntry],
) -> tuple[Hop, ...]:
    """
    Return the stations passed so far, in the order of the walk.

    Of several orders the first one counts, of several bookings the last. Senders' and venues' clocks
    are their own: a hop that starts or ends there may come out negative.
    """
    stations: list[tuple[HopName, datetime | None]] = [
        ("sent", signal.sent_at),
        ("received", signal.received_at),
        ("decided", decision.decided_at if decision else None),
        ("recorded", min((order.recorded_at for order in orders), default=None)),
        ("submitted", min((order.submitted_at for order in orders if order.submitted_at), default=None)),
        ("first_fill", min((execution.executed_at for execution in executions), default=None)),
        ("booked", max((entry.booked_at for entry in entries), default=None)),
    ]
    hops: list[Hop] = []
    for name, at in stations:
        if at is not None:
            before = _milliseconds(hops[-1].at, at) if hops else None
            since = _milliseconds(signal.received_at, at)
            hops.append(Hop(name=name, at=at, after_previous_ms=before, after_received_ms=since))
    return tuple(hops)


def _milliseconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1000)
