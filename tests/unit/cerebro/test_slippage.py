"""The 30 % rule (RULES 3)."""

from decimal import Decimal

import pytest
from cerebro.domain.inputs import Market
from support.cerebro import a_book, a_config, a_market, a_quote, an_instrument, decided, seconds
from support.signals import NOON, a_leg, a_signal

D = Decimal
KNOWN = a_config(expected_alpha=D("0.02"))


def at(ask, bid=None, **signal):
    return decided(a_signal(price=D(100), **signal), strategy=KNOWN, market=a_market(a_quote(ask=ask, bid=bid)))


@pytest.mark.parametrize(
    ("ask", "outcome"), [("100", "APPROVED"), ("100.6", "APPROVED"), ("100.601", "REFUSED"), ("90", "APPROVED")]
)
def test_a_buy_is_refused_once_more_than_thirty_per_cent_of_the_alpha_is_gone(ask, outcome):
    assert at(ask).outcome == outcome


def test_a_sale_slips_when_the_bid_falls():
    assert at("99.5", bid="99.39", action="SELL").reason == "SLIPPAGE_EXCEEDED"
    assert at("99.5", bid="99.4", action="SELL").outcome == "APPROVED"


def test_what_is_left_of_the_alpha_becomes_the_worst_price():
    assert at("100.2").orders[0].worst_price == D("100.6")
    assert at("99.9", bid="99.8", action="SELL").orders[0].worst_price == D("99.4")


def test_an_entry_is_good_for_a_minute():
    assert at("100").orders[0].valid_until == NOON + seconds(60)


def test_the_figures_are_shown():
    grounds = at("100.2").grounds

    assert (grounds.adverse_move, grounds.alpha_lost) == (D("0.002"), D("0.1"))


@pytest.mark.parametrize(("waited", "outcome"), [(360, "APPROVED"), (361, "REFUSED")])
def test_without_a_price_the_market_drifts_a_tenth_of_a_per_cent_a_minute(waited, outcome):
    """With an alpha of 2 % the cut is at six minutes."""
    now = NOON + seconds(waited)
    decision = decided(a_signal(price=None), a_book(as_of=now), strategy=KNOWN, now=now)

    assert decision.outcome == outcome


def test_legs_are_weighted_by_their_notional():
    legs = (a_leg("SPY", quantity=D(100), price=D(100)), a_leg("QQQ", quantity=D(300), price=D(100)))
    market = a_market(a_quote("SPY", ask="101"), a_quote("QQQ", ask="100"))

    grounds = decided(a_signal(legs=legs), strategy=KNOWN, market=market).grounds

    assert grounds.adverse_move.quantize(D("0.00001")) == D("0.00252")


def test_an_unknown_alpha_is_accepted_and_said():
    decision = decided(a_signal(price=D(1)))

    assert decision.outcome == "APPROVED"
    assert "alpha is unknown" in decision.warnings[0]
    assert decision.orders[0].worst_price is None


def test_a_limit_order_cannot_slip():
    order = at("150", order_type="LIMIT").orders[0]

    assert (order.limit_price, order.worst_price) == (100, None)


def test_a_stop_slips_from_its_trigger():
    signal = a_signal(order_type="STOP", stop_price=D(100), price=None)
    market = Market({"AAPL": an_instrument()}, {"AAPL": a_quote(ask=90)})

    assert decided(signal, strategy=KNOWN, market=market).orders[0].worst_price == D("100.6")
