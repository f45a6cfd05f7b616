"""``prove-once``: what is sent ten times happens once, and the judge would see it if it did not (RULES 1, 6)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from mathematricks_cli.__main__ import app
from mathematricks_cli.mongod import MongodMissing, find_mongod
from mathematricks_cli.proving import PARTS, TEN, Effects
from typer.testing import CliRunner

ONCE = Effects("parallel", TEN, TEN, names=1, signals=1, decisions=1, orders=1, at_venue=1, filled=Decimal(1))


def test_an_alert_sent_ten_times_happens_once_in_every_part():
    try:
        find_mongod()
    except MongodMissing as missing:
        pytest.skip(f"NOT RUN: {missing}")

    ran = CliRunner().invoke(app, ["prove-once", "--json"])

    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert {each["part"] for each in told} == set(PARTS)
    assert [(each["answered"], each["effects"]) for each in told] == [(TEN, 1)] * len(PARTS), told
    assert ran.exit_code == 0


@pytest.mark.parametrize("stage", ["names", "signals", "decisions", "orders", "at_venue"])
def test_what_happened_twice_at_any_stage_is_two_effects(stage: str):
    doubled = replace(ONCE, **{stage: 2})

    assert (ONCE.effects, ONCE.good) == (1, True)
    assert (doubled.effects, doubled.good) == (2, False)


def test_an_alert_that_was_filled_twice_or_not_answered_is_no_proof():
    assert not replace(ONCE, filled=Decimal("1.5")).good
    assert replace(ONCE, filled=Decimal(0)).effects == 0
    assert not replace(ONCE, answered=TEN - 1).good
