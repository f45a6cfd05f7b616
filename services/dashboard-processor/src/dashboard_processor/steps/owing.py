"""Statements of every agreement as their months close, and what is owed right now or was at some midnight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog
from mathematricks.accounting.position import ZERO, total
from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.base import Mode

from dashboard_processor.domain.curves import told_in
from dashboard_processor.domain.earnings import Entry, movements, needs_rate
from dashboard_processor.domain.payouts import Account, Movement, Running, due_statements, running
from dashboard_processor.ports import Ports
from dashboard_processor.records import AccountWorth

log = structlog.get_logger(__name__)
MODES: tuple[Mode, ...] = ("LIVE", "PAPER")


@dataclass(frozen=True)
class Stands:
    """Where one agreement stands in one mode; ``untold`` are fills of the running month without a known rate."""

    agreement: Agreement
    mode: Mode
    statements: Sequence[Statement]
    payments: Sequence[Payment]
    running: Running
    untold: int


async def settle(ports: Ports) -> list[Stands]:
    """State every month that is closed, and return where every agreement stands in both modes."""
    now, payments = ports.clock.now(), await ports.money.payments()
    return [
        await _settled(agreement, mode, payments.get(agreement.agreement_id, ()), now, ports)
        for agreement in await ports.money.agreements()
        for mode in MODES
    ]


async def owed_at(mode: Mode, at: datetime, ports: Ports) -> list[tuple[str, Decimal]]:
    """Return what was owed under each agreement at that moment, with its currency; below 0: overpaid."""
    owed, payments = [], await ports.money.payments()
    for agreement in await ports.money.agreements():
        stated = await ports.views.statements(agreement.agreement_id, mode)
        made = [statement for statement in stated if statement.closed_at <= at]
        account = Account(agreement, mode, made[-1] if made else None)
        told, _ = await _moved(account, ports)
        paid = _counted(payments.get(agreement.agreement_id, ()), mode)
        owed.append((agreement.currency, running(account, told, paid, at).owed))
    return owed


def fees_in(currency: str, owed: Sequence[tuple[str, Decimal]], accounts: Sequence[AccountWorth]) -> Decimal | None:
    """Return what is *owed* in one currency, by the rates of *accounts*; None where one of them is not known."""
    amounts = [_converted(amount, source, currency, accounts) for source, amount in owed]
    return None if None in amounts else total(amount for amount in amounts if amount is not None)


async def _settled(
    agreement: Agreement, mode: Mode, payments: Sequence[Payment], now: datetime, ports: Ports
) -> Stands:
    statements = list(await ports.views.statements(agreement.agreement_id, mode))
    account = Account(agreement, mode, statements[-1] if statements else None)
    told, untold = await _moved(account, ports)
    paid = _counted(payments, mode)
    for statement in due_statements(account, told, paid, now):
        await ports.views.state(statement)
        statements.append(statement)
        account = Account(agreement, mode, statement)
        log.info("statement.made", agreement_id=agreement.agreement_id, mode=mode, month=statement.month)
    recent = [entry for entry in untold if entry.booked_at >= account.reads_from]
    return Stands(agreement, mode, statements, paid, running(account, told, paid, now), len(recent))


async def _moved(account: Account, ports: Ports) -> tuple[list[Movement], list[Entry]]:
    agreement = account.agreement
    entries = await ports.money.entries(agreement.strategies, account.mode, account.reads_from)
    lacking = sorted({entry.account for entry in entries if needs_rate(entry, agreement.currency)})
    rates = await ports.money.rates(lacking, agreement.currency) if lacking else {}
    return movements(entries, agreement.currency, rates)


def _counted(payments: Sequence[Payment], mode: Mode) -> Sequence[Payment]:
    """Only what LIVE earns is ever paid."""
    return payments if mode == "LIVE" else ()


def _converted(amount: Decimal, source: str, target: str, accounts: Sequence[AccountWorth]) -> Decimal | None:
    if source == target or not amount:
        return amount if source == target else ZERO
    for account in accounts:
        if account.base_currency == source:
            return told_in(target, amount, source, account.rates)
        if account.base_currency == target and source in account.rates:
            return (amount * account.rates[source]).quantize(Decimal("0.01"))
    return None
