"""Every cap with its numbers (RULES 3)."""

from decimal import Decimal

from mathematricks.contracts.strategies import RiskLimits
from support.cerebro import Desk, a_book, a_config, a_day, a_market, a_quote, an_instrument, an_update, decided, seconds
from support.signals import NOON, a_contract, a_leg, a_signal

D = Decimal


def caps_of(decision, leg=0):
    return {cap.name: cap for cap in decision.legs[leg].caps}


def test_margin_may_tie_up_forty_per_cent_of_the_accounts_equity():
    decision = decided(
        a_signal(quantity=D(1000)), a_book(initial_margin=D(30_000)), percent=D(100), market=a_market(a_quote(ask=100))
    )

    assert decision.orders[0].quantity == 200  # 10,000 of room at 50 a share
    assert (decision.outcome, decision.reason) == ("RESIZED", "account_margin")
    cap = caps_of(decision)["account_margin"]
    assert (cap.asked, cap.given) == (1000, 200)
    assert cap.facts == {"equity": 100_000, "in_use": 30_000, "limit": D("0.40"), "left": 10_000, "unit_cost": 50}


def test_no_margin_left_refuses():
    decision = decided(a_signal(), a_book(initial_margin=D(40_000)))

    assert (decision.outcome, decision.reason) == ("REFUSED", "MARGIN_LIMIT")
    assert "40%" in decision.sentence


def test_what_is_reserved_counts_like_margin_in_use():
    desk = Desk(a_book(equity=100_000), percent=D(200))
    desk.send(fill=False, quantity=D(200))  # 400 shares at 150: 30,000 of margin

    second = desk.send(fill=False, quantity=D(200))

    assert second.reason == "account_margin"
    assert desk.book.reserved_for("paper:IBKR_Main") <= 40_000


def test_the_gate_holds_for_all_accounts_of_the_mode_together():
    busy = an_update("paper:Other", equity=100_000, initial_margin=D(75_000))
    decision = decided(
        a_signal(quantity=D(1000)), a_book(an_update(), busy), percent=D(100), market=a_market(a_quote(ask=100))
    )

    assert decision.reason == "overall_margin"
    assert decision.orders[0].quantity == 100  # 80,000 - 75,000 at 50 a share


def test_a_strategy_never_uses_more_than_its_capital():
    desk = Desk(a_book(equity=1_000_000), percent=D(10))
    desk.send(quantity=D(50), account_equity=D(10_000))

    decision = desk.send(quantity=D(50), account_equity=D(10_000))

    assert (decision.outcome, decision.reason) == ("RESIZED", "strategy_capital")
    assert desk.book.in_use["Trend"] <= 100_000
    assert desk.send(quantity=D(50), account_equity=D(10_000)).reason == "FULLY_DEPLOYED"


def test_capital_is_free_again_after_an_exit():
    desk = Desk(a_book(equity=1_000_000), percent=D(10))
    desk.send(account_equity=None)
    desk.send(signal_type="EXIT", action="SELL", quantity=None)

    assert desk.send(account_equity=None).outcome == "APPROVED"


def test_forex_uses_its_margin_of_the_capital():
    pair = a_contract("AUDNZD", type="FOREX")
    market = a_market(a_quote(contract=pair, ask="1.1", currency="NZD"), rates={"NZD": D("0.6")})
    decision = decided(a_signal(contract=pair, quantity=D(100_000), account_equity=D(50_000)), market=market)

    assert decision.orders[0].quantity == 100_000
    assert decision.orders[0].reserved_margin == 3300
    assert decision.legs[0].capital_per_unit == D("0.033")


def test_several_legs_shrink_by_one_factor():
    legs = (a_leg("SPY", quantity=D(1000)), a_leg("QQQ", quantity=D(500), action="SELL"))
    market = a_market(a_quote("SPY", ask=100), a_quote("QQQ", ask=200))

    decision = decided(a_signal(legs=legs), percent=D(100), market=market)

    assert [order.quantity for order in decision.orders] == [400, 200]
    assert decision.reason == "account_margin"


def test_a_position_is_never_worth_more_than_its_limit():
    limited = a_config(risk_limits=RiskLimits(max_position_size=D(30_000)))
    desk = Desk(a_book(equity=1_000_000), strategy=limited)
    first = desk.send(account_equity=None)

    assert (first.reason, first.orders[0].quantity) == ("max_position_size", 200)
    assert desk.send(account_equity=None).reason == "RISK_LIMIT"


def test_a_strategy_that_lost_its_days_limit_opens_nothing_and_still_closes():
    limited = a_config(risk_limits=RiskLimits(max_daily_loss=D(1000)))
    desk = Desk(a_book(), strategy=limited, day=a_day())
    desk.send()
    desk.but["day"] = a_day(realized=D(-400), unrealized=D(-600))

    assert desk.send().reason == "RISK_LIMIT"
    assert desk.send(signal_type="EXIT", action="SELL", quantity=None).outcome == "APPROVED"


def test_open_gains_excuse_no_loss():
    limited = a_config(risk_limits=RiskLimits(max_daily_loss=D(1000)))

    assert decided(strategy=limited, day=a_day(realized=D(-1000), unrealized=D(5000))).reason == "RISK_LIMIT"


def test_a_limited_strategy_waits_for_its_results():
    limited = a_config(risk_limits=RiskLimits(max_daily_loss=D(1000)))

    assert decided(strategy=limited).reason == "ACCOUNT_STATE_STALE"
    assert decided(strategy=limited, day=a_day(as_of=NOON - seconds(91))).reason == "ACCOUNT_STATE_STALE"


def test_rounding_to_whole_lots_is_shown_and_is_no_resizing():
    decision = decided(a_signal(account_equity=None), market=a_market(a_quote(ask="150.25")))

    assert decision.outcome == "APPROVED"
    lot = caps_of(decision)["lot"]
    assert (lot.asked.quantize(D("0.01")), lot.given) == (D("332.78"), 332)


def test_the_margin_of_each_kind_of_instrument():
    option = a_contract("GOOGL", type="OPTION", expiry="20270115", strike=D("140.5"), right="C")
    lots = an_instrument(contract=option, multiplier=D(100), initial_margin=D(3000))
    market = a_market(a_quote(contract=option, ask=5), instruments=[lots])

    bought = decided(a_signal(contract=option, quantity=D(2)), market=market)
    sold = decided(a_signal(contract=option, quantity=D(2), action="SELL"), market=market)

    assert bought.orders[0].reserved_margin == 500
    assert sold.orders[0].reserved_margin == 3000
    assert sold.legs[0].capital_per_unit == 3000


def test_a_leveraged_fund_takes_more_margin_but_never_more_than_its_value():
    market = a_market(a_quote("UPRO", ask=100), instruments=[an_instrument("UPRO", leverage=D(3))])

    assert decided(a_signal(instrument="UPRO"), market=market).orders[0].reserved_margin == 500


def test_a_short_option_without_a_known_margin_is_refused():
    option = a_contract("GOOGL", type="OPTION", expiry="20270115", strike=D("140.5"), right="C")
    decision = decided(a_signal(contract=option, action="SELL"), market=a_market(a_quote(contract=option, ask=5)))

    assert decision.reason == "UNSUPPORTED_INSTRUMENT"
