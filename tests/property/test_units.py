"""Clients' units: everyone earns the fund's return over their days, and their capital is the fund."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

import pytest
from dashboard_processor.domain.roi import Mark, annualized, by_month, by_year, compounded, performance, stretches
from hypothesis import given
from hypothesis import strategies as st
from mathematricks.accounting.units import (
    CENT,
    HOUSE,
    TooMuch,
    Trade,
    Unpriceable,
    after,
    capital,
    deposit,
    opening,
    total_units,
    unit_price,
    withdrawal,
)

DAYS = 5 * 365
START = datetime(2020, 1, 1, tzinfo=UTC)
CLIENTS = [f"client-{n}" for n in range(10)]


class Fund:
    """A fund that lives day by day, keeping what a ledger and a strike would."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.nav, self.units = Decimal(1_000_000), {HOUSE: opening(Decimal(1_000_000))}
        self.growth: list[float] = []
        self.marks: dict[str, list[Mark]] = {client: [] for client in CLIENTS}

    def trade(self, client: str, trade: Trade, sign: int, day: int) -> None:
        price = unit_price(self.nav, total_units(self.units))
        self.units, self.nav = after(self.units, client, trade), self.nav + sign * trade.amount
        assert abs(unit_price(self.nav, total_units(self.units)) / price - 1) < Decimal("1e-18")
        self.mark(client, day)

    def flow(self, client: str, day: int) -> None:
        shown = capital(self.units, self.nav).get(client, Decimal(0))
        wish = self.rng.random()
        if shown and wish < 0.15:
            self.trade(client, withdrawal(self.units, self.nav, client, shown if wish < 0.07 else None), -1, day)
            assert self.units[client] == 0
        elif shown and wish < 0.5:
            amount = max(CENT, (shown * Decimal(repr(self.rng.random()))).quantize(CENT, ROUND_DOWN))
            self.trade(client, withdrawal(self.units, self.nav, client, amount), -1, day)
        else:
            amount = Decimal(self.rng.randint(1, 20_000_000)) / 100
            self.trade(client, deposit(self.units, self.nav, client, amount), 1, day)

    def live(self, day: int) -> None:
        growth = 1 + self.rng.gauss(0.0003, 0.01)
        self.growth.append(growth)
        self.nav *= Decimal(repr(growth))
        for client in CLIENTS:
            self.mark(client, day)

    def mark(self, client: str, day: int) -> None:
        price = unit_price(self.nav, total_units(self.units))
        self.marks[client].append(Mark(START + timedelta(days=day), price, self.units.get(client, Decimal(0))))

    def earned_while_held(self, client: str) -> float:
        """Return the fund's own growth over the days that *client* held units in, from the raw daily growths."""
        product, held = 1.0, Decimal(0)
        last_of_day = {mark.at: mark.held for mark in self.marks[client]}
        for day, growth in enumerate(self.growth, start=1):
            product *= growth if held > 0 else 1.0
            held = last_of_day.get(START + timedelta(days=day), held)
        return product - 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_clients_with_200_flows_earn_the_funds_return_over_their_days_and_own_all_of_it(seed: int) -> None:
    fund = Fund(seed)
    flow_days = sorted(fund.rng.sample(range(1, DAYS), 200))

    for day in range(1, DAYS):
        fund.live(day)
        if day in flow_days:
            fund.flow(fund.rng.choice(CLIENTS), day)
        shares = capital(fund.units, fund.nav)
        assert sum(shares.values()) == fund.nav.quantize(CENT, ROUND_DOWN)
        assert min(shares.values()) >= 0

    for client in CLIENTS:
        own = compounded(stretch.growth for stretch in stretches(fund.marks[client]))
        assert abs(float(own) - fund.earned_while_held(client)) < 1e-9


cents = st.integers(1, 10**13).map(lambda n: Decimal(n) / 100)


@given(nav=cents, held=st.lists(cents, min_size=1, max_size=6))
def test_whoever_withdraws_exactly_the_capital_shown_gets_it_and_holds_nothing(nav: Decimal, held: list[Decimal]):
    units = {HOUSE: opening(nav), **{f"client-{n}": each for n, each in enumerate(held)}}
    shown = capital(units, nav)["client-0"]

    asked, told_everything = withdrawal(units, nav, "client-0", shown), withdrawal(units, nav, "client-0", None)

    assert asked == told_everything
    assert asked.amount == shown
    assert after(units, "client-0", asked)["client-0"] == 0
    with pytest.raises(TooMuch) as refused:
        withdrawal(units, nav, "client-0", shown + CENT)
    assert refused.value.args == (shown,)


@given(nav=cents, held=st.lists(cents, min_size=2, max_size=8))
def test_capital_is_the_fund_to_the_cent_and_nobody_is_a_cent_away_from_ones_part(nav: Decimal, held: list[Decimal]):
    units = {f"client-{n}": each for n, each in enumerate(held)}

    shares = capital(units, nav)

    assert sum(shares.values()) == nav.quantize(CENT, ROUND_DOWN)
    for client, share in shares.items():
        assert abs(share - units[client] * nav / total_units(units)) < CENT


def test_between_equal_remainders_the_house_gets_the_cent() -> None:
    assert capital({"ann": Decimal(1), HOUSE: Decimal(1)}, Decimal("0.01")) == {"ann": 0, HOUSE: CENT}


def test_units_of_a_fund_that_is_worth_nothing_have_no_price() -> None:
    with pytest.raises(Unpriceable):
        deposit({"ann": Decimal(1)}, Decimal(0), "bob", Decimal(100))


def test_months_and_years_compound_to_the_return_since_inception() -> None:
    rng = random.Random(7)
    marks, price = [], Decimal(1000)
    for day in range(DAYS):
        marks.append(Mark(START + timedelta(days=day), price, Decimal(1)))
        price *= Decimal(repr(1 + rng.gauss(0.0003, 0.01)))
    grown = stretches(marks)
    months = by_month(grown)

    for table in (months, by_year(months)):
        whole = compounded(each + 1 for each in table.values())
        assert abs(whole - compounded(stretch.growth for stretch in grown)) < Decimal("1e-20")
    assert len(months) == 60


def test_nothing_is_annualized_under_a_year_and_days_without_capital_do_not_count() -> None:
    marks = [Mark(START, Decimal(100), Decimal(1)), Mark(START + timedelta(days=364), Decimal(110), Decimal(0))]
    longer = [*marks, Mark(START + timedelta(days=900), Decimal(50), Decimal(2))]

    assert performance(stretches(marks), START).annualized is None
    assert performance(stretches(longer), START).total == Decimal("10.00")
    assert annualized(Decimal("0.21"), timedelta(days=730)) == pytest.approx(Decimal("0.1"), abs=Decimal("1e-12"))
