"""The dashboard processor as a whole, on a real MongoDB and the in-process bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dashboard_processor import jobs
from dashboard_processor.service import service
from dashboard_processor.settings import Settings
from mathematricks.contracts import collections
from mathematricks.contracts.accounts import AccountRecord, StrategyPosition, SubLedger
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.decisions import Decision, DecisionRecord
from mathematricks.contracts.topics import ALERTS, EXECUTION_CONFIRMATIONS, STANDARDIZED_SIGNALS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.service import Running
from mathematricks.storage.mongo import Database, to_document
from pydantic import BaseModel
from support.accounts import a_confirmation, an_account_update
from support.people import a_platform
from support.signals import NOON, a_contract, a_signal
from support.trails import a_decision, a_fill, a_refusal, a_stored_signal, a_trading_order, an_order_record

Start = Callable[[], AbstractAsyncContextManager[Running]]


@pytest.fixture
def start(mongo_url: str, db: Database) -> Start:
    """Return what starts the service on this test's database, and stops it again."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Running]:
        bus = MemoryBus()
        app = create_app(service, Settings(platform=a_platform(mongo_url, db.name)), bus)
        async with app.router.lifespan_context(app):
            yield app.state.running
        await bus.close()

    return started


async def put(db: Database, collection: str, model: BaseModel, identity: Any) -> None:
    await db[collection].replace_one({"_id": identity}, to_document(model, identity), upsert=True)


async def put_decision(db: Database, decision: Decision, shadow: str = "") -> None:
    record = DecisionRecord(**decision.model_dump(), book_hash="h", inputs="{}", output="{}", shadow=shadow)
    identity = f"{decision.version}:{decision.signal_id}"
    await put(db, "cerebro_decisions", record, identity)


async def put_account(db: Database, **but: Any) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    usual = {
        "sub_ledgers": (SubLedger(strategy_id="Trend", realized_pnl=0, commission=0, realized_today=Decimal(-5)),),
        "opened": True,
        "executions": 1,
        "recorded_through": None,
        "agreed_at": None,
        "day": today,
        "day_open_equity": Decimal(100_000),
    }
    record = AccountRecord(**an_account_update().model_dump() | usual | but)
    await put(db, "account_state", record, record.account)


async def overview(db: Database, mode: str = "paper") -> Overview:
    return Overview.model_validate(await db.dashboard_overview.find_one({"_id": mode}))


async def eventually(db: Database, holds: Callable[[Overview], bool], mode: str = "paper") -> Overview:
    for _ in range(300):
        if holds(told := await overview(db, mode)):
            return told
        await asyncio.sleep(0.02)
    raise AssertionError(f"it never came true: {told}")


async def test_a_start_rolls_up_what_the_records_say(start: Start, db: Database) -> None:
    signal = a_signal()
    order = a_trading_order(signal)
    await put(db, "signals", a_stored_signal(signal), signal.signal_id)
    await put_decision(db, a_decision(signal, order))
    await put(db, "orders", an_order_record(order), order.order_id)
    await put(db, "executions", a_fill(order), "x1")
    held = StrategyPosition(
        account=order.account,
        strategy_id="Trend",
        instrument="AAPL",
        contract=a_contract(),
        quantity=Decimal(200),
        average_price=Decimal(150),
        currency="USD",
        realized_pnl=Decimal(0),
        commission=Decimal("1.25"),
    )
    await put_account(db, equity=Decimal("99998.75"), unrealized_pnl=Decimal(0), positions=(held,))

    async with start():
        paper, live = await overview(db), await overview(db, "live")

    assert (paper.equity, paper.pnl_today) == (Decimal("99998.75"), Decimal("-1.25"))
    assert [(one.signal_id, one.status, one.reason) for one in paper.signals] == [
        (signal.signal_id, "resized", "account_margin")
    ]
    assert [(one.order_id, one.status, one.filled) for one in paper.orders] == [(order.order_id, "FILLED", 200)]
    assert [fill.price for fill in paper.fills] == [150]
    assert [(one.instrument, one.quantity) for one in paper.positions] == [("AAPL", 200)]
    assert (live.equity, live.signals, live.orders, live.positions) == (None, (), (), ())


async def test_what_happens_is_shown_within_a_second(start: Start, db: Database) -> None:
    signal = a_signal()
    order = a_trading_order(signal)
    async with start() as desk:
        await put(db, "signals", a_stored_signal(signal), signal.signal_id)
        await desk.bus.publish(STANDARDIZED_SIGNALS, signal)
        await eventually(db, lambda told: [one.status for one in told.signals] == ["waiting"])
        await put_decision(db, a_decision(signal, order))
        await put(db, "orders", an_order_record(order), order.order_id)
        await desk.bus.publish(EXECUTION_CONFIRMATIONS, a_confirmation())
        told = await eventually(db, lambda told: bool(told.orders))

    assert told.signals[0].status == "resized"


async def test_a_decision_that_moved_nothing_is_shown_though_no_message_followed_it(start: Start, db: Database) -> None:
    signal = a_signal()
    async with start() as desk:
        await put(db, "signals", a_stored_signal(signal), signal.signal_id)
        await desk.bus.publish(STANDARDIZED_SIGNALS, signal)
        await eventually(db, lambda told: bool(told.signals))
        await asyncio.sleep(1.2)
        await put_decision(db, a_refusal(signal))
        told = await eventually(db, lambda told: told.signals[0].status == "refused")

    assert told.signals[0].reason == "MARGIN_LIMIT"


async def test_a_shadows_decisions_are_not_shown(start: Start, db: Database) -> None:
    signal = a_signal()
    await put(db, "signals", a_stored_signal(signal), signal.signal_id)
    await put_decision(db, a_decision(signal))
    await put_decision(db, a_refusal(signal, version="v2"), shadow="v2")

    async with start():
        told = await overview(db)

    assert [one.status for one in told.signals] == ["resized"]


async def test_ten_signals_of_each_mode_are_shown_however_busy_the_other_is(start: Start, db: Database) -> None:
    for number in range(1, 31):
        mode, book = ("LIVE", "live") if number <= 12 else ("PAPER", "paper")
        received = NOON + timedelta(seconds=number)
        signal = a_signal(strategy_seq=number, external_id=f"{number}", received_at=received)
        await put(db, "signals", a_stored_signal(signal), signal.signal_id)
        await put_decision(db, a_refusal(signal, mode=mode, portfolio=book, seq=number))

    async with start():
        live, paper = await overview(db, "live"), await overview(db)

    assert [one.external_id for one in live.signals] == [f"{n}" for n in range(12, 2, -1)]
    assert [one.external_id for one in paper.signals] == [f"{n}" for n in range(30, 20, -1)]


async def test_an_older_document_never_replaces_a_newer_one(start: Start, db: Database) -> None:
    future = datetime.now(UTC) + timedelta(hours=1)
    await put(db, "dashboard_overview", Overview(mode="PAPER", as_of=future, open_alerts=7), "paper")

    async with start():
        assert (await overview(db)).open_alerts == 7


async def test_services_that_do_not_answer_are_told_apart(start: Start, db: Database) -> None:
    async with start() as desk:
        await jobs.look_around(desk.ports)
        told = await eventually(db, lambda told: len(told.services) == 7)

    health = {one.service: one.status for one in told.services}
    assert health["dashboard-processor"] == "ready"
    assert health["cerebro"] == "unreachable"


async def test_a_wiped_document_is_rebuilt_from_the_records(start: Start, db: Database) -> None:
    await put_account(db)
    async with start():
        before = await overview(db)
    await db.dashboard_overview.delete_many({})

    async with start():
        after = await overview(db)

    same = {"as_of": None, "services": ()}
    assert after.model_copy(update=same) == before.model_copy(update=same)


async def test_it_writes_its_own_collection_and_no_other(start: Start, db: Database) -> None:
    others = [one.name for one in collections.COLLECTIONS if one.owner != "dashboard-processor"]
    async with start() as desk:
        await desk.bus.publish(ALERTS, an_alert())
        await eventually(db, lambda told: told.as_of is not None)

    assert [name for name in others if await db[name].count_documents({})] == []


def an_alert() -> Any:
    return ALERTS.model(alert_id="h1", key="k", severity="info", title="t", service="x", raised_at=datetime.now(UTC))
