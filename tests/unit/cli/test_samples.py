"""The bundled scripts say what their names promise, in every generation of body."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mathematricks_cli.demo import SHARES
from mathematricks_cli.outgoing import Player
from mathematricks_cli.samples import Sample, bundled_samples
from signal_ingestion.domain.json_body import decode
from signal_ingestion.domain.parse import Parsed, parse

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAMPLES = [pytest.param(sample, id=sample.name) for sample in bundled_samples()]


def parsed(sample: Sample) -> list[Parsed]:
    player = Player("open", True, None, lambda: "fresh")
    return [parse(decode(player.fill(step, NOW).content).tree) for step in sample.steps]


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_body_is_understood_without_a_warning(sample):
    assert all(not each.warnings for each in parsed(sample))


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_body_is_about_a_contract_that_has_expired(sample):
    expiries = [leg.contract.expiry for each in parsed(sample) for leg in each.legs if leg.contract.expiry]

    assert all(expiry >= f"{NOW:%Y%m%d}" for expiry in expiries)


def test_together_they_cover_every_generation_and_every_kind_of_instrument():
    said = [each for sample in bundled_samples() for each in parsed(sample)]

    assert {each.provider for each in said} >= {"v1", "v1-options", "v1-legs", "v1-stop", "v2", "v2-options", "v3"}
    assert {leg.contract.type for each in said for leg in each.legs} == {"STOCK", "FOREX", "CRYPTO", "FUTURE", "OPTION"}
    assert {each.signal_type for each in said} == {None, "ENTRY", "EXIT", "SCALE_IN", "SCALE_OUT", "CANCEL"}


def test_the_demonstration_allots_capital_to_every_strategy_of_the_scripts():
    assert {name for sample in bundled_samples() for name in sample.strategies} == set(SHARES)
