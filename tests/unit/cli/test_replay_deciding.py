"""Deciding again: the same to the last byte, and with another limit exactly what it changes."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from cerebro.domain.decision import decide, decision_text
from cerebro.domain.inputs import inputs_text
from cerebro.domain.policy import Policy
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.replay.deciding import Recorded, differences, policy_with, verify
from support.cerebro import a_book, inputs_for
from support.signals import a_signal

D = Decimal
DICE = random.Random(5)


def some_inputs():
    """Inputs of entries of all sizes into accounts with all kinds of room."""
    for number in range(200):
        signal = a_signal(external_id=f"x{number}", quantity=D(DICE.randint(1, 900)), account_equity=D(100_000))
        yield inputs_for(signal, a_book(initial_margin=D(DICE.randint(0, 45_000))), percent=D(100))


INPUTS = list(some_inputs())
RECORDED = [Recorded(str(number), inputs_text(one), decision_text(decide(one))) for number, one in enumerate(INPUTS)]


def test_with_the_same_code_and_limits_every_decision_is_the_same_to_the_last_byte() -> None:
    assert all(one.same for one in verify(RECORDED, {}, {}))


def test_another_limit_shows_exactly_the_decisions_that_it_changes() -> None:
    lower = Policy(margin_limit=D("0.3"))
    changed = {
        str(number)
        for number, one in enumerate(INPUTS)
        if decide(replace(one, policy=lower)).orders != decide(one).orders
    }

    found = verify(RECORDED, {}, {"margin_limit": "0.3"})

    assert {one.decision_id for one in found if not one.same} == changed
    assert 0 < len(changed) < len(INPUTS)
    smaller = next(one for one in found if one.differences)
    assert all(each.recorded != each.now for each in smaller.differences)


def test_a_record_that_was_tampered_with_is_found() -> None:
    forged = replace(RECORDED[0], output=RECORDED[0].output.replace('"strategy_seq":1', '"strategy_seq":2'))

    (found,) = verify([forged], {}, {})

    assert [(each.field, each.recorded, each.now) for each in found.differences] == [("strategy_seq", 2, 1)]


def test_inputs_that_cannot_be_read_are_told_and_the_others_decided() -> None:
    broken, good = verify([replace(RECORDED[0], inputs="{}"), RECORDED[1]], {}, {})

    assert broken.failure is not None
    assert good.same


def test_fields_that_come_or_go_are_differences_too() -> None:
    found = differences('{"a":{"b":1},"c":[1,2]}', '{"a":{},"c":[1,3],"d":null}')

    assert [(each.field, each.recorded, each.now) for each in found] == [
        ("a.b", 1, None),
        ("c[1]", 2, 3),
        ("a", None, {}),
    ]


@pytest.mark.parametrize("limit", [{"no_such": "1"}, {"margin_limit": "much"}, {"allow_live": "maybe"}])
def test_a_limit_that_is_none_is_explained(limit: dict[str, str]) -> None:
    with pytest.raises(OperatorFault):
        policy_with(Policy(), limit)
