"""What is measured, how near its threshold it is, and when the kill switch fires by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.controls.triggers import (
    USUAL,
    Reading,
    Standing,
    lifts,
    marked,
    moved,
    readings,
    rejects,
    triggers_of,
)
from mathematricks.contracts.controls import ScopedTriggers, SetTriggers, Triggers
from mathematricks.contracts.orders import Attempt
from pydantic import ValidationError
from support.controls import DESK, a_switch, on_account, on_strategy, some_controls
from support.execution import NOON, a_record

D = Decimal


def measured(triggers: dict[str, Any], **standing: Any) -> dict[str, Reading]:
    return {reading.name: reading for reading in readings(Triggers(**triggers), Standing(**standing))}


@pytest.mark.parametrize(
    ("name", "standing", "share"),
    [
        ("drawdown", {"from_peak": D(50), "at_peak": D(1000)}, "0.05"),
        ("day_loss", {"today": D(50), "at_open": D(1000)}, "0.05"),
        ("margin", {"margin": D(50), "equity": D(1000)}, "0.05"),
        ("drift", {"drift": D(50), "equity": D(1000)}, "0.05"),
        ("rejects", {"sent": 40, "rejected": 2}, "0.05"),
        ("cvar", {"cvar": D("0.05")}, "0.05"),
    ],
)
def test_each_trigger_measures_its_share(name: str, standing: dict[str, Any], share: str):
    found = measured({name: D("0.1")}, **standing)

    assert found[name].measured == D(share)
    assert list(found) == [name]


@pytest.mark.parametrize(
    ("share", "level"), [("0.079", "calm"), ("0.08", "warning"), ("0.095", "critical"), ("0.1", "fire"), ("2", "fire")]
)
def test_a_threshold_warns_at_80_is_critical_at_95_and_fires_at_100_per_cent(share: str, level: str):
    assert Reading("margin", D(share), D("0.1")).level == level


def test_what_is_not_set_or_not_known_says_nothing():
    assert measured({}, from_peak=D(500), at_peak=D(1000), sent=100, rejected=100, cvar=D(1)) == {}
    assert measured({"drawdown": D("0.1"), "stale": 5, "cvar": D("0.1")}) == {}


def test_few_orders_say_nothing_about_rejects():
    assert measured({"rejects": D("0.1"), "rejects_of": 10}, sent=9, rejected=9) == {}


def test_gains_are_no_losses_and_of_nothing_anything_is_too_much():
    assert measured({"day_loss": D("0.1")}, today=D(-500), at_open=D(1000))["day_loss"].level == "calm"
    assert measured({"margin": D("0.1")}, margin=D(1), equity=D(0))["margin"].level == "fire"
    assert measured({"margin": D("0.1")}, margin=D(0), equity=D(-5))["margin"].level == "calm"


def test_silence_is_measured_in_seconds():
    assert measured({"stale": 60}, silence=timedelta(seconds=60))["stale"].level == "fire"
    assert measured({"stale": 60}, silence=timedelta(seconds=50))["stale"].level == "warning"


def test_margin_is_always_watched_and_only_another_threshold_takes_its_place():
    drawdown, margin = Triggers(mode="flatten", drawdown=D("0.2")), Triggers(mode="reduce_only", margin=D("0.6"))
    set_ = {DESK: drawdown, on_account("paper:B"): margin}
    controls = some_controls(triggers=tuple(ScopedTriggers(scope=of, triggers=own) for of, own in set_.items()))

    assert triggers_of(controls, DESK) == (drawdown, USUAL)
    assert triggers_of(controls, on_account("paper:A")) == (USUAL,)
    assert triggers_of(controls, on_account("paper:B")) == (margin,)
    assert triggers_of(controls, on_strategy("momentum")) == ()


@pytest.mark.parametrize(
    ("scope", "trigger"),
    [
        (on_strategy("momentum"), {"margin": "0.4"}),
        (on_strategy("momentum"), {"drift": "0.1"}),
        (on_strategy("momentum"), {"stale": 60}),
        (on_account("paper:A"), {"cvar": "0.02"}),
    ],
)
def test_a_trigger_that_could_never_fire_is_refused(scope: Any, trigger: dict[str, Any]):
    with pytest.raises(ValidationError, match=f"{next(iter(trigger))}: is measured of the desk"):
        SetTriggers.model_validate({"scope": scope.model_dump(), "triggers": trigger})


def test_marks_keep_the_peak_and_open_each_day_anew():
    first = marked(None, (DESK, "PAPER"), D(100), NOON)
    higher = marked(first, (DESK, "PAPER"), D(120), NOON + timedelta(hours=1))
    lower = marked(higher, (DESK, "PAPER"), D(90), NOON + timedelta(hours=2))
    next_day = marked(lower, (DESK, "PAPER"), D(95), NOON + timedelta(days=1))

    assert (lower.peak, lower.day_open) == (120, 100)
    assert (next_day.peak, next_day.day_open) == (120, 95)
    assert (moved(first, higher), moved(higher, lower), moved(lower, next_day)) == (True, False, True)


@pytest.mark.parametrize(
    ("by", "mode", "share", "lifted"),
    [
        ("trigger:margin", "freeze_entries", "0.37", True),
        ("trigger:margin", "freeze_entries", "0.39", False),
        ("trigger:margin", "flatten", "0.1", False),
        ("trigger:drawdown", "freeze_entries", "0.1", False),
        ("ann", "freeze_entries", "0.1", False),
    ],
)
def test_only_a_freeze_that_margin_caused_lifts_by_itself(by: str, mode: Any, share: str, lifted: bool):
    switch = a_switch(DESK, mode, fired_by=by)

    assert lifts(switch, Reading("margin", D(share), D("0.4"))) is lifted


def test_rejects_are_counted_by_attempt_within_the_window():
    def attempt(number: int, minutes: int, outcome: Any) -> Attempt:
        begun = NOON - timedelta(minutes=minutes)
        return Attempt(number=number, client_order_id=f"o.{number}", quantity=D(1), begun_at=begun, outcome=outcome)

    order = a_record(attempts=(attempt(1, 9, "REJECTED"), attempt(2, 3, "REJECTED"), attempt(3, 1, "FILLED")))

    assert rejects([order], NOON - timedelta(minutes=5)) == (2, 1)
