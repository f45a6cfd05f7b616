"""The books of one busy day, against figures worked out by hand, to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from account_data.domain.ledger import Booked, Booking, Books, book, ordinary
from account_data.domain.state import Marks, account_cash, position, sub_ledgers
from mathematricks.contracts.accounts import SubLedger
from support.accounts import ACCOUNT, OPENED, a_contract, an_execution

GOLD = a_contract("GC", type="FUTURE", expiry="20261229", exchange="COMEX")
CALL = a_contract("GOOGL", type="OPTION", expiry="20270115", strike="140.5", right="C")
KIWI = {"contract": a_contract("AUDNZD", type="FOREX"), "currency": "NZD", "strategy_id": "Forex"}
STOCK = {"strategy_id": "Equities"}
METAL = {"contract": GOLD, "multiplier": 100, "strategy_id": "Metals"}
OPTION = {"contract": CALL, "multiplier": 100, "strategy_id": "Options"}
COIN = {"contract": a_contract("BTC/USD", type="CRYPTO"), "strategy_id": "Crypto"}

THE_DAY = [
    # long, partial exit, reversal, cover
    an_execution(side="BUY", quantity=300, price="150.25", commission="1.50", **STOCK),
    an_execution(side="SELL", quantity=100, price="151.00", commission="1.02", **STOCK),
    an_execution(side="SELL", quantity=350, price="149.50", commission="3.50", **STOCK),
    an_execution(side="BUY", quantity=150, price="148.00", commission="1.50", **STOCK),
    # a short that stays open
    an_execution(side="SELL", quantity=40, price="250.10", commission="1.00", contract=a_contract("TSLA"), **STOCK),
    # a future, half of it closed
    an_execution(side="BUY", quantity=2, price="2650.10", commission="4.20", **METAL),
    an_execution(side="SELL", quantity=1, price="2661.30", commission="2.10", **METAL),
    # margin FX in a foreign currency, whose rate moves between the fills
    an_execution(side="BUY", quantity=100_000, price="1.0850", commission="2.00", fx_rate="0.5900", **KIWI),
    an_execution(side="SELL", quantity=100_000, price="1.0871", commission="2.00", fx_rate="0.5912", **KIWI),
    # an option, a third of it closed
    an_execution(side="BUY", quantity=3, price="12.40", commission="1.95", **OPTION),
    an_execution(side="SELL", quantity=1, price="15.10", commission="0.65", **OPTION),
    # eight decimals of a coin
    an_execution(side="BUY", quantity="0.12345678", price="64321.50", commission="7.94", **COIN),
]

DEPOSIT = Booking(
    entry_id="c1",
    kind="opening",
    account=ACCOUNT,
    mode="PAPER",
    base_currency="USD",
    at=OPENED,
    currency="USD",
    cash=Decimal(10_000_000),
)


@pytest.fixture(scope="module")
def books() -> Books:
    booked = book(Books(ACCOUNT, "PAPER", "USD"), [DEPOSIT, *map(ordinary, THE_DAY)], OPENED)
    assert isinstance(booked, Booked)
    return booked.books


@pytest.fixture(scope="module")
def lines(books: Books) -> Mapping[str, SubLedger]:
    marks = Marks(
        {"TSLA": Decimal("245.10"), GOLD.key: Decimal("2640.10"), CALL.key: Decimal(13), "BTC/USD": Decimal(65_000)},
        {"USD": Decimal(1), "NZD": Decimal("0.60")},
    )
    return {line.strategy_id: line for line in sub_ledgers(books, marks, OPENED.date())}


def test_a_round_trip_with_partial_exit_and_reversal(lines: Mapping[str, SubLedger]) -> None:
    # closed: 100 x 0.75 = 75.00, 200 x -0.75 = -150.00, 150 x 1.50 = 225.00; the short pays in 40 x 250.10
    equities = lines["Equities"]

    assert equities.realized_pnl == Decimal("150.00")
    assert equities.commission == Decimal("8.52")
    assert equities.realized_today == Decimal("141.48")
    assert equities.cash == {"USD": Decimal("142.48") + Decimal("10003.00")}
    assert equities.unrealized_pnl == Decimal("200.00")  # short 40 from 250.10, now 245.10


def test_a_future_moves_only_its_result_and_its_fees(lines: Mapping[str, SubLedger]) -> None:
    metals = lines["Metals"]

    assert metals.realized_pnl == Decimal("1120.00")  # 11.20 x 100
    assert metals.cash == {"USD": Decimal("1113.70")}  # 1,120.00 - 4.20 - 2.10
    assert metals.unrealized_pnl == Decimal("-1000.00")  # 1 x (2,640.10 - 2,650.10) x 100


def test_forex_settles_in_its_quote_currency_and_converts_at_the_closing_fills_rate(
    lines: Mapping[str, SubLedger],
) -> None:
    forex = lines["Forex"]

    assert forex.cash == {"NZD": Decimal("206.00")}  # 100,000 x 0.0021 - 2.00 - 2.00
    assert forex.realized_pnl == Decimal("124.1520")  # 210.00 NZD at 0.5912
    assert forex.commission == Decimal("2.3624")  # 2.00 NZD at 0.5900 and 2.00 at 0.5912
    assert forex.realized_today == Decimal("121.7896")


def test_an_option_pays_its_premium_times_a_hundred(lines: Mapping[str, SubLedger]) -> None:
    options = lines["Options"]

    assert options.cash == {"USD": Decimal("-2212.60")}  # -3,720.00 - 1.95 + 1,510.00 - 0.65
    assert options.realized_pnl == Decimal("270.00")
    assert options.unrealized_pnl == Decimal("120.00")  # 2 x (13.00 - 12.40) x 100


def test_spot_crypto_pays_its_notional_to_the_last_digit(lines: Mapping[str, SubLedger]) -> None:
    crypto = lines["Crypto"]

    assert crypto.cash == {"USD": Decimal("-7948.8652747700")}  # -7,940.92527477 - 7.94
    assert crypto.unrealized_pnl == Decimal("8024.6907") - Decimal("7940.92527477")


def test_cash_per_currency_is_what_the_hand_says_and_the_sub_ledgers_sum_to_it(
    books: Books, lines: Mapping[str, SubLedger]
) -> None:
    cash = account_cash(books)

    assert cash["NZD"] == Decimal("206.00")
    assert cash["USD"] == Decimal(10_000_000) + Decimal("1097.7147252300")
    for currency, amount in cash.items():
        flows = sum(line.cash.get(currency, Decimal(0)) for line in lines.values())
        assert flows + books.deposits.get(currency, Decimal(0)) == amount
    assert lines["unattributed"].cash == {}


def test_open_positions_are_what_the_hand_says(books: Books) -> None:
    open_ = {
        key: (served.quantity, served.average_price)
        for key, chain in books.chains.items()
        if key[0] and (served := position(ACCOUNT, key, chain, Marks({}, {}))).quantity
    }

    assert open_ == {
        ("Equities", "TSLA"): (-40, Decimal("250.10")),
        ("Metals", GOLD.key): (1, Decimal("2650.10")),
        ("Options", CALL.key): (2, Decimal("12.40")),
        ("Crypto", "BTC/USD"): (Decimal("0.12345678"), Decimal("64321.50")),
    }


def test_where_strategies_hold_against_each_other_the_venue_settles_the_net() -> None:
    long = an_execution(strategy_id="Up", side="BUY", quantity=1, price=2600, contract=GOLD, multiplier=100)
    short = an_execution(strategy_id="Down", side="SELL", quantity=1, price=2610, contract=GOLD, multiplier=100)
    booked = book(Books(ACCOUNT, "PAPER", "USD"), [ordinary(long), ordinary(short)], OPENED)
    assert isinstance(booked, Booked)

    lines = {line.strategy_id: line for line in sub_ledgers(booked.books, Marks({}, {}), OPENED.date())}

    assert account_cash(booked.books) == {"USD": Decimal(1000)}  # flat at the venue, 10 points gained
    assert lines["Up"].cash == lines["Down"].cash == {"USD": 0}
    assert lines["unattributed"].cash == {"USD": Decimal(1000)}


def test_a_late_execution_is_booked_with_the_change_it_makes() -> None:
    bought = an_execution(quantity=10, price=100)
    late = an_execution(quantity=10, price=80)
    sold = an_execution(side="SELL", quantity=10, price=110)
    on_time = book(Books(ACCOUNT, "PAPER", "USD"), [ordinary(bought), ordinary(sold)], OPENED)
    assert isinstance(on_time, Booked)

    then = book(on_time.books, [ordinary(late)], OPENED)

    assert isinstance(then, Booked)
    assert on_time.entries[1].realized_pnl == Decimal(100)
    # at an average of 90 the sale had realized 200, not 100
    assert then.entries[0].realized_pnl == Decimal(100)
    assert then.entries[0].cash == Decimal(-800)
    assert then.books.chains["Momentum", "AAPL"].head.position.realized_pnl == Decimal(200)
