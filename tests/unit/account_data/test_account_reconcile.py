"""When our books and the broker's may be compared, and what puts them right."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from account_data.domain.ledger import Booked, Books, book, ordinary
from account_data.domain.reconcile import corrections, diff, not_yet, opening
from account_data.domain.state import account_cash, account_quantities
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.executions import Execution
from support.accounts import ACCOUNT, OPENED, a_broker_position, a_contract, an_account_update, an_execution

EMPTY = Books(ACCOUNT, "PAPER", "USD")


def books_with(*executions: Execution, start: Books = EMPTY) -> Books:
    booked = book(start, map(ordinary, executions), OPENED)
    assert isinstance(booked, Booked)
    return booked.books


def corrected(books: Books, update: AccountUpdate, *, proven: bool = True) -> Books:
    booked = book(books, corrections(books, update, diff(books, update), proven=proven), OPENED)
    assert isinstance(booked, Booked)
    return booked.books


def test_the_first_comparison_books_what_the_account_was_opened_with() -> None:
    update = an_account_update(cash={"USD": 1_000_000, "NZD": 5})

    books = corrected(EMPTY, update, proven=False)

    assert books.opened
    assert books.deposits == {"USD": 1_000_000, "NZD": 5}
    assert diff(books, update) == ()


def test_an_account_opened_with_nothing_is_known_to_be() -> None:
    update = an_account_update(equity=0, cash={})
    first = opening(EMPTY, update)
    assert first is not None

    books = book(EMPTY, [first], OPENED)

    assert isinstance(books, Booked)
    assert opening(books.books, update) is None


def test_books_that_agree_differ_in_nothing() -> None:
    books = books_with(an_execution(quantity=100, price=150), start=corrected(EMPTY, an_account_update(), proven=False))
    theirs = an_account_update(cash={"USD": 985_000}, open_positions=[a_broker_position(quantity=100)])

    assert diff(books, theirs) == ()


def test_less_than_half_a_cent_is_rounding() -> None:
    books = corrected(EMPTY, an_account_update(), proven=False)

    assert diff(books, an_account_update(cash={"USD": "1000000.004"})) == ()
    assert len(diff(books, an_account_update(cash={"USD": "1000000.005"}))) == 1


def test_a_snapshot_is_compared_only_with_the_same_executions() -> None:
    first, second = an_execution(), an_execution()
    books = books_with(first)

    assert not_yet(books, an_account_update(through_execution=first.recorded_at)) is None
    assert "not booked yet" in str(not_yet(books, an_account_update(through_execution=second.recorded_at)))
    assert "not booked yet" in str(not_yet(EMPTY, an_account_update(through_execution=first.recorded_at)))
    assert "older" in str(not_yet(books_with(first, second), an_account_update(through_execution=first.recorded_at)))
    assert "older" in str(not_yet(books, an_account_update()))


def test_the_broker_wins_and_the_difference_is_unattributed() -> None:
    books = books_with(an_execution(quantity=100, price=150), start=corrected(EMPTY, an_account_update(), proven=False))
    theirs = an_account_update(
        cash={"USD": 980_000},
        open_positions=[a_broker_position(quantity=90, average_price=150), a_broker_position("MSFT", -5)],
    )

    right = corrected(books, theirs)

    assert account_quantities(right) == {"AAPL": 90, "MSFT": -5}
    assert account_cash(right) == {"USD": Decimal(980_000)}
    assert right.chains["Momentum", "AAPL"].head.position.quantity == 100
    assert right.chains["unattributed", "AAPL"].head.position.quantity == -10
    assert right.deposits == {"USD": 1_000_000}
    assert right.corrections == {"USD": -5000}
    assert diff(right, theirs) == ()


def test_correcting_twice_is_correcting_once() -> None:
    books = books_with(an_execution(), start=corrected(EMPTY, an_account_update(), proven=False))
    theirs = an_account_update(open_positions=[a_broker_position(quantity=7)])

    first = corrections(books, theirs, diff(books, theirs), proven=True)
    again = corrections(books, theirs, diff(books, theirs), proven=True)
    after = corrected(books, theirs)

    assert [booking.entry_id for booking in first] == [booking.entry_id for booking in again]
    assert corrections(after, theirs, diff(after, theirs), proven=True) == []


def test_money_paid_in_just_before_the_first_trade_is_a_deposit_though_it_is_seen_after_it() -> None:
    books = books_with(an_execution(quantity=100, price=150), start=corrected(EMPTY, an_account_update(), proven=False))
    theirs = an_account_update(cash={"USD": 9_985_000}, open_positions=[a_broker_position(quantity=90)])

    right = corrected(books, theirs, proven=False)

    assert right.deposits == {"USD": 10_000_000}
    assert right.corrections == {}
    assert right.chains["unattributed", "AAPL"].head.position.quantity == -10


def test_a_position_the_broker_no_longer_has_is_closed_at_the_last_price_known() -> None:
    gold = a_contract("GC", type="FUTURE", expiry="20261229")
    books = books_with(an_execution(contract=gold, quantity=2, price=2600, multiplier=100))

    right = corrected(books, an_account_update(as_of=OPENED + timedelta(hours=1)))

    assert account_quantities(right) == {gold.key: 0}
    assert right.chains["unattributed", gold.key].head.position.average_price == 2600


def test_a_broker_that_tells_no_cash_per_currency_is_not_corrected_in_cash() -> None:
    assert diff(corrected(EMPTY, an_account_update(), proven=False), an_account_update(cash={})) == ()
