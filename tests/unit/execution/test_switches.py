"""The kill switch: fired by one, driven on by anyone, re-armed by two, neither of whom approves their own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.controls.flattening import to_cancel
from execution.domain.controls.switches import (
    DRILL_STRATEGY,
    NotAllowed,
    approve_rearm,
    ask_rearm,
    entry_refusal,
    fire,
    fired_for,
    in_force,
)
from mathematricks.contracts.controls import Controls, Fire, Rearm, Scope
from support.controls import DESK, a_switch, on_account, on_strategy, some_controls
from support.execution import ACCOUNT, NOON, a_record, an_order

HERE = on_account(ACCOUNT)


def fired(mode: Any = "freeze_entries", scope: Scope = DESK, by: str = "ann", **but: Any) -> Controls:
    done = fire(some_controls(), Fire(scope=scope, mode=mode, reason="a test", **but), by, NOON)
    assert isinstance(done, Controls)
    return done


def asked(controls: Controls, by: str, scope: Scope = DESK) -> Controls:
    done = ask_rearm(controls, Rearm(scope=scope), by, NOON)
    assert isinstance(done, Controls)
    return done


def test_firing_puts_a_mode_in_force_under_the_next_generation():
    controls = fired("flatten")

    switch = in_force(controls, ACCOUNT, "momentum")
    assert switch is not None
    assert (switch.mode, switch.generation, controls.generation) == ("flatten", 1, 1)
    assert entry_refusal(controls, ACCOUNT, "momentum") == "KILL_SWITCH: flatten is in force for the desk: a test"


def test_the_hardest_switch_that_covers_an_order_holds_and_others_do_not():
    switches = (a_switch(), a_switch(HERE, "reduce_only"), a_switch(on_strategy("other"), "flatten"))
    controls = some_controls(switches=switches)

    assert in_force(controls, ACCOUNT, "momentum") == switches[1]
    assert in_force(controls, "paper:Other", "momentum") == switches[0]
    assert in_force(some_controls(), ACCOUNT, "momentum") is None


def test_a_harder_mode_drives_on_the_same_changes_nothing_and_a_milder_one_is_refused():
    controls = fired("reduce_only")

    harder = fire(controls, Fire(mode="flatten", reason="worse"), "bob", NOON)
    same = fire(controls, Fire(mode="reduce_only", reason="again"), "bob", NOON)
    milder = fire(controls, Fire(mode="freeze_entries", reason="better"), "bob", NOON)

    assert isinstance(harder, Controls)
    assert [switch.mode for switch in harder.switches] == ["flatten"]
    assert same is controls
    assert isinstance(milder, NotAllowed)


@pytest.mark.parametrize("approver", ["ann", "bob"])
def test_neither_who_fired_nor_who_asked_approves(approver: str):
    controls = asked(fired(by="ann"), "bob")

    assert isinstance(approve_rearm(controls, Rearm(), approver), NotAllowed)


@pytest.mark.parametrize("asker", ["ann", "bob"])
def test_a_second_admin_arms_again_whoever_asked(asker: str):
    controls = asked(fired(by="ann"), asker)

    armed = approve_rearm(controls, Rearm(), "cid")

    assert isinstance(armed, Controls)
    assert armed.switches == ()
    assert armed.generation == 3


def test_nothing_is_re_armed_that_nobody_asked_for_or_that_is_not_fired():
    assert isinstance(approve_rearm(fired(), Rearm(), "bob"), NotAllowed)
    assert isinstance(approve_rearm(fired(), Rearm(scope=HERE), "bob"), NotAllowed)
    assert isinstance(ask_rearm(some_controls(), Rearm(), "bob", NOON), NotAllowed)


def test_a_new_firing_forgets_that_re_arming_was_asked_for():
    controls = asked(fired("reduce_only"), "bob")

    harder = fire(controls, Fire(mode="flatten", reason="worse"), "ann", NOON)

    assert isinstance(harder, Controls)
    assert isinstance(approve_rearm(harder, Rearm(), "cid"), NotAllowed)


def test_a_drill_is_re_armed_by_who_fired_it_and_held_on_paper_alone():
    drill = {"drill": True, "mode": "flatten", "reason": "a drill"}
    own = fired("flatten", on_strategy(DRILL_STRATEGY), drill=True)
    real = fire(some_controls(), Fire(scope=on_account("IBKR_Main"), **drill), "ann", NOON)
    someone = fire(some_controls(), Fire(scope=on_strategy("momentum"), **drill), "ann", NOON)

    assert isinstance(approve_rearm(own, Rearm(scope=on_strategy(DRILL_STRATEGY)), "ann"), Controls)
    assert isinstance(real, NotAllowed)
    assert isinstance(someone, NotAllowed)
    assert fired_for(own, DESK) is None


def test_a_drill_lends_nobody_the_key_to_a_switch_that_is_fired_in_earnest():
    drill = Fire(scope=HERE, mode="flatten", reason="a drill", drill=True)
    rehearsed = fire(some_controls(), drill, "ann", NOON)
    assert isinstance(rehearsed, Controls)

    earnest = fire(rehearsed, Fire(scope=HERE, mode="flatten", reason="now it is true"), "ann", NOON)

    assert isinstance(earnest, Controls)
    assert isinstance(approve_rearm(earnest, Rearm(scope=HERE), "ann"), NotAllowed)
    assert isinstance(fire(fired(scope=HERE), drill, "ann", NOON), NotAllowed)


def test_protection_goes_whenever_it_was_placed_and_an_exit_that_rests_only_if_it_rested_before():
    older, newer = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
    resting = {"purpose": "exit", "order_type": "LIMIT", "limit_price": Decimal(200)}
    live = [
        a_record(an_order(order_id="stop", purpose="stop_loss", order_type="STOP"), recorded_at=newer),
        a_record(an_order(order_id="old", **resting), recorded_at=older),
        a_record(an_order(order_id="new", **resting), recorded_at=newer),
        a_record(an_order(order_id="market", purpose="exit"), recorded_at=older),
    ]

    going = to_cancel(a_switch(DESK, "cancel_resting", fired_at=NOON), live, NOON - timedelta(days=1))

    assert [order.order_id for order in going] == ["stop", "old"]


@pytest.mark.parametrize(
    "scope", [{"kind": "desk", "name": "x"}, {"kind": "account"}, {"kind": "strategy", "name": ""}]
)
def test_a_scope_is_the_desk_or_has_a_name(scope: dict[str, Any]):
    with pytest.raises(ValueError, match="name"):
        Rearm.model_validate({"scope": scope})
