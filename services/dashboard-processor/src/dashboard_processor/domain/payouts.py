"""What a sender is owed: a share of what is earned above the high-water mark, closed month by month."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from mathematricks.accounting.position import EXACT, ZERO, booked, total
from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.base import Mode

from dashboard_processor.domain.months import (
    GRACE,
    begins_at,
    closes_at,
    counted_in,
    day_begins,
    following,
    month_of,
)

CENT = Decimal("0.01")
SETTLING = timedelta(minutes=5)
"""A closed month is stated this long after: every booking of before its close can be read by then."""
A_DAY = timedelta(days=1)
NO_HASH = "0" * 64


@dataclass(frozen=True)
class Movement:
    """What one ledger entry earned, less commission, in the agreement's currency."""

    entry_id: str
    made_at: datetime
    booked_at: datetime
    amount: Decimal


@dataclass(frozen=True)
class Account:
    """One agreement in one mode with the last statement made of it; None: none yet."""

    agreement: Agreement
    mode: Mode
    last: Statement | None = None

    @property
    def open_month(self) -> str:
        """The first month that no statement tells of."""
        return following(self.last.month) if self.last else self.agreement.starts_on[:7]

    @property
    def reads_from(self) -> datetime:
        """Ledger entries booked before this are in statements already; a venue's clock may be ahead of ours."""
        agreement = self.agreement
        if self.last is None:
            return day_begins(agreement.starts_on, agreement.time_zone) - A_DAY
        return begins_at(self.open_month, agreement.time_zone) - A_DAY

    @property
    def closed_at(self) -> datetime:
        """When the last statement was closed, or the agreement began: payments from then on are not in it."""
        return self.last.closed_at if self.last else day_begins(self.agreement.starts_on, self.agreement.time_zone)


@dataclass(frozen=True)
class Running:
    """Where an agreement stands since its last statement; ``owed`` is all that is not paid, below 0: overpaid."""

    cumulative: Decimal
    mark: Decimal
    net: Decimal
    accrued: Decimal
    due: Decimal
    owed: Decimal


def counted(account: Account, movements: Iterable[Movement]) -> dict[str, list[Movement]]:
    """Return those of *movements* that the agreement covers and no statement tells of, by the month they count in."""
    agreement, zone = account.agreement, account.agreement.time_zone
    begins = day_begins(agreement.starts_on, zone)
    ends = day_begins(agreement.ends_on, zone) if agreement.ends_on else None
    opens, closes = begins_at(account.open_month, zone), closes_at(account.open_month, zone)
    by_month: dict[str, list[Movement]] = {}
    for each in movements:
        if each.made_at >= begins and (ends is None or each.made_at < ends):
            plain = opens <= each.made_at < closes - GRACE and each.booked_at < closes
            month = account.open_month if plain else counted_in(each.made_at, each.booked_at, zone)
            if month >= account.open_month:
                by_month.setdefault(month, []).append(each)
    return by_month


def due_statements(
    account: Account, movements: Iterable[Movement], payments: Sequence[Payment], now: datetime
) -> list[Statement]:
    """
    Return the statements of every month that is closed and settled, the oldest first.

    After the agreement's last month there is one only for a month in which something moved or was paid.
    """
    zone = account.agreement.time_zone
    by_month, made = counted(account, movements), list[Statement]()
    month = account.open_month
    while closes_at(month, zone) + SETTLING <= now:
        statement = _statement(account, month, by_month.get(month, []), payments)
        if not _over(account.agreement, month) or statement.fills or statement.paid:
            made.append(statement)
            account = Account(account.agreement, account.mode, statement)
        month = following(month)
    return made


def running(account: Account, movements: Iterable[Movement], payments: Sequence[Payment], now: datetime) -> Running:
    """Return where the agreement stands at *now*: what no statement tells of yet counts as an estimate."""
    since = [each for each in movements if each.booked_at < now]
    net = total(each.amount for month in counted(account, since).values() for each in month)
    before, mark = _before(account)
    with localcontext(EXACT):
        accrued = _fee(account.agreement.share, before + net - mark)
        paid = total(each.amount for each in payments if account.closed_at <= each.recorded_at <= now)
        due = max(ZERO, (account.last.due if account.last else ZERO) - paid)
        owed = (account.last.balance if account.last else ZERO) + accrued - paid
        return Running(before + net, mark, net, accrued, due, owed)


def is_paid(statement: Statement, payments: Sequence[Payment]) -> bool:
    """Return whether what was due is covered by payments recorded since the statement was closed."""
    if statement.due <= 0:
        return False
    return total(each.amount for each in payments if each.recorded_at >= statement.closed_at) >= statement.due


def statement_hash(statement: Statement) -> str:
    """Return SHA-256 of the statement's canonical JSON without its hash: keys sorted, money as text."""
    said = statement.model_dump(mode="json", exclude={"hash"})
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _statement(account: Account, month: str, fills: list[Movement], payments: Sequence[Payment]) -> Statement:
    agreement, last = account.agreement, account.last
    zone, closed = agreement.time_zone, closes_at(month, agreement.time_zone)
    before, mark = _before(account)
    paid = total(each.amount for each in payments if account.closed_at <= each.recorded_at < closed)
    with localcontext(EXACT):
        net = total(each.amount for each in fills)
        cumulative = before + net
        fee = _fee(agreement.share, cumulative - mark)
        brought = last.balance if last else ZERO
        balance = brought + fee - paid
    unsigned = Statement(
        agreement_id=agreement.agreement_id,
        sender=agreement.sender,
        mode=account.mode,
        number=last.number + 1 if last else 1,
        month=month,
        currency=agreement.currency,
        time_zone=zone,
        begins_at=begins_at(month, zone),
        ends_at=begins_at(following(month), zone),
        closed_at=closed,
        share=agreement.share,
        fills=len(fills),
        fills_hash=_fills_hash(fills),
        corrections=tidy(total(each.amount for each in fills if month_of(each.made_at, zone) != month)),
        net=tidy(net),
        cumulative=tidy(cumulative),
        mark_before=tidy(mark),
        mark=tidy(max(mark, cumulative)),
        fee=tidy(fee),
        brought=tidy(brought),
        paid=tidy(paid),
        balance=tidy(balance),
        due=tidy(_due(account, month, balance)),
        due_on=f"{following(month)}-01",
        previous_hash=last.hash if last else NO_HASH,
        hash="",
    )
    return unsigned.model_copy(update={"hash": statement_hash(unsigned)})


def _before(account: Account) -> tuple[Decimal, Decimal]:
    """The cumulative result and the high-water mark that the open month begins with."""
    if account.last is None:
        return ZERO, account.agreement.opening_mark
    return account.last.cumulative, account.last.mark


def _fee(share: Decimal, above_mark: Decimal) -> Decimal:
    return (share * max(ZERO, above_mark)).quantize(CENT, ROUND_HALF_EVEN)


def _due(account: Account, month: str, balance: Decimal) -> Decimal:
    """All of *balance* or nothing; once the agreement is over there is no minimum to wait for."""
    minimum = ZERO if _over(account.agreement, following(month)) else account.agreement.minimum
    return balance if account.mode == "LIVE" and balance > 0 and balance >= minimum else ZERO


def _over(agreement: Agreement, month: str) -> bool:
    """Whether the agreement has ended before *month* begins."""
    return agreement.ends_on is not None and agreement.ends_on <= f"{month}-01"


def tidy(amount: Decimal) -> Decimal:
    """Return *amount* as it is written everywhere alike: two decimals, more only where they are not 0."""
    with localcontext(EXACT):
        amount = booked(amount)
        cents = amount.quantize(CENT) + 0  # no minus before 0.00
        return cents if cents == amount else amount.normalize()


def _fills_hash(fills: Iterable[Movement]) -> str:
    told = sorted(f"{each.entry_id}={tidy(each.amount):f}" for each in fills)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
