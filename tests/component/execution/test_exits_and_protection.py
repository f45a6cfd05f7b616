"""Exits that wait, exits that are capped, protection that follows its lot, groups that are undone."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from execution import jobs
from mathematricks.contracts.orders import LotClose, OrderRecord, order_id_for
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, Desk, ScriptedBroker, a_desk, an_exit, an_order

STOP = order_id_for("s1", ACCOUNT, 0, "stop_loss")
TARGET = order_id_for("s1", ACCOUNT, 0, "take_profit")
PROTECTED = {"stop_loss": Decimal(140), "take_profit": Decimal(170)}


async def test_an_exit_waits_for_its_entry_is_sized_by_what_it_filled_and_ends_flat(db: Database):
    async with a_desk(db, ScriptedBroker(["partial"])) as desk:
        entry = an_order()
        await _send(desk, entry, "PARTIALLY_FILLED")

        await desk.bus.publish(TRADING_ORDERS, an_exit(entry, quantity=None, waits_for=("o1",)))
        done = await desk.until("xo1", "FILLED")

    assert (await desk.order("o1")).status == "CANCELLED"  # type: ignore[union-attr]
    assert (done.quantity, done.working_quantity, done.filled) == (None, Decimal(50), Decimal(50))
    assert done.shares == (Decimal(50),)
    assert desk.held() == 0


async def test_two_exits_that_wait_for_the_same_entry_share_its_lot_as_the_sender_meant(db: Database):
    async with a_desk(db, ScriptedBroker(["partial"])) as desk:
        entry = an_order(asked=Decimal(10))
        await _send(desk, entry, "PARTIALLY_FILLED")
        part = LotClose(lot="o1", asked=Decimal(3), lot_asked=Decimal(10), last=False)
        rest = LotClose(lot="o1", asked=Decimal(7), lot_asked=Decimal(10), last=True)

        waits = {"quantity": None, "waits_for": ("o1",)}
        first = an_exit(entry, order_id="x1", seq=2, closes=(part,), **waits)
        second = an_exit(entry, order_id="x2", seq=3, closes=(rest,), **waits)
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, order) for order in (first, second)))
        done = [await desk.until("x1", "FILLED"), await desk.until("x2", "FILLED")]

    assert [order.filled for order in done] == [Decimal(15), Decimal(35)]
    assert desk.held() == 0


async def test_an_exit_that_comes_before_its_entry_ends_both_without_a_trade(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry, quantity=None, waits_for=("o1",)))
        await desk.until("xo1", "CANCELLED")

        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "CANCELLED")

    assert desk.broker.calls == []


async def test_an_exit_never_reduces_more_than_is_held_and_says_so(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await _send(desk, entry, "FILLED")

        trimmed = await _send(desk, an_exit(entry, quantity=Decimal(130)), "FILLED")
        nothing = await _send(desk, an_exit(entry, order_id="x2"), "CANCELLED")

    assert (trimmed.quantity, trimmed.working_quantity, trimmed.filled) == (Decimal(130), Decimal(100), Decimal(100))
    assert any("trimmed from 130 to 100" in (happening.reason or "") for happening in trimmed.history)
    assert nothing.reason == "nothing is left to reduce"
    assert desk.held() == 0


async def test_after_a_trade_by_hand_an_exit_closes_only_what_the_venue_still_holds(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await _send(desk, entry, "FILLED")
        desk.broker.trade_by_hand(AAPL, "SELL", Decimal(60))
        await desk.wait(lambda: desk.held("unattributed") == -60)

        closed = await _send(desk, an_exit(entry), "FILLED")

    assert closed.filled == 40
    assert desk.broker.positions(ACCOUNT)["AAPL"][1] == 0


async def test_a_second_exit_waits_while_the_first_holds_the_position(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await _send(desk, entry, "FILLED")
        resting = an_exit(entry, order_id="x1", order_type="LIMIT", limit_price=Decimal(200))
        await _send(desk, resting, "SUBMITTED")

        await _send(desk, an_exit(entry, order_id="x2"), "PENDING")
        desk.broker.fill("x1.1", Decimal(100))
        over = await desk.until("x2", "CANCELLED")

    assert over.filled == 0
    assert desk.held() == 0
    assert "x2.1" not in desk.broker.calls


async def test_exits_of_strategies_that_stand_against_each_other_both_go(db: Database):
    async with a_desk(db) as desk:
        long, short = an_order(), an_order(order_id="o2", strategy_id="bear", side="SELL", quantity=Decimal(40))
        await _send(desk, long, "FILLED")
        await _send(desk, short, "FILLED")

        await _send(desk, an_exit(long), "FILLED")
        await _send(desk, an_exit(short), "FILLED")

    assert desk.broker.positions(ACCOUNT)["AAPL"][1] == 0


async def test_protection_follows_the_fills_of_its_entry(db: Database):
    async with a_desk(db, ScriptedBroker(["partial"])) as desk:
        await _send(desk, an_order(**PROTECTED), "PARTIALLY_FILLED")
        stop, target = await desk.until(STOP, "SUBMITTED"), await desk.until(TARGET, "SUBMITTED")
        desk.broker.fill("o1.1", Decimal(50))
        await desk.until("o1", "FILLED")
        await desk.until(STOP, "CANCELLED")
        await desk.wait(lambda: len(_working(desk)) == 2 and {o.quantity for o in _working(desk)} == {Decimal(100)})

    asked = desk.broker.asked[f"{STOP}.1"]
    assert (asked.order_type, asked.stop_price, asked.quantity, asked.side) == (
        "STOP",
        Decimal(140),
        Decimal(50),
        "SELL",
    )
    assert asked.time_in_force == "GTC"
    assert asked.oco_group == desk.broker.asked[f"{TARGET}.1"].oco_group
    assert (stop.lot, stop.purpose, target.limit_price) == ("o1", "stop_loss", Decimal(170))


async def test_when_the_target_is_hit_the_stop_goes_and_the_lot_is_closed(db: Database):
    async with a_desk(db) as desk:
        await _send(desk, an_order(**PROTECTED), "FILLED")
        await desk.until(STOP, "SUBMITTED")
        await desk.until(TARGET, "SUBMITTED")

        desk.broker.fill(f"{TARGET}.1", Decimal(100))
        await desk.until(TARGET, "FILLED")
        await desk.until(STOP, "CANCELLED")
        await _until_unwatched(desk, "o1")

    assert len(desk.broker.arrived) == 3


async def test_protection_makes_way_for_an_exit_and_comes_back_for_the_rest(db: Database):
    async with a_desk(db) as desk:
        entry = an_order(**PROTECTED)
        await _send(desk, entry, "FILLED")
        await desk.until(STOP, "SUBMITTED")
        await desk.until(TARGET, "SUBMITTED")
        part = LotClose(lot="o1", asked=Decimal(4), lot_asked=Decimal(10), last=False)

        await _send(desk, an_exit(entry, quantity=Decimal(40), closes=(part,)), "FILLED")
        await desk.wait(lambda: {order.quantity for order in _working(desk)} == {Decimal(60)})
        await _send(desk, an_exit(entry, order_id="x2", quantity=Decimal(60)), "FILLED")
        await _until_unwatched(desk, "o1")

    assert (await desk.order(STOP)).status == "CANCELLED"  # type: ignore[union-attr]
    assert _working(desk) == []
    assert desk.held() == 0


async def test_protection_of_another_lot_makes_way_where_there_is_too_little_for_both(db: Database):
    """Lots that a trade by hand has closed behind our back are protected still; their stop must not hold up an exit."""
    async with a_desk(db) as desk:
        await _send(desk, an_order(**PROTECTED), "FILLED")
        await desk.until(STOP, "SUBMITTED")
        second = an_order(order_id="o2", signal_id="s2", seq=2)
        await _send(desk, second, "FILLED")

        out = await _send(desk, an_exit(second, order_id="x2", seq=3, quantity=Decimal(150)), "FILLED")
        await desk.wait(lambda: [order.quantity for order in _working(desk)] == [Decimal(50), Decimal(50)])

    assert (out.filled, desk.held()) == (Decimal(150), Decimal(50))


async def test_protection_of_a_lot_that_an_opposite_entry_has_closed_goes_and_guards_no_newer_lot(db: Database):
    """The opening half of a reversal overtook its closing half: the venue has netted both, and no exit says so."""
    async with a_desk(db) as desk:
        await _send(desk, an_order(**PROTECTED), "FILLED")
        await desk.until(STOP, "SUBMITTED")
        await desk.until(TARGET, "SUBMITTED")

        await _send(desk, an_order(order_id="o2", signal_id="s2", seq=2, side="SELL"), "FILLED")
        await desk.until(STOP, "CANCELLED")
        await desk.until(TARGET, "CANCELLED")
        await _send(desk, an_order(order_id="o3", signal_id="s3", seq=3, quantity=Decimal(120)), "FILLED")
        await jobs.watch_lots(desk.ports)

        assert list(desk.ports.blotter.live()) == []


async def test_protection_missing_after_a_crash_is_placed_at_the_next_start(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await _send(desk, an_order(), "FILLED")
    protection = PROTECTED | {"watched": True}
    await db.orders.update_one({"_id": "o1"}, {"$set": {**protection}})

    async with a_desk(db, broker) as restarted:
        await restarted.until(STOP, "SUBMITTED")
        await restarted.until(TARGET, "SUBMITTED")


async def test_no_leg_goes_before_all_have_come(db: Database):
    first, second = _legs()
    async with a_desk(db) as desk:
        await _send(desk, first, "PENDING")
        await asyncio.sleep(0.1)
        assert desk.broker.calls == []

        await desk.bus.publish(TRADING_ORDERS, second)
        await desk.until("l0", "FILLED")
        await desk.until("l1", "FILLED")

    assert sorted(desk.broker.calls) == ["l0.1", "l1.1"]


async def test_if_one_leg_may_not_go_none_goes(db: Database):
    first, second = _legs(contract=None)
    async with a_desk(db) as desk:
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, leg) for leg in (first, second)))
        await desk.until("l0", "REJECTED")
        await desk.until("l1", "REJECTED")

    assert desk.broker.calls == []


async def test_if_one_leg_fails_the_other_is_unwound_and_a_person_is_told(db: Database):
    async with a_desk(db, ScriptedBroker(["ok", "rejected"])) as desk:
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, leg) for leg in _legs()))
        await desk.wait(lambda: any(alert.key.startswith("group.failed") for alert in desk.alerts))
        unwind = await desk.until(order_id_for("sp", ACCOUNT, 0, "unwind"), "FILLED")
        await _until_unwatched(desk, "l0")

    assert (unwind.purpose, unwind.side, unwind.filled, unwind.lot) == ("unwind", "SELL", Decimal(100), "l0")
    assert all(quantity == 0 for _, quantity in desk.broker.positions(ACCOUNT).values())


async def test_a_failed_group_is_unwound_by_the_next_start_too(db: Database):
    broker = ScriptedBroker(["ok", "rejected"])
    async with a_desk(db, broker) as desk:
        desk.ports.tidying[f"group:{('sp', ACCOUNT)}"] = True  # nobody tidies before the process ends
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, leg) for leg in _legs()))
        await desk.until("l1", "REJECTED")
        await desk.until("l0", "FILLED")

    async with a_desk(db, broker) as restarted:
        await restarted.until(order_id_for("sp", ACCOUNT, 0, "unwind"), "FILLED")
        await _until_unwatched(restarted, "l1")

    assert all(quantity == 0 for _, quantity in broker.positions(ACCOUNT).values())


def _legs(**second: Any) -> tuple[Any, Any]:
    contract = AAPL.model_copy(update={"symbol": "NVDA" if "contract" not in second else "NOTHING"})
    pair = {"signal_id": "sp", "total_legs": 2}
    first = an_order(order_id="l0", leg_index=0, **pair)
    return first, an_order(order_id="l1", leg_index=1, side="SELL", contract=contract, **pair)


async def _send(desk: Desk, order: Any, *statuses: str) -> OrderRecord:
    await desk.bus.publish(TRADING_ORDERS, order)
    return await desk.until(order.order_id, *statuses)


async def _until_unwatched(desk: Desk, order_id: str) -> None:
    def unwatched() -> bool:
        order = desk.ports.blotter.find(order_id)
        return order is not None and not order.watched

    await desk.wait(unwatched)


def _working(desk: Desk) -> list[Any]:
    return [state for state in desk.broker.orders.values() if state.status == "WORKING"]
