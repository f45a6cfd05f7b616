"""Rates by quotes, quotes worth believing, and the walk of a simulated market."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.adapters.reference import reference
from execution.domain.instruments import describe
from execution.domain.quotes import rate, unbelievable
from execution.domain.walk import Seed, option_premium, two_sided
from mathematricks.contracts.instruments import Contract
from support.execution import AAPL, NOON, a_quote

MIDS = {"EURUSD": Decimal("1.25"), "USDJPY": Decimal(160), "NZDUSD": Decimal("0.5")}


@pytest.mark.parametrize(
    ("currency", "base", "worth"),
    [("USD", "USD", "1"), ("EUR", "USD", "1.25"), ("USD", "EUR", "0.8"), ("NZD", "EUR", "0.4"), ("EUR", "JPY", "200")],
)
def test_rates_are_straight_inverted_or_over_the_dollar(currency: str, base: str, worth: str):
    assert rate(currency, base, MIDS.get) == Decimal(worth)


def test_a_currency_nobody_quotes_has_no_rate():
    assert rate("SEK", "USD", MIDS.get) is None
    assert rate("SEK", "EUR", MIDS.get) is None


@pytest.mark.parametrize(
    ("but", "says"),
    [
        ({}, None),
        ({"instrument": "MSFT"}, "key"),
        ({"currency": "EUR"}, "quoted in USD"),
        ({"bid": Decimal(151)}, "above ask"),
        ({"bid": Decimal(0)}, "above zero"),
        ({"ask": Decimal(10) ** 12}, "under"),
        ({"at": NOON + timedelta(hours=1)}, "future"),
        ({"bid_size": Decimal(10) ** 13}, "sizes"),
    ],
)
def test_a_posted_quote_must_be_believable(but: dict[str, Any], says: str | None):
    wrong = unbelievable(a_quote(**{"at": NOON} | but), describe(AAPL, reference()), NOON)

    assert wrong is None if says is None else says in (wrong or "")


def test_the_walk_begins_at_its_seed_is_the_same_everywhere_and_moves_little():
    instrument = describe(AAPL, reference())
    assert instrument is not None
    seed = Seed(Decimal(150), NOON)

    bid, ask = two_sided(instrument, seed, NOON)
    quotes = [two_sided(instrument, seed, NOON + timedelta(seconds=second)) for second in range(600)]

    assert bid < Decimal(150) < ask
    assert quotes == [two_sided(instrument, seed, NOON + timedelta(seconds=second)) for second in range(600)]
    assert len(set(quotes)) > 10
    assert all(bid < ask and bid % instrument.tick == 0 == ask % instrument.tick for bid, ask in quotes)
    steps = [abs(two[0] / one[0] - 1) for one, two in itertools.pairwise(quotes)]
    assert max(steps) < Decimal("0.0005")
    assert max(abs(bid / 150 - 1) for bid, _ in quotes) < Decimal("0.01")


def test_an_option_begins_at_its_worth():
    call = Contract(symbol="AAPL", type="OPTION", expiry="20270311", strike=Decimal(150), right="C")
    put = call.model_copy(update={"right": "P"})

    premium = option_premium(call, Decimal(150), NOON)

    assert premium is not None
    assert Decimal(17) < premium < Decimal(19)
    assert option_premium(put, Decimal(150), NOON) == premium
    assert option_premium(AAPL, Decimal(150), NOON) is None
