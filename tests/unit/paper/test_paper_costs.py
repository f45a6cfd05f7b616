"""Commissions, latency and the venue's day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from execution.adapters.paper.engine.commissions import TARIFFS, Tariff, commission
from execution.adapters.paper.engine.matching import Depth
from execution.adapters.paper.settings import Latency
from execution.service import paper_settings_of
from execution.settings import Settings
from mathematricks.runtime.settings import Platform
from support.paper import STOCK, Bench, D


@pytest.mark.parametrize(
    ("kind", "quantity", "notional", "due"),
    [
        ("STOCK", 1, 150, "1.00"),
        ("STOCK", 1000, 150_000, "5.00"),
        ("FUTURE", 3, 795_000, "6.75"),
        ("OPTION", 2, 2_480, "1.30"),
        ("FOREX", 100_000, 84_120, "1.68"),
        ("CRYPTO", "0.1", 6_000, "6.00"),
    ],
)
def test_the_tariff(kind, quantity, notional, due):
    assert commission(TARIFFS[kind], D(quantity), D(notional), "USD") == D(due)


def test_commissions_are_rounded_half_to_even_to_the_cent_or_to_8_decimals_of_a_coin():
    tariff = Tariff(share=D("0.001"))

    assert commission(tariff, D(1), D("12.5"), "USD") == D("0.01")
    assert commission(tariff, D(1), D(35), "USD") == D("0.04")
    assert commission(tariff, D(1), D("0.00012345"), "BTC") == D("0.00000012")


def test_the_minimum_is_charged_once_per_order_and_fills_sum_to_the_order():
    bench = Bench(depth=Depth(step_bps=D(10), levels=3))
    bench.quote(STOCK, 100, 100, size=50)

    order = bench.submit(quantity=333)

    assert [fill.commission for fill in order.fills] == [D("1.00"), D("0.00"), D("0.66")]
    assert sum(fill.commission for fill in order.fills) == D("1.66")  # 1.665, half to even


def test_latency_is_the_same_for_the_same_order_and_within_its_bounds():
    latency = Latency(timedelta(milliseconds=5), timedelta(milliseconds=10), seed=7)

    assert latency.of("o1") == latency.of("o1") != latency.of("o2")
    assert timedelta(milliseconds=5) <= latency.of("o1") <= timedelta(milliseconds=15)
    assert Latency().of("o1") == timedelta(0)


def test_a_deployment_says_how_far_its_paper_venue_is_and_how_deep_its_book():
    platform = Platform(mongo_url="mongodb://nowhere", deployment_key="k" * 32)  # type: ignore[arg-type]
    told = {"paper_latency": timedelta(milliseconds=30), "paper_jitter": timedelta(0), "paper_slippage_bps": 5}

    settings = paper_settings_of(Settings(platform=platform, **told))  # type: ignore[arg-type]

    assert settings.latency.of("o1") == timedelta(milliseconds=30)
    assert settings.depth.distance("o1", 2) == D("0.0010")
