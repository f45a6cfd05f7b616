"""Positions at average cost: partial exits, reversals, shorts, multipliers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from mathematricks.accounting.position import FLAT, Position, Unbookable, apply_fill, fold
from support.accounts import an_execution


def held(*fills: tuple[str, object, object], multiplier: object = 1) -> Position:
    return fold(an_execution(side=side, quantity=q, price=p, multiplier=multiplier) for side, q, p in fills)


def test_buying_more_averages_the_price() -> None:
    position = held(("BUY", 100, "10.00"), ("BUY", 300, "12.00"))

    assert position.quantity == 400
    assert position.average_price == Decimal("11.5")
    assert position.realized_pnl == 0


def test_a_partial_sale_realizes_its_share_and_keeps_the_average() -> None:
    position = held(("BUY", 100, "10.00"), ("SELL", 40, "13.00"))

    assert position.quantity == 60
    assert position.average_price == Decimal("10")
    assert position.realized_pnl == Decimal(120)


def test_a_sale_beyond_the_position_reverses_through_zero() -> None:
    position = held(("BUY", 100, "10.00"), ("SELL", 150, "12.00"))

    assert position.quantity == -50
    assert position.average_price == Decimal(12)
    assert position.realized_pnl == Decimal(200)


def test_a_short_gains_when_it_is_bought_back_lower() -> None:
    position = held(("SELL", 100, "20.00"), ("BUY", 100, "15.00"))

    assert position.quantity == 0
    assert position.realized_pnl == Decimal(500)
    assert position.average_price == 0


def test_a_short_bought_back_beyond_itself_becomes_long() -> None:
    position = held(("SELL", 10, "20.00"), ("BUY", 25, "22.00"))

    assert position.quantity == 15
    assert position.average_price == Decimal(22)
    assert position.realized_pnl == Decimal(-20)


def test_the_multiplier_scales_the_result_and_not_the_average_price() -> None:
    position = held(("BUY", 2, "2650.10"), ("SELL", 1, "2655.10"), multiplier=100)

    assert position.realized_pnl == Decimal("500")
    assert position.average_price == Decimal("2650.10")


def test_a_negative_price_is_a_price() -> None:
    position = held(("BUY", 1, "-37.63"), ("SELL", 1, "10.01"), multiplier=1000)

    assert position.realized_pnl == Decimal("47640")


def test_closing_in_thirds_loses_nothing_to_rounding() -> None:
    position = held(("BUY", 3, "3.34"), ("SELL", 1, "3.33"), ("SELL", 1, "3.33"), ("SELL", 1, "3.33"))

    assert position.cost == 0
    assert position.realized_pnl == Decimal("-0.03")


def test_a_duplicate_fill_counts_once() -> None:
    fill = an_execution(quantity=7)

    assert fold([fill, fill, fill]).quantity == 7


def test_thirty_four_digits_survive_to_the_last() -> None:
    fill = an_execution(quantity="98765432.12345678", price="98765432.1098765431")

    position = apply_fill(FLAT, fill)

    assert position.cost == Decimal("9754610581191890.469532083408657218")


def test_a_sale_of_thirty_four_digits_is_not_rounded_either() -> None:
    sale = an_execution(side="SELL", quantity="1234567890123456.789012345678901234", price=1)

    assert apply_fill(FLAT, sale).quantity == Decimal("-1234567890123456.789012345678901234")


def test_a_figure_that_could_not_be_stored_exactly_is_refused() -> None:
    with pytest.raises(Unbookable):
        apply_fill(FLAT, an_execution(quantity="1e12", price="1e12"))
