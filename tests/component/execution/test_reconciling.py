"""Reconciliation with the venue: what differs is put right once, and every run leaves a report."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from execution.jobs import reconcile_on_schedule
from execution.ports import BrokerEvent, BrokerOrder
from execution.steps.reconciling import reconcile_all
from mathematricks.contracts.reconciliation import ReconciliationReport
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, Desk, ScriptedBroker, a_desk, an_account_update, an_exit, an_order

D = Decimal


def kinds(report: ReconciliationReport) -> list[str]:
    return [each.kind for account in report.accounts for each in account.corrections]


async def reports(desk: Desk) -> list[ReconciliationReport]:
    return await desk.ports.oversight.store.reconciliations(50)


async def test_reconciling_twice_is_reconciling_once(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=D(149)))
        await desk.until("o1", "SUBMITTED")
        broker.fill("o1.1", D(60), say=False)
        broker.trade_by_hand(AAPL, "SELL", D(30), say=False)

        first = await reconcile_all("demand", desk.ports, "ann")
        await desk.until("o1", "PARTIALLY_FILLED")
        second = await reconcile_all("demand", desk.ports, "ann")
        booked = await db.executions.count_documents({})

        assert (desk.held(), desk.held("unattributed")) == (60, -30)
    assert sorted(kinds(first)) == ["book_external", "book_fill"]
    assert kinds(second) == []
    assert (first.agreed, second.agreed) == (False, True)
    assert (first.occasion, first.asked_by, first.accounts[0].fills) == ("demand", "ann", 2)
    assert booked == 2
    assert any(alert.key.startswith("execution.external") and alert.severity == "critical" for alert in desk.alerts)


async def test_a_fill_dated_long_ago_is_looked_for_where_positions_call_for_it(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        broker.trade_by_hand(AAPL, "SELL", D(30), say=False, ago=timedelta(minutes=20))

        report = await reconcile_all("demand", desk.ports)

        assert (desk.held(), desk.held("unattributed")) == (100, -30)
    assert kinds(report) == ["book_external"]


async def test_an_order_of_ours_that_ended_here_and_works_there_is_cancelled(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        broker.arrive(BrokerOrder("o1.9", ACCOUNT, AAPL, "BUY", D(5), "LIMIT", D(1)))
        broker.arrive(BrokerOrder("somebody", ACCOUNT, AAPL, "BUY", D(5), "LIMIT", D(1)))

        report = await reconcile_all("demand", desk.ports)

    strays = {each.about for account in report.accounts for each in account.corrections if each.kind == "stray"}
    assert strays == {"o1.9", "somebody"}
    assert broker.cancels == ["o1.9"]
    assert {alert.key for alert in desk.alerts} >= {f"order.stray:{ACCOUNT}:o1.9", f"order.stray:{ACCOUNT}:somebody"}


async def test_the_start_and_a_reconnect_and_the_schedule_leave_reports(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, reconcile_every=timedelta(hours=1)) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=D(149)))
        await desk.until("o1", "SUBMITTED")
        broker.fill("o1.1", D(100), say=False)
        broker._tell(BrokerEvent("reconnected", ACCOUNT, None, None, desk.ports.clock.now()))
        await desk.until("o1", "FILLED")
        await desk.wait(lambda: desk.ports.oversight.reconciled_at is not None)
        desk.ports.oversight.reconciled_at = desk.ports.clock.now() - timedelta(hours=2)
        await reconcile_on_schedule(desk.ports)

        found = {report.occasion: report for report in await reports(desk)}

    assert found["start"].agreed
    assert "book_fill" in kinds(found["reconnect"])
    assert found["schedule"].agreed


async def test_a_silent_venue_is_said_and_nothing_is_corrected(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker) as desk:
        broker.deaf = True

        report = await reconcile_all("demand", desk.ports)

    assert not report.agreed
    assert [account.answered for account in report.accounts] == [False]
    assert any(alert.key == f"account.unreconciled:{ACCOUNT}" for alert in desk.alerts)


async def test_entries_nobody_knows_of_are_parked_and_exits_pursued(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, park_after=timedelta(milliseconds=300)) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")
        broker.then("silent")
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2", order_type="LIMIT", limit_price=D(1)))
        await desk.until("o2", "PARKED", seconds=10)
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry))
        await desk.until("xo1", "UNKNOWN")
        broker.executions = lambda account, since: _nothing()  # type: ignore[method-assign]
        broker.open_orders = lambda account: _nothing()  # type: ignore[method-assign]
        held = broker.positions(ACCOUNT)
        broker.snapshot = lambda account: _snapshot(held)  # type: ignore[method-assign]

        report = await reconcile_all("demand", desk.ports)

    (account,) = report.accounts
    assert account.parked == ("o2",)
    assert account.pursued == ("xo1",)
    assert sorted(kinds(report)) == ["park", "pursue"]


async def _nothing() -> list[object]:
    return []


async def _snapshot(held: object) -> object:
    return an_account_update(ACCOUNT, held)  # type: ignore[arg-type]
