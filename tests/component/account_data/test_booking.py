"""Executions become ledger entries once, and everything derived follows them."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from decimal import Decimal

from account_data.domain.ledger import ordinary
from mathematricks.accounting.position import fold
from mathematricks.contracts.collections import ACCOUNT_HISTORY, ACCOUNT_STATE, POSITIONS
from mathematricks.contracts.topics import EXECUTION_CONFIRMATIONS
from support.accounts import ACCOUNT, OPENED, a_broker_position, a_confirmation, an_account_update, an_execution
from support.ledger_desk import Desk, Start

ENTRIES = {"kind": "execution"}


async def test_a_fill_is_booked_under_its_own_id_and_seen_at_once(desk: Desk) -> None:
    fill = an_execution(quantity=100, price="150.25", commission="1.00")
    await desk.report(an_account_update())

    await desk.fill(fill)

    (entry,) = (await desk.get("/api/v1/ledger", signal_id=fill.signal_id))["items"]
    assert (entry["entry_id"], entry["seq"], entry["cash"]) == (fill.execution_id, 1, "-15026.00")
    assert await desk.db[ACCOUNT_HISTORY.name].find_one({"_id": fill.execution_id}) is not None
    state = await desk.state()
    assert [(p["instrument"], p["quantity"]) for p in state["positions"]] == [("AAPL", "100")]
    assert state["sub_ledgers"][0]["cash"] == {"USD": "-15026.00"}


async def test_an_execution_told_two_hundred_times_is_booked_once(desk: Desk) -> None:
    fill = an_execution()

    await desk.fill(fill, times=200)
    await desk.fill(fill, an_execution(), fill)

    assert [entry["seq"] for entry in (await desk.get("/api/v1/ledger"))["items"]] == [2, 1]


async def test_news_without_a_fill_books_nothing(desk: Desk) -> None:
    news = a_confirmation().model_copy(update={"execution": None})

    await desk.bus.publish(EXECUTION_CONFIRMATIONS, news)

    assert (await desk.get("/api/v1/ledger"))["items"] == []


async def test_a_thousand_fills_in_any_order_are_numbered_without_gaps_and_fold_alike(desk: Desk) -> None:
    fills = [
        an_execution(
            side=random.choice(["BUY", "SELL"]),
            quantity=random.randint(1, 9),
            price=random.randint(90, 110),
            strategy_id=random.choice(["Up", "Down"]),
        )
        for _ in range(1000)
    ]
    arriving = random.sample(fills, len(fills))

    await desk.fill(*arriving)
    await desk.report(an_account_update())
    await desk.saved()

    entries = desk.db[ACCOUNT_HISTORY.name].find(ENTRIES).sort("seq", 1)
    assert [entry["seq"] async for entry in entries] == list(range(1, 1001))
    for strategy in ("Up", "Down"):
        expected = fold(fill for fill in fills if fill.strategy_id == strategy)
        stored = await desk.db[POSITIONS.name].find_one({"strategy_id": strategy})
        assert stored is not None
        assert (stored["quantity"], stored["realized_pnl"]) == (expected.quantity, expected.realized_pnl)


async def test_a_restart_goes_on_where_the_last_process_stopped(start: Start) -> None:
    fills = [an_execution(strategy_id=name, commission="0.37") for name in ("Up", "Down", "Up")]
    late = an_execution(strategy_id="Up", price=10, executed_at=OPENED - timedelta(hours=1))
    async with start() as desk:
        await desk.report(an_account_update(open_positions=[a_broker_position(market_price=160)]))
        await desk.fill(*fills)
        before = await desk.state()

    async with start() as desk:
        after = await desk.state()
        await desk.fill(late)
        (up,) = [p for p in (await desk.state())["positions"] if p["strategy_id"] == "Up"]

    assert after == before
    assert Decimal(up["average_price"]) == fold([fills[0], fills[2], late]).average_price


async def test_without_any_derived_document_the_ledger_alone_restores_the_books(start: Start) -> None:
    async with start() as desk:
        await desk.report(an_account_update())
        await desk.fill(*[an_execution() for _ in range(5)])
        before = await desk.state()

    await desk.db[POSITIONS.name].delete_many({})
    await desk.db[ACCOUNT_STATE.name].delete_many({})
    async with start() as desk:
        await desk.report(an_account_update())
        after = await desk.state()

    assert after["positions"] == before["positions"]
    assert after["sub_ledgers"] == before["sub_ledgers"]


async def test_two_processes_book_one_account_without_losing_or_doubling(start: Start) -> None:
    fills = [an_execution(quantity=n + 1) for n in range(60)]
    async with start() as one, start() as other:
        await asyncio.gather(
            *(one.ports.book(ordinary(fill)) for fill in fills[:40]),
            *(other.ports.book(ordinary(fill)) for fill in fills[20:]),
        )
        numbers = [entry["seq"] for entry in (await one.get("/api/v1/ledger", limit=1000))["items"]]
        await one.report(an_account_update())
        await one.saved()
        await one.fill(an_execution(quantity=1))
        (position,) = (await one.get(f"/api/v1/account/{ACCOUNT}/positions"))["items"]

    assert numbers == list(range(60, 0, -1))
    assert Decimal(position["quantity"]) == sum(range(61)) + 1


async def test_a_figure_too_large_to_book_is_put_aside_and_harms_no_other(desk: Desk) -> None:
    good = an_execution()

    await desk.fill(an_execution(quantity="1e15", price="1e15"), good)

    assert [entry["entry_id"] for entry in (await desk.get("/api/v1/ledger"))["items"]] == [good.execution_id]
    assert len(desk.bus.dead["execution-confirmations.dead"]) == 1
