"""Limits hold from the next order on, for orders already on the bus too; every change leaves its trail."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from execution.steps.controlling import ControlRefused, ask_for_rearm, fire, rearm, set_limits, set_triggers
from mathematricks.contracts.controls import (
    Fire,
    Rearm,
    Scope,
    SetLimits,
    SetTriggers,
    WantedLimits,
    WantedTriggers,
)
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.controls import DESK, on_account, on_strategy
from support.execution import ACCOUNT, Desk, a_desk, a_quote, an_exit, an_order

D = Decimal


async def limited(desk: Desk, scope: Scope = DESK, **limits: Any) -> None:
    wanted = SetLimits(scope=scope, limits=WantedLimits(**limits), reason="a test")
    await set_limits(wanted, "ann", desk.ports)


async def test_a_limit_holds_from_the_next_order_on_and_never_for_an_exit(db: Database):
    async with a_desk(db) as desk:
        desk.market.quotes["AAPL"] = a_quote()
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")

        await limited(desk, max_order_notional=D(10_000), max_order_quantity=D(1), restricted=("AAPL",), max_repeats=1)
        await limited(desk, on_strategy("momentum"), max_order_notional=D(10_000))
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2", strategy_id="other"))
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry))
        refused = await desk.until("o2", "REJECTED")
        closed = await desk.until("xo1", "FILLED")

    assert (refused.reason or "").startswith("CONTROL_RESTRICTED: AAPL may not be opened")
    assert refused.generation == closed.generation == 2
    assert [order.client_order_id for order in desk.broker.arrived] == ["o1.1", "xo1.1"]


@pytest.mark.parametrize(
    ("scope", "limits", "control", "facts"),
    [
        (DESK, {"max_order_quantity": D(99)}, "CONTROL_MAX_QUANTITY", {"asked": "100", "limit": "99"}),
        (
            on_account(ACCOUNT),
            {"max_order_notional": D(15_000)},
            "CONTROL_MAX_NOTIONAL",
            {"asked": "15001.00", "limit": "15000"},
        ),
        (
            on_strategy("momentum"),
            {"max_position": D(29_000)},
            "CONTROL_MAX_POSITION",
            {"asked": "30002.00", "limit": "29000"},
        ),
        (DESK, {"max_repeats": 1}, "CONTROL_REPEATED", {"asked": "2", "limit": "1"}),
        (DESK, {"max_orders_per_second": 1}, "CONTROL_ORDER_RATE", {"asked": "2", "limit": "1"}),
    ],
)
async def test_a_refusal_carries_its_numbers(
    db: Database, scope: Scope, limits: dict[str, Any], control: str, facts: dict[str, str]
):
    async with a_desk(db) as desk:
        desk.market.quotes["AAPL"] = a_quote()
        first, second = an_order(), an_order(order_id="o2", signal_id="s2")
        if control in ("CONTROL_MAX_POSITION", "CONTROL_REPEATED"):
            await desk.bus.publish(TRADING_ORDERS, first)
            await desk.until("o1", "FILLED")
        await limited(desk, scope, **limits)
        if control == "CONTROL_ORDER_RATE":
            await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, each) for each in (first, second)))
            await desk.wait(lambda: sum(order.facts == facts for order in desk.ports.blotter.known()) == 1)
            return
        await desk.bus.publish(TRADING_ORDERS, second)
        refused = await desk.until("o2", "REJECTED")

    assert (refused.reason or "").startswith(control)
    assert refused.facts == facts
    assert refused.attempts == ()


async def test_what_works_counts_in_the_position(db: Database):
    async with a_desk(db) as desk:
        desk.market.quotes["AAPL"] = a_quote()
        await limited(desk, on_account(ACCOUNT), max_position=D(29_000))
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=D(149)))
        await desk.until("o1", "SUBMITTED")

        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2", strategy_id="other"))
        refused = await desk.until("o2", "REJECTED")

    assert (refused.reason or "").startswith("CONTROL_MAX_POSITION")


async def test_a_leg_that_a_limit_refuses_takes_its_group_with_it(db: Database):
    async with a_desk(db) as desk:
        desk.market.quotes["AAPL"] = a_quote()
        await limited(desk, max_order_quantity=D(150))
        legs = {"signal_id": "sp", "total_legs": 2}
        small = an_order(order_id="l0", **legs)
        large = an_order(order_id="l1", leg_index=1, quantity=D(200), **legs)

        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, leg) for leg in (small, large)))
        ended = [await desk.until(leg.order_id, "REJECTED") for leg in (small, large)]

    assert [(order.reason or "").split(":")[0] for order in ended] == ["GROUP", "CONTROL_MAX_QUANTITY"]
    assert desk.broker.arrived == []


async def test_repeats_are_remembered_over_a_restart(db: Database):
    async with a_desk(db) as desk:
        await limited(desk, max_repeats=1, repeat_window=600)
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")

    async with a_desk(db, desk.broker) as restarted:
        await restarted.bus.publish(TRADING_ORDERS, an_order(order_id="o2", signal_id="s2"))
        refused = await restarted.until("o2", "REJECTED")

    assert (refused.reason or "").startswith("CONTROL_REPEATED")


async def test_limits_taken_away_hold_no_more(db: Database):
    async with a_desk(db) as desk:
        await limited(desk, max_order_quantity=D(1))
        await limited(desk)
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")

    assert desk.ports.oversight.controls is not None
    assert desk.ports.oversight.controls.limits == ()


async def test_every_change_says_who_when_why_and_what_stood_before(db: Database):
    async with a_desk(db) as desk:
        await limited(desk, max_order_quantity=D(5))
        await limited(desk, max_order_quantity=D(9))
        await set_triggers(SetTriggers(triggers=WantedTriggers(drawdown=D("0.1"))), "bob", desk.ports)
        await fire(Fire(mode="freeze_entries", reason="looks wrong"), "ann", desk.ports)
        await ask_for_rearm(Rearm(reason="was nothing"), "ann", desk.ports)
        await rearm(Rearm(), "bob", desk.ports)

        changes = list(reversed(await desk.ports.controls.newest_changes(10)))

    assert [(each.act, each.by, each.generation) for each in changes] == [
        ("limits", "ann", 1),
        ("limits", "ann", 2),
        ("triggers", "bob", 3),
        ("fire", "ann", 4),
        ("ask_rearm", "ann", 5),
        ("rearm", "bob", 6),
    ]
    assert (changes[1].before or {})["max_order_quantity"] == "5"
    assert (changes[1].after or {})["max_order_quantity"] == "9"
    assert changes[3].reason == "looks wrong"
    assert changes[5].after is None


async def test_re_arming_by_who_fired_is_refused_and_nothing_changes(db: Database):
    async with a_desk(db) as desk:
        await fire(Fire(mode="freeze_entries", reason="a test"), "ann", desk.ports)
        await ask_for_rearm(Rearm(), "bob", desk.ports)
        for approver in ("ann", "bob"):
            with pytest.raises(ControlRefused, match="Another admin approves"):
                await rearm(Rearm(), approver, desk.ports)

        await desk.bus.publish(TRADING_ORDERS, an_order())
        refused = await desk.until("o1", "REJECTED")
        await rearm(Rearm(), "cid", desk.ports)
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
        await desk.until("o2", "FILLED")

    assert "KILL_SWITCH" in (refused.reason or "")


async def test_a_restart_finds_the_switch_fired(db: Database):
    async with a_desk(db) as desk:
        await fire(Fire(scope=on_account(ACCOUNT), mode="reduce_only", reason="a test"), "ann", desk.ports)

    async with a_desk(db, desk.broker) as restarted:
        await restarted.bus.publish(TRADING_ORDERS, an_order())
        refused = await restarted.until("o1", "REJECTED")

    assert refused.reason == f"KILL_SWITCH: reduce_only is in force for account {ACCOUNT}: a test"
