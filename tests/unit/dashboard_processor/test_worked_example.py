"""The worked example of docs/money.md is what the code reckons, cell by cell."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from dashboard_processor.domain.payouts import Account, Movement, due_statements, tidy
from mathematricks.accounting.units import (
    HOUSE,
    Trade,
    after,
    capital,
    deposit,
    opening,
    total_units,
    unit_price,
    withdrawal,
)
from mathematricks.contracts.agreements import Agreement, Payment, Statement
from support.source_tree import ROOT

PAGE = (ROOT / "docs/money.md").read_text()
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = ("before", "deposit of 50,000.00", "+ 10 %", "withdrawal of 11,000.00")


def rows(head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins with *head*."""
    lines = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def statements() -> list[Statement]:
    earned = {1: 1000, 2: -600, 3: 700, 4: 250}
    days = {month: datetime(2026, month, 15, tzinfo=UTC) for month in earned}
    moved = [Movement(f"x{n}", days[n], days[n], Decimal(net)) for n, net in earned.items()]
    terms = {"sender": "alice", "strategies": ("Trend",), "share": "0.20", "minimum": "50", "starts_on": "2026-01-01"}
    agreement = Agreement(**terms, agreement_id="a", number=1, created_at=BEGINS, created_by="ada")
    paid = {"payment_id": "p", "agreement_id": "a", "sender": "alice", "number": 1, "currency": "USD"}
    on = datetime(2026, 2, 10, tzinfo=UTC)
    payment = Payment(**paid, month="2026-01", amount=200, paid_on="2026-02-10", recorded_at=on, recorded_by="ada")
    return due_statements(Account(agreement, "LIVE"), moved, [payment], datetime(2026, 5, 2, tzinfo=UTC))


def test_the_senders_example_is_what_the_statements_say() -> None:
    told = [
        [
            each.month,
            *(str(amount) for amount in (each.net, each.cumulative, each.mark_before, each.fee)),
            *(str(amount) for amount in (each.paid, each.balance, each.due, each.mark)),
        ]
        for each in statements()
    ]

    assert told == rows("month")


def test_the_clients_example_is_what_units_and_prices_say() -> None:
    nav = Decimal("100000.00")
    units = {HOUSE: opening(nav), "carol": Decimal(0)}
    told = [_line(0, nav, units)]

    def traded(step: int, trade: Trade, sign: int) -> None:
        nonlocal nav, units
        units, nav = after(units, "carol", trade), nav + sign * trade.amount
        told.append(_line(step, nav, units))

    traded(1, deposit(units, nav, "carol", Decimal("50000.00")), 1)
    nav *= Decimal("1.1")
    told.append(_line(2, nav, units))
    traded(3, withdrawal(units, nav, "carol", Decimal("11000.00")), -1)

    assert told == rows("step")


def _line(step: int, nav: Decimal, units: dict[str, Decimal]) -> list[str]:
    shares, price = capital(units, nav), unit_price(nav, total_units(units))
    figures = [str(tidy(each)) for each in (nav, price, shares[HOUSE], shares["carol"])]
    return [STEPS[step], figures[0], f"{total_units(units).normalize():f}", *figures[1:]]
