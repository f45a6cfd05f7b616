"""How old a signal and what we know of an account may be before an entry is refused (RULES 1, 5)."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.decisions import Reason, Tombstone
from mathematricks.contracts.signals import StandardSignal

from cerebro.domain.inputs import Standing
from cerebro.domain.policy import Policy
from cerebro.domain.refused import Refused


def refuse_stale_signal(sent_at: datetime, now: datetime, policy: Policy) -> Refused | None:
    """Return STALE for an entry sent too long ago; exits never expire."""
    if now - sent_at <= policy.max_signal_age:
        return None
    age, most = (now - sent_at).total_seconds() / 60, policy.max_signal_age.total_seconds() / 60
    return Refused(
        Reason.STALE, f"It was sent {age:,.0f} minutes ago; entries older than {most:.0f} minutes are not traded."
    )


def refuse_stale_account(standing: Standing | None, account: str, now: datetime, policy: Policy) -> Refused | None:
    """Return ACCOUNT_STATE_STALE where the account is unknown or was last seen too long ago."""
    if standing is None:
        return Refused(Reason.ACCOUNT_STATE_STALE, f"Nothing is known yet of account {account}.")
    age = now - standing.as_of
    if age <= policy.max_account_age:
        return None
    return Refused(
        Reason.ACCOUNT_STATE_STALE,
        f"Account {account} was last seen {age.total_seconds():,.0f} s ago; "
        f"entries need a state of at most {policy.max_account_age.total_seconds():.0f} s.",
    )


def refuse_cancelled(signal: StandardSignal, instrument: str, tombstones: tuple[Tombstone, ...]) -> Refused | None:
    """Return CANCELLED for an entry whose cancellation, sent after it, arrived before it."""
    for tombstone in tombstones:
        if tombstone.instrument != instrument:
            continue
        named = tombstone.reference in (signal.external_id, signal.signal_id)
        if named and signal.sent_at <= tombstone.sent_at:
            return Refused(Reason.CANCELLED, "You cancelled this signal before it arrived.")
        if tombstone.reference is None and signal.sent_at < tombstone.sent_at:
            return Refused(Reason.CANCELLED, f"You cancelled everything in {instrument} after sending this.")
    return None
