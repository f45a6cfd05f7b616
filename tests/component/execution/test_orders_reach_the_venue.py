"""Orders as they travel: claimed, submitted, filled, told; once, whatever fails."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.steps.controlling import fire
from mathematricks.contracts.controls import Fire
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import OrderCommand
from mathematricks.contracts.topics import ORDER_COMMANDS, TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, ScriptedBroker, StillMarket, a_desk, a_quote, an_exit, an_order


async def test_an_order_is_claimed_submitted_filled_and_told(db: Database):
    async with a_desk(db) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())

        order = await desk.until("o1", "FILLED")
        await desk.wait(lambda: bool(desk.confirmations and desk.confirmations[-1].status == "FILLED"))

    assert [arrived.client_order_id for arrived in desk.broker.arrived] == ["o1.1"]
    assert (order.filled, order.average_price, order.commission) == (Decimal(100), Decimal(150), Decimal(1))
    assert order.submitted_at is not None
    assert desk.confirmations[-1].version == order.revision
    assert desk.confirmations[-1].execution is not None
    assert not desk.deaths


async def test_twenty_redeliveries_at_once_submit_once(db: Database):
    async with a_desk(db, ScriptedBroker()) as desk:
        await asyncio.gather(*(desk.bus.publish(TRADING_ORDERS, an_order()) for _ in range(20)))

        await desk.until("o1", "FILLED")
        await asyncio.sleep(0.1)

    assert desk.broker.calls == ["o1.1"]


@pytest.mark.parametrize("outcome", ["lost", "unanswered", "ok"])
@pytest.mark.parametrize("purpose", ["entry", "exit"])
async def test_at_most_one_attempt_is_accepted_and_it_is_filled_in_the_end(db: Database, outcome: str, purpose: str):
    entry = an_order(order_id="e1", signal_id="se")
    async with a_desk(db) as desk:
        wanted = an_order()
        if purpose == "exit":
            await desk.bus.publish(TRADING_ORDERS, entry)
            await desk.until("e1", "FILLED")
            wanted = an_exit(entry, order_id="o1")
        desk.broker.then(outcome)

        await desk.bus.publish(TRADING_ORDERS, wanted)
        order = await desk.until("o1", "FILLED")

    arrived = [each.client_order_id for each in desk.broker.arrived if each.client_order_id.startswith("o1")]
    assert arrived == (["o1.2"] if outcome == "lost" else ["o1.1"])
    assert order.filled == 100
    if outcome == "lost":
        assert order.attempts[0].outcome == "ABSENT"


async def test_whatever_fails_an_order_is_accepted_once_and_an_exit_is_filled(db: Database):
    outcomes = ("ok", "lost", "unanswered", "rejected")
    async with a_desk(db) as desk:
        for number, script in enumerate(itertools.product(outcomes, outcomes)):
            entry = an_order(order_id=f"e{number}", signal_id=f"s{number}", strategy_id=f"strategy-{number}")
            await desk.bus.publish(TRADING_ORDERS, entry)
            await desk.until(entry.order_id, "FILLED")
            desk.broker.scripts[f"x{number}"] = iter(script)
            for _ in range(3):
                await desk.bus.publish(TRADING_ORDERS, an_exit(entry, order_id=f"x{number}"))
        exits = [await desk.until(f"x{number}", "FILLED", seconds=15) for number in range(16)]

    accepted = Counter(order.client_order_id.partition(".")[0] for order in desk.broker.arrived)
    assert set(accepted.values()) == {1}
    assert {order.filled for order in exits} == {Decimal(100)}
    assert desk.broker.positions(ACCOUNT)["AAPL"][1] == 0


async def test_an_attempt_that_was_proven_absent_and_fills_all_the_same_calls_the_next_one_back(db: Database):
    async with a_desk(db, ScriptedBroker(["lost", "rests"])) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.wait(lambda: "o1.2" in desk.broker.orders)
        await desk.until("o1", "SUBMITTED")

        desk.broker.arrive(replace(desk.broker.asked["o1.2"], client_order_id="o1.1"))
        desk.broker.fill("o1.1", Decimal(100))
        order = await desk.until("o1", "FILLED")
        await desk.wait(lambda: desk.broker.cancels == ["o1.2"])
        await desk.wait(lambda: any(alert.key == "order.late_fill:o1" for alert in desk.alerts))

    assert order.filled == 100
    assert desk.broker.orders["o1.2"].filled == 0
    assert [a.severity for a in desk.alerts if a.key == "order.late_fill:o1"] == ["critical"]


async def test_an_unanswered_entry_whose_time_is_over_is_not_sent_again(db: Database):
    async with a_desk(db, ScriptedBroker(["lost"])) as desk:
        soon = datetime.now(UTC) + timedelta(milliseconds=150)
        await desk.bus.publish(TRADING_ORDERS, an_order(valid_until=soon))

        order = await desk.until("o1", "EXPIRED")

    assert desk.broker.arrived == []
    assert "valid until" in (order.reason or "")


async def test_an_entry_nobody_hears_of_is_parked_and_its_late_fill_is_booked_and_told(db: Database):
    async with a_desk(db, ScriptedBroker(["silent"]), park_after=timedelta(milliseconds=300)) as desk:
        desk.broker.then("silent")
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=Decimal(150)))
        await desk.until("o1", "PARKED")
        await desk.wait(lambda: any(alert.key == "order.parked:o1" for alert in desk.alerts))

        desk.broker.fill("o1.1", Decimal(100))
        order = await desk.until("o1", "FILLED")
        await desk.wait(lambda: any(alert.key == "order.late_fill:o1" for alert in desk.alerts))

    assert order.filled == 100
    assert desk.held() == 100


async def test_a_rejected_entry_ends_and_a_rejected_exit_is_pursued_and_raises_hell(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")
        desk.broker.then("rejected", "rejected")

        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
        refused = await desk.until("o2", "REJECTED")
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry))
        pursued = await desk.until("xo1", "FILLED")

    assert refused.reason == "REJECTED by script"
    assert [attempt.outcome for attempt in pursued.attempts] == ["REJECTED", "FILLED"]
    assert any(alert.key == "exit.pursued:xo1" and alert.severity == "critical" for alert in desk.alerts)
    assert desk.held() == 0


async def test_a_fill_told_three_times_is_one_fill(db: Database):
    broker = ScriptedBroker(["partial"])
    broker.copies = 3
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "PARTIALLY_FILLED")
        broker.fill("o1.1", Decimal(50))
        order = await desk.until("o1", "FILLED")

    assert order.filled == 100
    assert await db.executions.count_documents({}) == 2
    assert desk.held() == 100


async def test_an_end_that_is_told_before_its_fill_does_not_make_an_exit_sell_twice(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")
        desk.broker.then("rests")
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry))
        await desk.until("xo1", "SUBMITTED")

        desk.broker.fill("xo1.1", Decimal(60), say=False)
        desk.broker.end("xo1.1", "CANCELLED")
        order = await desk.until("xo1", "FILLED")

    assert [attempt.quantity for attempt in order.attempts] == [Decimal(100), Decimal(40)]
    assert desk.broker.positions(ACCOUNT)["AAPL"][1] == 0


async def test_a_command_cancels_a_resting_order_and_a_refused_cancellation_changes_nothing(db: Database):
    async with a_desk(db) as desk:
        limit = {"order_type": "LIMIT", "limit_price": Decimal(140)}
        for order_id in ("o1", "o2"):
            await desk.bus.publish(TRADING_ORDERS, an_order(order_id=order_id, **limit))
            await desk.until(order_id, "SUBMITTED")

        await desk.bus.publish(ORDER_COMMANDS, a_cancel("o1"))
        cancelled = await desk.until("o1", "CANCELLED")
        desk.broker.refuse_cancels = True
        await desk.bus.publish(ORDER_COMMANDS, a_cancel("o2"))
        await desk.wait(lambda: "o2.1" in desk.broker.cancels)
        kept = await desk.until("o2", "SUBMITTED")

    assert cancelled.commands == ("c-o1",)
    assert (kept.commands, kept.ends_as) == (("c-o2",), None)


async def test_a_cancellation_that_comes_first_leaves_a_tombstone(db: Database):
    async with a_desk(db) as desk:
        await desk.bus.publish(ORDER_COMMANDS, a_cancel("o1"))
        await desk.wait(lambda: "o1" in desk.ports.blotter.tombstones)

    async with a_desk(db, desk.broker) as restarted:
        await restarted.bus.publish(TRADING_ORDERS, an_order())
        order = await restarted.until("o1", "CANCELLED")

    assert desk.broker.calls == []
    assert order.commands == ("c-o1",)


async def test_a_trade_by_hand_is_external_unattributed_and_told(db: Database):
    async with a_desk(db) as desk:
        desk.broker.trade_by_hand(AAPL, "SELL", Decimal(40))
        await desk.wait(lambda: any(told.order_id is None for told in desk.confirmations))
        await desk.wait(lambda: bool(desk.alerts))

    told = next(told for told in desk.confirmations if told.order_id is None)
    assert told.execution is not None
    assert (told.strategy_id, told.execution.quantity) == ("unattributed", Decimal(40))
    assert desk.held("unattributed") == -40
    assert desk.alerts[0].severity == "critical"


async def test_the_kill_switch_stops_entries_already_on_the_bus_and_no_exit(db: Database):
    async with a_desk(db) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")
        frozen = await fire(Fire(mode="freeze_entries", reason="a test"), "ann", desk.ports)

        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry))
        refused = await desk.until("o2", "REJECTED")
        closed = await desk.until("xo1", "FILLED")

    assert "KILL_SWITCH" in (refused.reason or "")
    assert refused.generation == closed.generation == frozen.generation == 1


async def test_a_newer_process_takes_over_and_the_older_one_claims_nothing_more(db: Database):
    async with a_desk(db) as older, a_desk(db, ScriptedBroker()) as newer:
        await older.bus.publish(TRADING_ORDERS, an_order())
        await older.wait(lambda: bool(older.deaths))
        await newer.bus.publish(TRADING_ORDERS, an_order())
        await newer.until("o1", "FILLED")

    assert older.broker.calls == []
    assert newer.broker.calls == ["o1.1"]


@pytest.mark.parametrize(
    ("but", "reason"),
    [
        ({"mode": "LIVE"}, "MODE"),
        ({"account": "IBKR_Main"}, "ACCOUNT_UNKNOWN"),
        ({"contract": Contract(symbol="NOTHING", type="STOCK")}, "UNSUPPORTED_INSTRUMENT"),
        ({"contract": Contract(symbol="GC", type="FUTURE", expiry="20240101")}, "INSTRUMENT_EXPIRED"),
    ],
)
async def test_an_entry_that_may_not_trade_here_never_reaches_the_venue(db: Database, but: dict[str, Any], reason: str):
    async with a_desk(db) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order(**but))
        order = await desk.until("o1", "REJECTED")

    assert (order.reason or "").startswith(reason)
    assert desk.broker.calls == []


async def test_an_entry_beyond_its_worst_price_is_not_sent_and_a_resting_one_is_taken_back(db: Database):
    market = StillMarket()
    async with a_desk(db, market=market) as desk:
        market.take([a_quote(bid="149.99", ask="150.01")])
        worst = {"worst_price": Decimal("150.50"), "order_type": "LIMIT", "limit_price": Decimal(149)}
        await desk.bus.publish(TRADING_ORDERS, an_order(**worst))
        await desk.until("o1", "SUBMITTED")

        market.take([a_quote(bid="150.90", ask="151.00")])
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2", worst_price=Decimal("150.50")))
        unsent = await desk.until("o2", "EXPIRED")
        taken_back = await desk.until("o1", "EXPIRED")

    assert "worst price" in (unsent.reason or "")
    assert desk.broker.calls == ["o1.1"]
    assert set(desk.broker.cancels) == {"o1.1"}
    assert taken_back.history[-1].event == "CANCELLED"


async def test_snapshots_say_up_to_which_execution_they_reach(db: Database):
    async with a_desk(db) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        await desk.wait(lambda: bool(desk.updates and desk.updates[-1].through_execution))

    execution = await db.executions.find_one({})
    assert execution is not None
    assert desk.updates[-1].through_execution == execution["recorded_at"]
    assert desk.updates[-1].as_of >= execution["recorded_at"]


async def test_an_execution_is_told_again_until_the_ledger_has_it(db: Database):
    async with a_desk(db) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        told = len([each for each in desk.confirmations if each.execution])
        await db.executions.update_many({}, {"$set": {"owed.next": datetime.now(UTC)}})
        await desk.wait(lambda: len([each for each in desk.confirmations if each.execution]) > told)

        execution = await db.executions.find_one({})
        assert execution is not None
        await db.account_history.insert_one({"_id": execution["_id"]}, bypass_document_validation=True)
        await db.executions.update_many({}, {"$set": {"owed.next": datetime.now(UTC)}})
        await asyncio.sleep(0.2)

    assert await db.executions.count_documents({"owed": {"$exists": True}}) == 0


def a_cancel(order_id: str) -> OrderCommand:
    return OrderCommand(
        command_id=f"c-{order_id}",
        order_id=order_id,
        signal_id="sc",
        strategy_id="momentum",
        account=ACCOUNT,
        given_at=datetime.now(UTC),
    )
