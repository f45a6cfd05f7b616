"""What a contract is worth per point, by the table and by the rules of its type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from execution.adapters.reference import first_prices, reference
from execution.domain.instruments import describe, has_expired
from mathematricks.contracts.instruments import Contract
from support.execution import NOON


def a_contract(**but: Any) -> Contract:
    return Contract(**{"symbol": "AAPL", "type": "STOCK"} | but)


@pytest.mark.parametrize(
    ("root", "multiplier", "tick"),
    [("GC", 100, "0.10"), ("SI", 5000, "0.005"), ("CL", 1000, "0.01"), ("NG", 10000, "0.001"), ("ES", 50, "0.25")],
)
def test_a_future_stands_in_the_table(root: str, multiplier: int, tick: str):
    found = describe(a_contract(symbol=root, type="FUTURE", expiry="20261229"), reference())

    assert found is not None
    assert (found.multiplier, found.tick, found.currency, found.calendar) == (multiplier, Decimal(tick), "USD", "cme")
    assert found.initial_margin is not None
    assert found.instrument == f"{root}-20261229"


def test_what_cannot_be_traded_is_not_described():
    for contract in (
        a_contract(symbol="XX", type="FUTURE", expiry="20261229"),
        a_contract(symbol="GC", type="FUTURE"),
        a_contract(symbol="Primary Ticker"),
        a_contract(symbol="EURUS", type="FOREX"),
        a_contract(symbol="USDUSD", type="FOREX"),
        a_contract(symbol="BTC", type="CRYPTO"),
        a_contract(type="OPTION", expiry="20270115"),
        a_contract(type="OPTION", expiry="20271315", strike=Decimal(140), right="C"),
    ):
        assert describe(contract, reference()) is None


def test_a_pair_is_priced_in_its_last_three_letters():
    cross, yen = (describe(a_contract(symbol=pair, type="FOREX"), reference()) for pair in ("AUDNZD", "USDJPY"))

    assert cross is not None
    assert yen is not None
    assert (cross.currency, cross.lot, cross.tick) == ("NZD", Decimal(1), Decimal("0.00001"))
    assert (yen.currency, yen.tick) == ("JPY", Decimal("0.001"))


def test_coins_come_in_hundred_millionths_and_options_in_hundreds():
    coin = describe(a_contract(symbol="BTC/USD", type="CRYPTO"), reference())
    option = describe(a_contract(type="OPTION", expiry="20270115", strike=Decimal("140.5"), right="C"), reference())

    assert coin is not None
    assert option is not None
    assert (coin.lot, coin.currency) == (Decimal("0.00000001"), "USD")
    assert (option.multiplier, option.instrument) == (Decimal(100), "AAPL-20270115-C-140.5")


def test_the_leverage_of_a_fund_is_known_or_it_is_not():
    factors = {symbol: describe(a_contract(symbol=symbol), reference()) for symbol in ("UPRO", "TLT", "ZZZZ")}

    assert [found.leverage for found in factors.values() if found] == [3, 1, None]


def test_a_contract_expires_when_its_day_is_over():
    today = a_contract(symbol="GC", type="FUTURE", expiry="20260311")
    yesterday = a_contract(symbol="GC", type="FUTURE", expiry="20260310")

    assert not has_expired(today, NOON)
    assert has_expired(yesterday, NOON)
    assert not has_expired(a_contract(), NOON)


def test_every_root_of_the_table_has_a_first_price():
    _, futures = first_prices()

    assert set(futures) == set(reference().futures)
