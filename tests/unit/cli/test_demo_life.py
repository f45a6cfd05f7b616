"""The demonstration's made-up histories: for good, of three years, with the character they are given."""

from __future__ import annotations

import statistics
from datetime import date, timedelta

import pytest
from mathematricks_cli.demo import SHARES
from mathematricks_cli.demo_life import CHARACTER, DAYS, HABITS, history_of

TODAY = date(2026, 11, 20)


def returns(strategy: str, until: date = TODAY) -> dict[str, float]:
    _, *rows = history_of(strategy, until).splitlines()
    return {day: float(value) for day, value in (row.split(",") for row in rows)}


def test_every_strategy_of_the_demonstration_has_a_character_and_what_trades_is_one_of_them():
    assert set(CHARACTER) == set(SHARES)
    assert {habit.strategy for habit in HABITS} <= set(SHARES)


@pytest.mark.parametrize("strategy", CHARACTER)
def test_a_history_is_three_years_of_weekdays_that_never_change(strategy: str):
    today, later = returns(strategy), returns(strategy, TODAY + timedelta(days=30))

    common = today.keys() & later.keys()
    assert DAYS - 5 <= len(today) <= DAYS + 5
    assert len(common) > DAYS - 30
    assert all(today[day] == later[day] for day in common)


@pytest.mark.parametrize("strategy", CHARACTER)
def test_a_history_has_the_volatility_it_is_given(strategy: str):
    _, volatility, _ = CHARACTER[strategy]

    assert statistics.pstdev(returns(strategy).values()) * 252**0.5 == pytest.approx(volatility, rel=0.15)
