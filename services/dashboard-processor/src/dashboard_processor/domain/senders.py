"""Senders' documents: signals by how they ended, agreements, statement lines, what is due and when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.accounting.position import ZERO, total
from mathematricks.contracts.agreements import Agreement, Payment, Statement, StatementLine
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import Flow
from mathematricks.contracts.money_views import AgreementLine, Amount, CashMark, SenderView, SignalRow

from dashboard_processor.domain.months import first_day_from, following, month_of
from dashboard_processor.domain.payouts import Running, is_paid, tidy
from dashboard_processor.domain.roi import percent

EXPECTED_EVERY = 20.0
MOST_LINES = 120


class Standing(Protocol):
    """Where one agreement stands."""

    @property
    def agreement(self) -> Agreement: ...
    @property
    def statements(self) -> Sequence[Statement]: ...
    @property
    def payments(self) -> Sequence[Payment]: ...
    @property
    def running(self) -> Running: ...
    @property
    def untold(self) -> int: ...


class Count(Protocol):
    """How many signals ended in one way, and what they made in one currency."""

    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def count(self) -> int: ...
    @property
    def currency(self) -> str | None: ...
    @property
    def profit(self) -> Decimal: ...


@dataclass(frozen=True)
class SenderTold:
    """Everything a sender's document is made of."""

    sender: str
    mode: Mode
    stands: Sequence[Standing]
    counts: Sequence[Count]
    rows: Sequence[SignalRow]


def sender_view(told: SenderTold, now: datetime) -> SenderView:
    """Return what one sender sees of one mode; on paper it is all an estimate and nothing is due."""
    agreements = [_agreement(one) for one in told.stands]
    zone = told.stands[0].agreement.time_zone if told.stands else "UTC"
    dropped = Counter[str]()
    for each in told.counts:
        if each.status == "dropped":
            dropped[each.reason or "NO_REASON_RECORDED"] += each.count
    live = told.mode == "LIVE"
    return SenderView(
        sender=told.sender,
        mode=told.mode,
        payable=live,
        sent=sum(each.count for each in told.counts),
        executed=_count(told.counts, "executed"),
        waiting=_count(told.counts, "waiting", "working"),
        dropped=sum(dropped.values()),
        dropped_reasons=dict(dropped),
        profit=_amounts((each.currency, tidy(each.profit)) for each in told.counts if each.currency),
        signals=tuple(told.rows),
        agreements=tuple(agreements),
        statements=tuple(_lines(told, now)[:MOST_LINES]),
        accrued=_amounts((line.currency, line.accrued) for line in agreements),
        paid=_amounts((line.currency, line.paid) for line in agreements),
        due=_amounts((line.currency, line.due) for line in agreements),
        next_payment_on=first_day_from(now, zone) if live and told.stands else None,
        time_zone=zone,
        as_of=now,
        expected_every=EXPECTED_EVERY,
    )


def arrivals(flows: Sequence[Flow]) -> list[CashMark]:
    """Return the cash that reached, or left, the brokers: what moves their equity without being earned."""
    kinds = {flow.flow_id: flow.kind for flow in flows}
    return [
        CashMark(at=flow.at, amount=flow.amount if kinds.get(flow.arrives or "") == "DEPOSIT" else -flow.amount)
        for flow in flows
        if flow.kind == "ARRIVAL"
    ]


def _agreement(stands: Standing) -> AgreementLine:
    agreement, runs = stands.agreement, stands.running
    return AgreementLine(
        **agreement.model_dump(
            include={"agreement_id", "strategies", "minimum", "currency", "time_zone", "starts_on", "ends_on"}
        ),
        share_percent=percent(agreement.share),
        cumulative=tidy(runs.cumulative),
        mark=tidy(runs.mark),
        accrued=tidy(runs.accrued),
        paid=tidy(total(payment.amount for payment in stands.payments)),
        due=tidy(runs.due),
        carried=tidy(runs.owed - runs.accrued - runs.due),
        unconverted=stands.untold,
    )


def _lines(told: SenderTold, now: datetime) -> list[StatementLine]:
    """Every statement in a line, the newest first, the running month before all."""
    lines = [line for one in told.stands for line in (_running_line(one, told.mode, now), *_stated(one, told.mode))]
    return sorted(lines, key=lambda line: (line.month, line.agreement_id), reverse=True)


def _stated(stands: Standing, mode: Mode) -> list[StatementLine]:
    return [
        StatementLine(
            **statement.model_dump(
                include={"agreement_id", "month", "currency", "net", "cumulative", "mark", "fee", "paid", "due"}
            ),
            mode=mode,
            status="estimated" if mode == "PAPER" else "paid" if is_paid(statement, stands.payments) else "final",
            due_on=statement.due_on,
            hash=statement.hash if mode == "LIVE" else None,
        )
        for statement in stands.statements
    ]


def _running_line(stands: Standing, mode: Mode, now: datetime) -> StatementLine:
    agreement, runs = stands.agreement, stands.running
    last = stands.statements[-1] if stands.statements else None
    month = following(last.month) if last else month_of(now, agreement.time_zone)
    since = last.closed_at if last else None
    paid = total(each.amount for each in stands.payments if since is None or each.recorded_at >= since)
    return StatementLine(
        agreement_id=agreement.agreement_id,
        month=month,
        currency=agreement.currency,
        mode=mode,
        status="estimated",
        net=tidy(runs.net),
        cumulative=tidy(runs.cumulative),
        mark=tidy(max(runs.mark, runs.cumulative)),
        fee=tidy(runs.accrued),
        paid=tidy(paid),
        due=tidy(ZERO),
        due_on=f"{following(month)}-01",
    )


def _count(counts: Iterable[Count], *statuses: str) -> int:
    return sum(each.count for each in counts if each.status in statuses)


def _amounts(told: Iterable[tuple[str, Decimal]]) -> tuple[Amount, ...]:
    sums = defaultdict[str, Decimal](Decimal)
    for currency, amount in told:
        sums[currency] += amount
    return tuple(Amount(currency=currency, amount=sums[currency]) for currency in sorted(sums))
