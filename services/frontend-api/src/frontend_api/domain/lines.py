"""Lines of lists: one signal with what was decided on it."""

from __future__ import annotations

from mathematricks.contracts.dashboard import Standing
from mathematricks.contracts.decisions import Decision, Outcome
from mathematricks.contracts.receipts import SignalLine
from mathematricks.contracts.signals import StandardSignal

_STANDINGS: dict[Outcome, Standing] = {"APPROVED": "approved", "RESIZED": "resized", "REFUSED": "refused"}


def line_of(signal: StandardSignal, decision: Decision | None) -> SignalLine:
    """Return *signal* as one line: its first leg, and where it stands."""
    first = signal.legs[0]
    return SignalLine(
        signal_id=signal.signal_id,
        external_id=signal.external_id,
        strategy_id=signal.strategy_id,
        instrument=first.instrument,
        action=first.action,
        price=first.price,
        legs=len(signal.legs),
        sent_at=signal.sent_at,
        received_at=signal.received_at,
        sender=signal.sender,
        mode=decision.mode if decision else None,
        warnings=signal.warnings,
        status=_STANDINGS[decision.outcome] if decision else "waiting",
        reason=decision.reason if decision else None,
    )
