"""What positions tie up, which orders an account cannot carry, and what it is worth."""

from __future__ import annotations

import pytest
from execution.adapters.paper.engine.margin import Margin, margin_of
from execution.adapters.paper.engine.valuation import value
from execution.adapters.paper.snapshot import summary
from support.paper import CRYPTO, FOREX, FUTURE, LEVERAGED, LONDON, NOON, OPTION, STOCK, Bench, D, limit


@pytest.mark.parametrize(
    ("instrument", "quantity", "price", "initial", "maintenance"),
    [
        (STOCK, 100, 150, 7500, 3750),
        (STOCK, -100, 150, 7500, 3750),
        (LEVERAGED, 100, 50, 5000, 3750),
        (FOREX, -100_000, "0.84", 4200, 4200),
        (CRYPTO, "0.5", 60_000, 30_000, 30_000),
        (FUTURE, -2, 2650, 22_000, 20_000),
        (OPTION, 3, "12.40", 3720, 3720),
    ],
)
def test_margin_per_instrument_type(instrument, quantity, price, initial, maintenance):
    assert margin_of(instrument, D(quantity), D(price)) == Margin(D(initial), D(maintenance))


def test_a_short_option_ties_up_its_price_and_a_fifth_of_the_underlying_where_that_is_known():
    assert margin_of(OPTION, D(-1), D(10), underlying=D(150)) == Margin(D(4000), D(4000))
    assert margin_of(OPTION, D(-1), D(10)) is None
    fixed = OPTION.model_copy(update={"initial_margin": D(2500)})
    assert margin_of(fixed, D(-2), D(10)) == Margin(D(5000), D(5000))


def test_an_entry_beyond_the_margin_is_refused_with_the_figures():
    bench = Bench({"USD": D(7_500)})
    bench.quote(STOCK, 150, 150)

    refused = bench.submit(quantity=100)

    assert refused.reason == "INSUFFICIENT_MARGIN: the order needs 7501.00 USD, the account has 7500.00 USD available"
    assert bench.submit(quantity=99).status == "FILLED"


def test_resting_entries_hold_their_margin():
    bench = Bench({"USD": D(10_000)})
    bench.quote(STOCK, 150, 150)
    bench.submit(quantity=100, **limit(140))

    assert bench.submit(quantity=50).reason.startswith("INSUFFICIENT_MARGIN")


def test_an_order_that_reduces_is_not_asked_for_margin():
    bench = Bench({"USD": D(7_600)})
    bench.quote(STOCK, 150, 150)
    bench.submit(quantity=100)
    bench.quote(STOCK, 10, 10)

    assert bench.submit(quantity=1).reason.startswith("INSUFFICIENT_MARGIN")
    assert bench.submit(side="SELL", quantity=100).status == "FILLED"


def test_a_reversal_is_asked_for_what_the_new_position_ties_up_beyond_the_old():
    bench = Bench({"USD": D(8_000)})
    bench.quote(STOCK, 150, 150)
    bench.submit(quantity=100)

    assert bench.submit(side="SELL", quantity=300).reason.startswith("INSUFFICIENT_MARGIN")
    assert bench.submit(side="SELL", quantity=150).status == "FILLED"
    assert bench.book.account.held("AAPL") == -50


def test_without_a_rate_into_the_base_currency_only_reductions_trade():
    bench = Bench()
    bench.quote(LONDON, 1, 1)
    bench.submit(LONDON, quantity=100)
    bench.market.rates.clear()

    assert bench.submit(LONDON, quantity=1).reason.startswith("NO_RATE")
    assert bench.submit(LONDON, "SELL", 100).status == "FILLED"


def test_a_future_without_a_known_margin_is_not_opened():
    bench = Bench()
    bench.market.instruments[FUTURE.instrument] = unknown = FUTURE.model_copy(update={"initial_margin": None})
    bench.quote(unknown, 2650, 2650)

    assert bench.submit(unknown, quantity=1).reason.startswith("MARGIN_UNKNOWN")


def test_an_expired_contract_does_not_trade():
    bench = Bench()
    bench.now = NOON.replace(month=12, day=30)
    bench.quote(FUTURE, 2650, 2650)

    assert bench.submit(FUTURE, quantity=1).reason.startswith("INSTRUMENT_EXPIRED")


def test_equity_counts_what_was_paid_for_at_its_value_and_futures_and_forex_at_their_profit():
    bench = Bench({"USD": D(100_000), "GBP": D(1_000)})
    for instrument, price in ((STOCK, 100), (FUTURE, 2600), (FOREX, "0.80")):
        bench.quote(instrument, price, price)
    bench.submit(STOCK, quantity=100)  # costs 10,000 and 1.00
    bench.submit(FUTURE, quantity=1)  # costs 2.25
    bench.submit(FOREX, quantity=100_000)  # costs 1.60 GBP
    for instrument, price in ((STOCK, 110), (FUTURE, 2590), (FOREX, "0.81")):
        bench.quote(instrument, price, price)

    worth = value(bench.book.account, bench.market)

    assert worth.cash == D("89996.75") + D("998.40") * D("1.25")
    assert worth.unrealized == 1000 - 1000 + 1000 * D("1.25")
    assert worth.equity == worth.cash + 11_000 - 1000 + 1000 * D("1.25")
    assert worth.initial == 5500 + 11_000 + D("4050") * D("1.25")
    assert worth.maintenance == 2750 + 10_000 + D("4050") * D("1.25")


def test_the_summary_tells_cash_per_currency_positions_and_open_orders():
    bench = Bench({"USD": D(100_000), "GBP": D(1_000)})
    bench.quote(STOCK, "99.90", "100.00")
    bench.submit(quantity=100)
    bench.submit(side="SELL", quantity=40, **limit(120))

    told = summary(bench.book, bench.market, NOON)

    assert told.mode == "PAPER"
    assert told.cash == {"USD": D("89999.00"), "GBP": D(1000)}
    assert told.rates == {"USD": 1, "GBP": D("1.25")}
    assert (told.cash_balance, told.equity) == (D("91249"), D("101244"))  # 100 shares at 99.95
    assert (told.unrealized_pnl, told.realized_pnl) == (-5, 0)
    assert (told.initial_margin, told.margin_used) == (D("4997.5"), D("2498.75"))
    assert (told.margin_available, told.excess_liquidity) == (D("96246.5"), D("98745.25"))
    assert told.buying_power == D("192493")
    position = told.open_positions[0]
    assert (position.quantity, position.average_price, position.market_price) == (100, 100, D("99.95"))
    assert [(order.client_order_id, order.filled) for order in told.open_orders] == [("o2", 0)]


def test_a_position_without_a_quote_is_valued_at_cost():
    bench = Bench({"USD": D(100_000)})
    bench.quote(STOCK, 100, 100)
    bench.submit(quantity=100)
    bench.market.quotes.clear()

    told = summary(bench.book, bench.market, NOON)

    assert told.equity == D("99999")
    assert told.open_positions[0].market_price is None
