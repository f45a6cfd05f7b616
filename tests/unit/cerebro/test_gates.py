"""What refuses an entry before its size, each with its word; exits pass (RULES 1, 3, 4, 5, 9)."""

from decimal import Decimal

import pytest
from cerebro.domain.inputs import Allotted, Market
from cerebro.domain.policy import Policy
from support.cerebro import Desk, a_book, a_config, a_market, a_quote, an_instrument, an_update, decided, seconds
from support.signals import NOON, a_contract, a_signal

D = Decimal


def test_an_unknown_strategy():
    decision = decided(strategy=None)

    assert (decision.outcome, decision.reason) == ("REFUSED", "STRATEGY_UNKNOWN")
    assert decision.account is None


def test_an_inactive_strategy_opens_nothing_and_closes_with_a_warning():
    desk = Desk()
    desk.send()
    desk.but["strategy"] = a_config(status="INACTIVE")

    assert desk.send().reason == "STRATEGY_INACTIVE"
    closed = desk.send(signal_type="EXIT", action="SELL", quantity=None)
    assert closed.outcome == "APPROVED"
    assert "inactive" in closed.warnings[0]


def test_an_entry_older_than_fifteen_minutes_is_stale():
    seen_late = a_book(as_of=NOON + seconds(900))

    assert decided(now=NOON + seconds(900), book=seen_late).outcome == "APPROVED"
    assert decided(now=NOON + seconds(901), book=seen_late).reason == "STALE"


def test_an_exit_never_expires():
    desk = Desk()
    desk.send()
    desk.but["now"] = NOON + seconds(100_000)

    late = desk.send(signal_type="EXIT", action="SELL", quantity=None)

    assert (late.outcome, desk.held()) == ("APPROVED", 0)
    assert "late" in late.warnings[0]


def test_account_state_older_than_ninety_seconds_refuses_entries():
    assert decided(now=NOON + seconds(90)).outcome == "APPROVED"
    assert decided(now=NOON + seconds(91)).reason == "ACCOUNT_STATE_STALE"


def test_an_account_nobody_has_seen_refuses_entries():
    assert decided(book=a_book(an_update("paper:Other"))).reason == "ACCOUNT_STATE_STALE"


def test_without_any_active_allocation_the_fallback_is_five_per_cent():
    decision = decided(a_signal(account_equity=None), allotted=Allotted())

    assert decision.grounds.capital == 5000


@pytest.mark.parametrize("percent", [None, D(0)])
def test_an_active_allocation_that_gives_nothing_refuses(percent):
    assert decided(allotted=Allotted("a1", percent)).reason == "NO_ALLOCATION"


def test_capital_counts_the_equity_of_all_accounts_of_the_mode():
    book = a_book(an_update(equity=100_000), an_update("paper:Other", equity=50_000))

    assert decided(book=book, percent=D(10)).grounds.capital == 15_000


def test_an_account_in_another_currency_is_converted():
    book = a_book(an_update(rates={"EUR": D("1.2")}), an_update("paper:Other", equity=50_000, base_currency="EUR"))

    assert decided(book=book, percent=D(10)).grounds.capital == 16_000


def test_an_unknown_instrument():
    assert decided(market=Market()).reason == "UNSUPPORTED_INSTRUMENT"


def test_an_expired_instrument():
    gold = a_contract("GC", type="FUTURE", expiry="20251229")

    assert decided(a_signal(contract=gold)).reason == "INSTRUMENT_EXPIRED"


def test_a_market_order_into_a_closed_market_is_refused_and_a_limit_order_waits():
    closed = a_market(closed=("AAPL",))

    assert decided(market=closed).reason == "MARKET_CLOSED"
    waiting = decided(a_signal(order_type="LIMIT"), market=closed).orders[0]
    assert waiting.valid_until is None


def test_a_market_entry_needs_a_quote():
    bare = Market(instruments={"AAPL": an_instrument()})

    assert decided(market=bare).reason == "NO_QUOTE"
    assert decided(a_signal(order_type="LIMIT", price=D(100)), market=bare).orders[0].limit_price == 100


def test_a_limit_entry_needs_a_price():
    assert decided(a_signal(order_type="LIMIT", price=None)).reason == "INVALID_PRICE"


def test_a_currency_without_a_rate_is_refused():
    decision = decided(a_signal(instrument="BMW"), market=a_market(a_quote("BMW", currency="EUR")))

    assert decision.reason == "NO_QUOTE"


def test_a_coin_cannot_be_sold_short():
    decision = decided(a_signal(instrument="BTC/USD", action="SELL"), market=a_market(a_quote("BTC/USD", ask=30_000)))

    assert decision.reason == "UNSUPPORTED_INSTRUMENT"


def live(**but):
    book = a_book(an_update("IBKR_Main"), portfolio="live")
    usual = {"strategy": a_config(trading_mode="LIVE"), "policy": Policy(allow_live=True)}
    stock = a_market(a_quote(), instruments=[an_instrument(leverage=D(1))])
    return decided(book=book, **usual | {"market": stock} | but)


def test_live_trades_on_the_account_itself():
    order = live().orders[0]

    assert (order.account, order.mode, order.portfolio) == ("IBKR_Main", "LIVE", "live")


def test_live_needs_the_deployment_to_say_so():
    assert live(policy=Policy()).reason == "LIVE_NOT_ALLOWED"


def test_live_needs_an_account_known_to_be_live():
    assert live(strategy=a_config(trading_mode="LIVE", account="Nowhere")).reason == "LIVE_NOT_ALLOWED"


def test_live_refuses_a_stock_of_unknown_leverage():
    assert live(market=a_market()).reason == "UNSUPPORTED_INSTRUMENT"


def test_paper_trades_on_the_twin():
    order = decided().orders[0]

    assert (order.account, order.mode, order.portfolio) == ("paper:IBKR_Main", "PAPER", "paper")


def test_testing_trades_on_paper():
    assert decided(strategy=a_config(status="TESTING", trading_mode="LIVE")).orders[0].account == "paper:IBKR_Main"


def test_protection_travels_with_the_entry():
    order = decided(a_signal(stop_loss=D(140), take_profit=D(170))).orders[0]

    assert (order.stop_loss, order.take_profit) == (140, 170)
