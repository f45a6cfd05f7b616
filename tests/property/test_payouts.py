"""What senders are owed: the statements equal a second reckoning, are never negative and never paid twice."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from account_data.domain.ledger import Books, Lacking, book, ordinary, start_of, told_again
from dashboard_processor.domain.earnings import Entry, movements
from dashboard_processor.domain.payouts import (
    NO_HASH,
    Account,
    Movement,
    due_statements,
    is_paid,
    running,
    statement_hash,
)
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.contracts.agreements import Agreement, Payment
from mathematricks.contracts.executions import Execution
from support.accounts import a_contract, an_execution
from support.payouts_by_hand import Terms, Told, payouts_by_hand

BEGINS = datetime(2025, 1, 1, tzinfo=UTC)
MONTHS = 14
RATES = {("USD", "USD"): "1", ("EUR", "USD"): "1.08", ("GBP", "USD"): "1.27", ("EUR", "EUR"): "1"}
RATES |= {("USD", "EUR"): "0.926", ("GBP", "EUR"): "1.17"}
ACCOUNTS = (("live_1", "USD"), ("live_2", "USD"), ("live_3", "EUR"))
INSTRUMENTS = [("AAPL", "USD", 1), ("SAP", "EUR", 1), ("VOD", "GBP", 1), ("GC", "USD", 100), ("MSFT", "USD", 1)]
STRATEGIES = ("Trend", "Carry", "Gold")
USD_IN_EUR = Decimal("0.926")


def an_agreement(**but: Any) -> Agreement:
    usual: dict[str, Any] = {
        "agreement_id": "a1",
        "number": 1,
        "sender": "alice",
        "strategies": STRATEGIES,
        "share": "0.20",
        "minimum": "100",
        "starts_on": "2025-01-01",
        "created_at": BEGINS,
        "created_by": "ada",
    }
    return Agreement(**usual | but)


def a_payment(number: int, amount: Decimal, at: datetime) -> Payment:
    return Payment(
        payment_id=f"p{number}",
        agreement_id="a1",
        sender="alice",
        number=number,
        month=f"{at:%Y-%m}",
        amount=amount,
        currency="USD",
        paid_on=f"{at:%Y-%m-%d}",
        recorded_at=at,
        recorded_by="ada",
    )


def random_fills(rng: random.Random, signals: int) -> list[Told]:
    """Return the fills of *signals* signals: entries, scale-ins, partial exits and reversals; some are told late."""
    held: dict[tuple[str, str, str], int] = defaultdict(int)
    told = []
    span = timedelta(days=MONTHS * 30) / signals
    for number in range(signals):
        account, base = rng.choice(ACCOUNTS)
        symbol, currency, multiplier = rng.choice(INSTRUMENTS)
        chain = (account, rng.choice(STRATEGIES), symbol)
        size = rng.randint(1, 50)
        opens = held[chain] == 0 or rng.random() < 0.35
        way = (1 if rng.random() < 0.6 else -1) if held[chain] == 0 else (1 if held[chain] > 0 else -1)
        change = way * size if opens else -way * min(size, abs(held[chain]) + (3 if rng.random() < 0.1 else 0))
        held[chain] += change
        at = BEGINS + number * span + timedelta(milliseconds=rng.randint(0, 10**6))
        execution = an_execution(
            execution_id=f"x{number}",
            signal_id=f"s{number}",
            contract=a_contract(symbol),
            account=account,
            mode="LIVE",
            strategy_id=chain[1],
            side="BUY" if change > 0 else "SELL",
            quantity=Decimal(abs(change)),
            price=Decimal(rng.randint(9_000, 11_000)).scaleb(-2),
            multiplier=Decimal(multiplier),
            currency=currency,
            base_currency=base,
            commission=Decimal(rng.randint(0, 300)).scaleb(-2),
            fx_rate=Decimal(RATES[currency, base])
            + (Decimal(rng.randint(-99, 99)).scaleb(-4) if currency != base else 0),
            executed_at=at,
            venue_seq=number,
        )
        late = timedelta(hours=rng.randint(1, 24 * 60)) if rng.random() < 0.02 else timedelta(seconds=1)
        told.append(Told(execution, at + late, Fraction(USD_IN_EUR)))
    return told


def ledger_of(told: list[Told]) -> list[LedgerEntry]:
    """Book the fills as account-data does, in the order in which they become known."""
    books = {name: Books(name, "LIVE", base) for name, base in ACCOUNTS}
    entries: dict[str, list[LedgerEntry]] = defaultdict(list)
    for each in sorted(told, key=lambda one: one.booked_at):
        name = each.execution.account
        while isinstance(done := book(books[name], [ordinary(each.execution)], each.booked_at), Lacking):
            start, (owner, instrument) = start_of(books[name], done), done.key
            chain = [e for e in entries[name] if e.instrument == instrument and owner in ("", e.strategy_id)]
            books[name] = told_again(books[name], done, [e for e in chain if e.at >= start.key[0]])
        books[name] = done.books
        entries[name] += done.entries
    return [entry for mine in entries.values() for entry in mine]


def an_entry(ledger: LedgerEntry) -> Entry:
    execution: Execution | None = ledger.execution
    assert execution is not None
    return Entry(
        entry_id=ledger.entry_id,
        account=ledger.account,
        strategy_id=ledger.strategy_id,
        made_at=ledger.at,
        booked_at=ledger.booked_at,
        currency=ledger.currency,
        base_currency=ledger.base_currency,
        realized=ledger.realized_pnl,
        commission=execution.commission,
        realized_base=ledger.realized_base,
        commission_base=ledger.commission_base,
    )


@pytest.mark.parametrize(("seed", "zone", "minimum"), [(1, "UTC", "0"), (2, "America/New_York", "2500")])
def test_payouts_of_5000_random_signals_equal_the_reckoning_by_hand_to_the_cent(seed, zone, minimum) -> None:
    rng = random.Random(seed)
    told = random_fills(rng, 5_000)
    agreement = an_agreement(time_zone=zone, minimum=minimum, opening_mark="1000", strategies=STRATEGIES[:2])
    mine = [each for each in told if each.execution.strategy_id in agreement.strategies]
    entries = [an_entry(entry) for entry in ledger_of(told) if entry.strategy_id in agreement.strategies]
    rates = {("live_3", "USD"): [(BEGINS - timedelta(days=1), USD_IN_EUR)]}
    moved, untold = movements(entries, "USD", rates)
    account, payments, statements = Account(agreement, "LIVE"), list[Payment](), list[Any]()

    for day in range(40, 31 * MONTHS, 11):  # paid now and then, in part, in full, and once too much
        now = BEGINS + timedelta(days=day)
        for statement in due_statements(account, moved, payments, now):
            statements.append(statement)
            account = Account(agreement, "LIVE", statement)
        due = running(account, moved, payments, now).due
        if due and rng.random() < 0.7:
            part = Decimal(rng.randint(1, int(due * 100))).scaleb(-2) if rng.random() < 0.5 else due
            part += 333 if len(payments) == 3 else 0
            payments.append(a_payment(len(payments) + 1, part, now))

    begins = statements[0].begins_at
    terms = Terms("USD", Fraction(1, 5), Fraction(minimum), Fraction(1000), zone, begins, len(statements))
    by_hand = payouts_by_hand(mine, [(one.recorded_at, Fraction(one.amount)) for one in payments], terms)
    assert untold == []
    assert len(statements) >= MONTHS - 1
    assert len(payments) > 4
    assert [s.fee for s in statements] == [Decimal(line["fee"]).scaleb(-2) for line in by_hand]
    assert [Fraction(s.due) for s in statements] == [line["due"] for line in by_hand]
    assert all(
        abs(Fraction(s.net) - line["net"]) < Fraction(1, 10**9) for s, line in zip(statements, by_hand, strict=True)
    )
    assert min(min(s.due, s.fee) for s in statements) >= 0
    assert sum(p.amount for p in payments) <= sum(s.fee for s in statements) + 333
    assert len({(s.due > 0) for s in statements}) == 2

    again = due_statements(Account(agreement, "LIVE"), moved, payments, statements[-1].closed_at + timedelta(days=1))
    assert [s.model_dump_json() for s in again] == [s.model_dump_json() for s in statements]


amounts = st.integers(-500_000, 500_000).map(lambda cents: Decimal(cents).scaleb(-2))
moments = st.integers(0, 300 * 24).map(lambda hours: BEGINS + timedelta(hours=hours))


@st.composite
def moved(draw: st.DrawFn) -> list[Movement]:
    rows = draw(st.lists(st.tuples(amounts, moments, st.integers(0, 24 * 70)), max_size=30))
    return [Movement(f"x{n}", at, at + timedelta(hours=late), net) for n, (net, at, late) in enumerate(rows)]


@given(movements=moved(), data=st.data())
def test_what_is_paid_never_exceeds_what_was_earned_whenever_one_looks(movements: list[Movement], data) -> None:
    account, payments = Account(an_agreement(minimum="50"), "LIVE"), list[Payment]()
    statements = []
    for day in sorted(data.draw(st.lists(st.integers(0, 400), min_size=1, max_size=20))):
        now = BEGINS + timedelta(days=day)
        for statement in due_statements(account, movements, payments, now):
            statements.append(statement)
            account = Account(account.agreement, "LIVE", statement)
        stands = running(account, movements, payments, now)
        assert min(stands.due, stands.accrued) >= 0
        if stands.due:
            payments.append(a_payment(len(payments) + 1, stands.due, now))
            assert running(account, movements, payments, now + timedelta(seconds=1)).due == 0
            assert is_paid(statements[-1], payments)

    top = max([Decimal(0), *(statement.cumulative for statement in statements)])
    assert sum(payment.amount for payment in payments) <= top * Decimal("0.20") + Decimal("0.005") * len(statements)


@given(movements=moved(), first=st.integers(0, 400), then=st.integers(0, 400))
def test_statements_made_early_and_late_are_the_same_and_each_holds_its_forerunners_hash(
    movements, first, then
) -> None:
    whole = due_statements(Account(an_agreement(), "LIVE"), movements, (), BEGINS + timedelta(days=800))
    early, account = [], Account(an_agreement(), "LIVE")
    for day in (min(first, then), max(first, then), 800):
        known = [each for each in movements if each.booked_at <= BEGINS + timedelta(days=day)]
        made = due_statements(account, known, (), BEGINS + timedelta(days=day))
        early += made
        account = Account(account.agreement, "LIVE", early[-1]) if early else account

    assert early == whole
    assert [s.previous_hash for s in whole] == [NO_HASH, *(s.hash for s in whole[:-1])]
    assert all(s.hash == statement_hash(s) for s in whole)


def test_a_loss_is_made_good_before_any_profit_is_shared() -> None:
    day = timedelta(days=1)
    movements = [
        Movement("x1", BEGINS + 5 * day, BEGINS + 5 * day, Decimal(1000)),
        Movement("x2", BEGINS + 40 * day, BEGINS + 40 * day, Decimal(-600)),
        Movement("x3", BEGINS + 70 * day, BEGINS + 70 * day, Decimal(700)),
    ]

    january, february, march = due_statements(
        Account(an_agreement(minimum="0"), "LIVE"), movements, (), BEGINS + 91 * day
    )

    assert (january.fee, january.mark, january.due) == (Decimal(200), 1000, 200)
    assert (february.fee, february.cumulative, february.mark) == (0, 400, 1000)
    assert (march.fee, march.mark, march.due) == (20, 1100, 220)


def test_less_than_the_minimum_is_carried_until_the_agreement_ends() -> None:
    earned = [Movement("x1", BEGINS, BEGINS, Decimal(100))]
    agreement = an_agreement(minimum="50", ends_on="2025-03-01")

    statements = due_statements(Account(agreement, "LIVE"), earned, (), BEGINS + timedelta(days=200))

    assert [(s.month, s.due, s.balance) for s in statements] == [("2025-01", 0, 20), ("2025-02", 20, 20)]


def test_on_paper_all_is_estimated_and_nothing_is_due() -> None:
    earned = [Movement("x1", BEGINS, BEGINS, Decimal(1000))]

    statements = due_statements(Account(an_agreement(minimum="0"), "PAPER"), earned, (), BEGINS + timedelta(days=40))

    assert [(s.fee, s.balance, s.due) for s in statements] == [(200, 200, 0)]


def test_a_fill_booked_after_its_month_was_closed_is_a_correction_of_the_next_statement() -> None:
    in_january, in_march = BEGINS + timedelta(days=20), BEGINS + timedelta(days=60)
    late = [Movement("x1", in_january, in_january, Decimal(500)), Movement("x2", in_january, in_march, Decimal(-200))]

    statements = due_statements(Account(an_agreement(), "LIVE"), late, (), BEGINS + timedelta(days=100))

    assert [(s.month, s.net, s.corrections) for s in statements] == [
        ("2025-01", 500, 0),
        ("2025-02", 0, 0),
        ("2025-03", -200, -200),
    ]
