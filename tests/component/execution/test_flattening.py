"""The kill switch flattens on the real paper venue: everything closed, nothing reversed, every sub-ledger at zero."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from execution.jobs import watch_lots
from execution.records import ExecutionFilter
from execution.steps.controlling import ask_for_rearm, fire, rearm
from mathematricks.contracts.controls import Fire, FlattenReport, Rearm, Scope
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import LotClose, TradingOrder
from mathematricks.storage.mongo import Database
from support.controls import on_account, on_strategy
from support.execution import ACCOUNT, an_exit
from support.paper_floor import PaperFloor, a_paper_floor, an_entry, shares

ONE, TWO = shares(2)


@pytest.fixture
async def floor(db: Database, mongo_url: str) -> AsyncIterator[PaperFloor]:
    async with a_paper_floor(mongo_url, db.name) as running_floor:
        yield running_floor


async def flat(floor: PaperFloor, scope: Scope) -> FlattenReport:
    """Fire the kill switch and wait until it reports that nothing is left."""
    controls = await fire(Fire(scope=scope, mode="flatten", reason="a test"), "ann", floor.ports)
    return await finished(floor, controls.generation)


async def finished(floor: PaperFloor, generation: int) -> FlattenReport:
    async def done() -> FlattenReport | None:
        report = await floor.ports.oversight.store.report(generation)
        return report if report is not None and report.flat_at is not None else None

    found: FlattenReport = await floor.eventually(done)
    return found


async def test_fifty_positions_with_stops_and_exits_in_flight_end_flat_and_none_is_reversed(
    floor: PaperFloor, record_property: pytest.RecordProperty
):
    contracts = shares(50)
    await floor.seed(*contracts)
    entries = [
        an_entry(i, c) if i % 5 else an_entry(i, c, side="SELL", stop_loss=Decimal(200), take_profit=Decimal(50))
        for i, c in enumerate(contracts)
    ]
    await floor.open(*entries)
    exits = [an_exit(entry, quantity=Decimal(4), closes=(part_of(entry, 4),)) for entry in entries]

    sending = asyncio.create_task(floor.send(*exits))
    await asyncio.sleep(0)
    report = await flat(floor, Scope())
    await sending

    record_property("seconds_to_flat", str(report.seconds_to_flat))
    print(f"\n50 positions flat in {report.seconds_to_flat} s", report.entries, report.exits, report.stops)
    assert await floor.at_venue() == {}
    assert all(floor.held(contract) == {} for contract in contracts)
    assert floor.live() == []
    assert report.reversed == 0
    assert report.stops == 100
    assert {place.instrument for place in report.places} == {contract.key for contract in contracts}


def part_of(entry: TradingOrder, units: int) -> LotClose:
    """Some units of the lot of *entry*, whose sender asked for 10."""
    return LotClose(
        lot=entry.order_id, asked=Decimal(units), lot_asked=Decimal(10), last=False, quantity=Decimal(units)
    )


async def test_the_net_is_traded_and_opposites_are_crossed_at_its_price(floor: PaperFloor):
    await floor.seed(ONE)
    long = an_entry(1, ONE, quantity=Decimal(100), strategy_id="long")
    more = an_entry(2, ONE, quantity=Decimal(20), strategy_id="long")
    short = an_entry(3, ONE, quantity=Decimal(40), strategy_id="short", side="SELL", stop_loss=None, take_profit=None)
    await floor.open(long, more, short)

    report = await flat(floor, on_account(ACCOUNT))

    closing = await floor.ports.orders.named("flatten:1:")
    at_venue = [order for order in closing if order.attempts]
    done = await executions_since_fired(floor, report)
    split = Counter[tuple[str, str]]()
    for each in done:
        split[(each.strategy_id, each.side)] += each.quantity if each.crossed else 0  # type: ignore[assignment]
    assert [(order.side, order.filled) for order in at_venue] == [("SELL", Decimal(80))]
    assert at_venue[0].signal_id == f"flatten:1:{ACCOUNT}:{ONE.key}"
    assert {each.price for each in done if each.crossed} == {at_venue[0].average_price}
    assert +split == {("long", "SELL"): 120, ("short", "BUY"): 40, ("unattributed", "BUY"): 80}
    assert floor.held(ONE) == {}
    assert await floor.at_venue() == {}
    assert (report.places[0].held, report.places[0].closed, report.places[0].crossed) == (80, 80, 40)


async def test_every_lot_that_was_closed_says_so_and_the_commission_is_shared(floor: PaperFloor):
    await floor.seed(ONE)
    first = an_entry(1, ONE, quantity=Decimal(100), strategy_id="long")
    second = an_entry(2, ONE, quantity=Decimal(20), strategy_id="long")
    await floor.open(first, second)

    report = await flat(floor, on_account(ACCOUNT))

    closers = await floor.ports.orders.of_lots(["e1", "e2"])
    by_lot = {order.lot: order.filled for order in closers if order.purpose == "flatten"}
    done = await executions_since_fired(floor, report)
    ours = [each for each in done if each.strategy_id == "long"]
    assert by_lot == {"e1": Decimal(100), "e2": Decimal(20)}
    assert {each.signal_id for each in ours} == {"s1", "s2"}
    assert sum(each.commission for each in ours) == sum(each.commission for each in done) > 0


async def test_a_strategy_is_flattened_alone(floor: PaperFloor):
    await floor.seed(ONE, TWO)
    mine = an_entry(1, ONE, quantity=Decimal(30), strategy_id="mine")
    theirs = an_entry(2, ONE, quantity=Decimal(50), strategy_id="theirs", side="SELL", stop_loss=None, take_profit=None)
    resting = an_entry(
        3, ONE, strategy_id="theirs", order_type="LIMIT", limit_price=Decimal(1), stop_loss=None, take_profit=None
    )
    elsewhere = an_entry(4, TWO, strategy_id="theirs")
    await floor.open(mine, theirs, elsewhere)
    await floor.send(resting)
    await floor.until(lambda: floor.status(resting) == "SUBMITTED")

    report = await flat(floor, on_strategy("mine"))

    assert floor.held(ONE) == {"theirs": Decimal(-50)}
    assert floor.held(TWO) == {"theirs": Decimal(10)}
    assert await floor.at_venue() == {ONE.key: Decimal(-50), TWO.key: Decimal(10)}
    assert floor.status(resting) == "SUBMITTED"
    assert report.reversed == 0


async def test_strategies_that_only_hold_against_each_other_are_crossed_without_a_trade(floor: PaperFloor):
    await floor.seed(ONE)
    plain = {"quantity": Decimal(40), "stop_loss": None, "take_profit": None}
    await floor.open(an_entry(1, ONE, strategy_id="long", **plain))
    await floor.open(an_entry(2, ONE, strategy_id="short", side="SELL", **plain))

    report = await flat(floor, on_account(ACCOUNT))

    done = await executions_since_fired(floor, report)
    assert floor.held(ONE) == {}
    assert all(each.crossed for each in done)
    assert len({each.price for each in done}) == 1


async def test_protection_comes_back_with_re_arming_and_not_before(floor: PaperFloor):
    await floor.seed(ONE)
    await floor.open(an_entry(1, ONE))

    await fire(Fire(mode="cancel_resting", reason="a test"), "ann", floor.ports)
    await floor.until(lambda: not floor.live())
    await watch_lots(floor.ports)
    unprotected = floor.live()
    await ask_for_rearm(Rearm(), "ann", floor.ports)
    await rearm(Rearm(), "bob", floor.ports)
    await floor.until(lambda: (floor.working("stop_loss"), floor.working("take_profit")) == (1, 1))

    assert unprotected == []
    assert floor.held(ONE) == {"momentum": Decimal(10)}


async def test_reduce_only_takes_resting_entries_away_and_keeps_stops(floor: PaperFloor):
    await floor.seed(ONE)
    resting = an_entry(2, ONE, order_type="LIMIT", limit_price=Decimal(1))
    await floor.open(an_entry(1, ONE))
    await floor.send(resting)
    await floor.until(lambda: floor.status(resting) == "SUBMITTED")

    await fire(Fire(mode="reduce_only", reason="a test"), "ann", floor.ports)
    await floor.until(lambda: floor.status(resting) == "CANCELLED")

    assert (floor.working("stop_loss"), floor.working("take_profit")) == (1, 1)


async def executions_since_fired(floor: PaperFloor, report: FlattenReport) -> list[Execution]:
    return await floor.ports.executions.newest(ExecutionFilter(ACCOUNT, report.fired_at), 100)
