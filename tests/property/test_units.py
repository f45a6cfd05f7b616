"""Clients' units: everyone earns the fund's return, and their capital is the fund."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

import pytest
from account_data.domain.units import CENT, HOUSE, after_flow, capital, unit_price
from dashboard_processor.domain.roi import by_month, by_year, since_inception

DAYS = 5 * 365
START = date(2020, 1, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ten_clients_with_200_flows_earn_the_funds_return_and_own_all_of_it(seed: int) -> None:
    rng = random.Random(seed)
    clients = [HOUSE, *(f"client-{n}" for n in range(9))]
    flow_days = set(rng.sample(range(1, DAYS), 200 - len(clients)))
    nav, units = Decimal(0), dict[str, Decimal]()
    for client in clients:
        units, nav = after_flow(units, nav, client, Decimal(100_000)), nav + 100_000
    fund, own = 1.0, dict.fromkeys(clients, 1.0)
    before = dict.fromkeys(clients, 100_000.0)
    for day in range(1, DAYS):
        growth = Decimal(repr(rng.gauss(0.0003, 0.01))) + 1
        nav, fund = nav * growth, fund * float(growth)
        price = unit_price(nav, units)
        for client in clients:
            own[client] *= float(units[client] * price) / before[client]
        if day in flow_days:
            client = rng.choice(clients)
            worth = units[client] * price
            amount = (worth * Decimal(repr(rng.uniform(-0.9, 1.5)))).quantize(CENT, ROUND_DOWN)
            units, nav = after_flow(units, nav, client, amount), nav + amount
        shares = capital(units, nav)
        assert sum(shares.values()) == nav.quantize(CENT, ROUND_DOWN)
        before = {client: float(units[client] * unit_price(nav, units)) for client in clients}
    assert all(abs(own[client] - fund) < 1e-9 for client in clients)


def test_a_withdrawal_beyond_what_is_held_is_refused() -> None:
    with pytest.raises(ValueError, match="too few units"):
        after_flow({"ann": Decimal(1), HOUSE: Decimal(9)}, Decimal(10_000), "ann", Decimal("-1000.01"))


def test_months_and_years_compound_to_the_return_since_inception() -> None:
    rng = random.Random(7)
    prices, price = {}, Decimal(1000)
    for day in range(DAYS):
        prices[START + timedelta(days=day)] = price
        price *= Decimal(repr(1 + rng.gauss(0.0003, 0.01)))
    for table in (by_month(prices), by_year(prices)):
        grown = Decimal(1)
        for value in table.values():
            grown *= 1 + value
        assert abs(grown - 1 - since_inception(prices)) < Decimal("1e-20")
    assert len(by_month(prices)) == 60
