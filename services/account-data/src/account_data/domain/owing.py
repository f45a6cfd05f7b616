"""Agreements with senders and payments to them: what may be recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from mathematricks.accounting.position import ZERO, total
from mathematricks.contracts.agreements import Agreement, NewAgreement, NewPayment, Payment, Statement

SHOWN = 4
"""Characters of a bank account that are kept."""


def why_not_agreed(wanted: NewAgreement, agreements: Iterable[Agreement]) -> str | None:
    """Return why *wanted* may not be agreed; None: it may. A strategy earns for one agreement at a time."""
    if len(set(wanted.strategies)) < len(wanted.strategies):
        return "A strategy is named twice"
    for other in agreements:
        shared = sorted(set(wanted.strategies) & set(other.strategies))
        if shared and _overlap(wanted, other):
            return f"{shared[0]} already earns for {other.sender} under {other.agreement_id}; end that first"
    return None


def why_not_ended(agreement: Agreement, ends_on: str, now: datetime) -> str | None:
    """Return why *agreement* may not end on that day; None: it may. What is past is stated already."""
    today = f"{now.astimezone(ZoneInfo(agreement.time_zone)):%Y-%m-%d}"
    if agreement.ends_on is not None and agreement.ends_on <= today:
        return f"It ended on {agreement.ends_on}"
    if ends_on < today or ends_on <= agreement.starts_on:
        return f"It can end from {max(today, agreement.starts_on)} on"
    return None


def outstanding(statements: Sequence[Statement], payments: Iterable[Payment]) -> Decimal:
    """Return what is due and not yet paid: the last statement holds all before it."""
    if not statements:
        return ZERO
    last = max(statements, key=lambda statement: statement.number)
    paid = total(payment.amount for payment in payments if payment.recorded_at >= last.closed_at)
    return max(ZERO, last.due - paid)


def why_not_paid(wanted: NewPayment, statements: Sequence[Statement], payments: Sequence[Payment]) -> str | None:
    """Return why a payment may not be recorded as it is; None: it may."""
    if all(statement.month != wanted.month for statement in statements):
        return f"There is no statement of {wanted.month}"
    due = outstanding(statements, payments)
    if wanted.amount > due and not wanted.accept_overpayment:
        return f"{due} is due and not yet paid; to record more, accept that it is overpaid"
    return None


def masked(bank_account: str) -> str:
    """Return a bank account with all but its last four characters hidden; a short one is hidden whole."""
    kept = "".join(bank_account.split())
    return f"****{kept[-SHOWN:]}" if len(kept) > 2 * SHOWN else "****" if kept else ""


def _overlap(one: NewAgreement, other: NewAgreement) -> bool:
    return (other.ends_on is None or one.starts_on < other.ends_on) and (
        one.ends_on is None or other.starts_on < one.ends_on
    )
