"""How large an entry is before its caps (RULES 3), and the worked examples of the field."""

from decimal import Decimal

import pytest
from support.cerebro import a_book, a_config, a_market, a_quote, an_instrument, decided
from support.signals import a_contract, a_leg, a_signal

D = Decimal


def ordered(signal, **but):
    return [order.quantity for order in decided(signal, **but).orders]


def test_capital_buys_as_many_as_it_pays_for():
    """Equity 251,786 x 13.25 % = 33,362; at 150.25 that is 222 shares."""
    decision = decided(
        a_signal(account_equity=None, price=D("150.25")),
        a_book(equity=251_786),
        percent=D("13.25"),
        market=a_market(a_quote(ask="150.25")),
    )

    assert decision.grounds.capital.quantize(D(1)) == 33_362
    assert decision.orders[0].quantity == 222
    assert decision.outcome == "APPROVED"
    assert decision.orders[0].reserved_margin.quantize(D(1)) == 16_678  # 222 x 150.25 x 50 %


def test_a_small_allocation_of_a_round_equity():
    decision = decided(a_signal(account_equity=None), percent=D("6.54"), market=a_market(a_quote(ask=1)))

    assert decision.grounds.capital == 6540
    assert decision.orders[0].reserved_margin == 3270


@pytest.mark.parametrize(
    ("equity", "quantity", "bought"),
    [
        (D(500_000), D(10), 1),  # units: 10 x 50,000 / 500,000
        (D(100_000), D(10), 5),
        (D(1), D("0.85"), 283),  # a share of equity: 50,000 x 0.85 / 150
        (D(100), D(35), 116),
        (None, D(10), 333),  # the desk sizes it
        (D(0), D(10), 333),
    ],
)
def test_the_kind_of_sizing_follows_from_what_the_sender_says_of_his_equity(equity, quantity, bought):
    assert ordered(a_signal(account_equity=equity, quantity=quantity)) == [bought]


def test_a_leg_without_quantity_is_sized_by_the_desk():
    assert ordered(a_signal(quantity=None)) == [333]


def test_the_strategys_own_kind_comes_first():
    assert ordered(a_signal(account_equity=D(500_000)), strategy=a_config(sizing="capital")) == [333]


def test_a_future_with_a_known_margin_is_bought_by_its_margin():
    gold = a_contract("GC", type="FUTURE", expiry="20261229")
    market = a_market(
        a_quote(contract=gold, ask=4000),
        instruments=[an_instrument(contract=gold, multiplier=D(100), initial_margin=D(20_000))],
    )
    signal = a_signal(contract=gold, account_equity=None, price=D(4000))

    assert ordered(signal, percent=D(30), market=market) == [1]


def test_legs_sized_by_the_desk_keep_the_proportion_of_their_quantities():
    legs = (a_leg("SPY", quantity=D(100)), a_leg("QQQ", quantity=D(50), action="SELL"))
    market = a_market(a_quote("SPY", ask=100), a_quote("QQQ", ask=200))

    assert ordered(a_signal(legs=legs, account_equity=None), market=market) == [250, 125]


def test_legs_without_quantities_are_of_equal_value():
    legs = (a_leg("SPY", quantity=None), a_leg("QQQ", quantity=None, action="SELL"))
    market = a_market(a_quote("SPY", ask=100), a_quote("QQQ", ask=200))

    assert ordered(a_signal(legs=legs, account_equity=None), market=market) == [250, 125]


def test_a_quote_in_another_currency_is_converted():
    contract = a_contract("BMW")
    market = a_market(a_quote(contract=contract, ask=100, currency="EUR"), rates={"EUR": D("1.25")})

    assert ordered(a_signal(contract=contract, account_equity=None), market=market) == [400]


def test_coins_are_bought_in_eight_decimals():
    market = a_market(a_quote("BTC/USD", ask=30_000))

    assert ordered(a_signal(instrument="BTC/USD", account_equity=None), market=market)[0] == D("1.33333333")


def test_too_small_is_refused_never_rounded_up():
    decision = decided(a_signal(account_equity=D(500_000), quantity=D(1)))

    assert (decision.outcome, decision.reason, decision.orders) == ("REFUSED", "TOO_SMALL", ())


def test_a_leg_that_rounds_to_nothing_refuses_all():
    legs = (a_leg("SPY", quantity=D(1000)), a_leg("QQQ", quantity=D(1), action="SELL"))
    market = a_market(a_quote("SPY", ask=1), a_quote("QQQ", ask=1))

    decision = decided(a_signal(legs=legs, account_equity=D(500_000)), market=market)

    assert decision.reason == "TOO_SMALL"
