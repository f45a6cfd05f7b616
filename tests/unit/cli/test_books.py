"""Do the books balance? Every difference is named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import Contract
from mathematricks_cli.books import Keepers, balance, cash_effects
from support.accounts import ACCOUNT, an_execution

D = Decimal


def a_fill(number: int, side: str = "BUY", quantity: str = "10", price: str = "100", **but: Any) -> Execution:
    usual = {"execution_id": f"x{number}", "side": side, "quantity": D(quantity), "price": D(price)}
    return an_execution(**usual | {"commission": D(1)} | but)


def keepers(**but: Any) -> Keepers:
    """One account that bought 10 AAPL at 100 and on which everybody agrees."""
    usual = Keepers(
        account=ACCOUNT,
        venue_fills=frozenset({"x1"}),
        venue_positions={"AAPL": D(10)},
        venue_cash={"USD": D("8999")},
        executions=(a_fill(1),),
        booked_fills=frozenset({"x1"}),
        positions={"Momentum": {"AAPL": D(10)}},
        sub_ledgers={"Momentum": {"USD": D("-1001")}},
        state_cash={"USD": D("8999.00")},
        dashboard={"Momentum": {"AAPL": D("10.0")}},
        deposits={"USD": D(10_000)},
    )
    return replace(usual, **but)


def differences(**but: Any) -> list[str]:
    return [figure.what for figure in balance([keepers(**but)]).differences]


def test_books_on_which_everybody_agrees_balance():
    assert balance([keepers()]).balances


def test_a_position_that_the_venue_sees_otherwise_is_named():
    assert differences(venue_positions={"AAPL": D(9)}) == ["position AAPL"]


def test_a_position_that_a_strategy_or_the_dashboard_lacks_is_named():
    assert differences(positions={}) == ["position AAPL", "position AAPL of Momentum"]
    assert differences(dashboard={"Other": {"AAPL": D(10)}}) == ["position AAPL of Momentum", "position AAPL of Other"]


def test_cash_is_compared_between_venue_state_executions_and_sub_ledgers():
    assert differences(venue_cash={"USD": D("8999.01")}) == ["cash USD"]
    assert differences(sub_ledgers={"Momentum": {"USD": D("-1001"), "EUR": D(1)}}) == ["cash EUR"]


def test_fills_that_somebody_lacks_are_named():
    (lost,) = balance([keepers(venue_fills=frozenset({"x1", "x2"}))]).missing

    assert (lost.holder, lost.lacking, lost.ids) == ("venue", "executions", ("x2",))


def test_what_was_crossed_within_the_desk_is_not_missed_at_the_venue():
    crossed = a_fill(2, quantity="0.000001", price="0", commission=D(0), crossed=True)
    both = {"executions": (a_fill(1), crossed), "booked_fills": frozenset({"x1", "x2"})}

    assert balance([keepers(**both)]).missing == ()


def test_an_unbooked_fill_is_named():
    (lost,) = balance([keepers(booked_fills=frozenset())]).missing

    assert (lost.holder, lost.lacking, lost.ids) == ("executions", "account ledger", ("x1",))


def test_paid_in_full_moves_the_notional_and_a_future_only_its_result():
    gold = Contract(symbol="GC", type="FUTURE", expiry="20261229")
    fills = [
        a_fill(1, "BUY", "2", "4000", contract=gold, multiplier=D(100)),
        a_fill(2, "SELL", "2", "4010", contract=gold, multiplier=D(100)),
        a_fill(3, "SELL", "5", "20.5"),
    ]

    assert cash_effects(fills) == {"USD": D("2000") - 2 + D("102.5") - 1}
