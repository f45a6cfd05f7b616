"""Flattening when the venue is silent about some orders, refuses others, or our process dies in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from execution.domain.closing import uncrossed
from execution.domain.controls.crossing import is_crossed
from execution.ports import BrokerFill, BrokerOrderState, BrokerUnavailable, Change
from execution.records import Writes
from execution.steps.controlling import ControlRefused, ask_for_rearm, fire, rearm
from mathematricks.contracts.controls import Fire, FlattenReport, Rearm
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.controls import DESK, on_account, on_strategy
from support.execution import AAPL, ACCOUNT, Desk, ScriptedBroker, StillMarket, a_desk, a_quote, an_exit, an_order

D = Decimal


class Silent(ScriptedBroker):
    """A venue that accepts and trades, but tells nothing of the orders in ``secret`` until it is reset."""

    def __init__(self, *secret: str) -> None:
        super().__init__()
        self.secret = set(secret)

    async def submit(self, order: Any) -> None:
        await super().submit(order)
        if self._hides(order.client_order_id):
            raise BrokerUnavailable("no answer")

    async def cancel(self, account: str, client_order_id: str) -> None:
        if self._hides(client_order_id):
            raise BrokerUnavailable("no answer")
        await super().cancel(account, client_order_id)

    async def find(self, account: str, client_order_id: str) -> BrokerOrderState | None:
        if self._hides(client_order_id):
            raise BrokerUnavailable("no answer")
        return await super().find(account, client_order_id)

    async def executions(self, account: str, since: datetime) -> Sequence[BrokerFill]:
        if self.secret:
            raise BrokerUnavailable("no answer")
        return await super().executions(account, since)

    def _hides(self, client_order_id: str) -> bool:
        return client_order_id.rpartition(".")[0] in self.secret


def a_market() -> StillMarket:
    market = StillMarket()
    market.quotes["AAPL"] = a_quote()
    return market


async def flattened(desk: Desk, scope: Any = DESK) -> int:
    controls = await fire(Fire(scope=scope, mode="flatten", reason="a test"), "ann", desk.ports)
    return controls.generation


async def report_of(desk: Desk, generation: int, seconds: float = 20) -> FlattenReport:
    await desk.wait(lambda: generation in desk.ports.oversight.flattening, seconds)
    await desk.wait(lambda: desk.ports.oversight.flattening[generation].flat, seconds)
    found: FlattenReport | None = None
    while found is None or found.flat_at is None:
        found = await desk.ports.oversight.store.report(generation)
    return found


async def test_what_an_exit_in_doubt_may_close_is_left_to_it(db: Database):
    broker = Silent("x")
    async with a_desk(db, broker, a_market()) as desk:
        entry = an_order()
        await desk.bus.publish(TRADING_ORDERS, entry)
        await desk.until("o1", "FILLED")
        broker.scripts["x"] = iter(["rests"])
        await desk.bus.publish(TRADING_ORDERS, an_exit(entry, order_id="x", quantity=D(40), closes=()))
        await desk.until("x", "UNKNOWN")

        generation = await flattened(desk)
        await desk.wait(lambda: sum(order.quantity for order in broker.arrived if order.side == "SELL") == 100)
        broker.fill("x.1", D(40), say=False)
        broker.secret.clear()
        report = await report_of(desk, generation)

    closing = [order for order in broker.arrived if order.client_order_id.startswith("o") and order.side == "SELL"]
    assert [order.quantity for order in closing] == [60]
    assert broker.positions(ACCOUNT)["AAPL"][1] == 0
    assert (report.reversed, report.places[0].closed) == (0, 60)


async def test_an_entry_in_doubt_stays_watched_and_what_it_fills_is_closed_in_a_later_round(db: Database):
    broker = Silent("o2")
    async with a_desk(db, broker, a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        broker.scripts["o2"] = iter(["rests"])
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2", quantity=D(30)))
        await desk.until("o2", "UNKNOWN")

        generation = await flattened(desk)
        await desk.wait(lambda: desk.held() == 0 and not desk.ports.oversight.flattening[generation].flat, 20)
        broker.fill("o2.1", D(30), say=False)
        broker.secret.clear()
        report = await report_of(desk, generation)

    assert broker.positions(ACCOUNT)["AAPL"][1] == 0
    closing = await desk.ports.orders.named(f"flatten:{generation}:")
    names = sorted(order.signal_id for order in closing if order.attempts)
    assert names == [f"flatten:{generation}:{ACCOUNT}:AAPL", f"flatten:{generation}:{ACCOUNT}:AAPL:2"]
    assert report.places[0].closed == 130


async def test_a_venue_that_refuses_is_tried_again_and_a_person_told(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        broker.then("rejected", "rejected")

        report = await report_of(desk, await flattened(desk))

    assert broker.positions(ACCOUNT)["AAPL"][1] == 0
    assert report.places[0].closed == 100
    assert any(alert.key.startswith("flatten.refused") and alert.severity == "critical" for alert in desk.alerts)


async def test_what_nobody_here_ordered_is_closed_too(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, a_market()) as desk:
        broker.trade_by_hand(AAPL, "BUY", D(70), say=False)
        desk.ports.market.named = lambda name: desk.market.instrument(AAPL)  # type: ignore[method-assign]

        generation = await flattened(desk)
        await desk.wait(lambda: broker.positions(ACCOUNT)["AAPL"][1] == 0)
        await report_of(desk, generation)


async def test_resting_orders_that_ended_here_but_work_there_are_ended(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order(order_type="LIMIT", limit_price=D(1)))
        await desk.until("o1", "SUBMITTED")

        await report_of(desk, await flattened(desk))
        order = await desk.until("o1", "CANCELLED")

    assert (order.reason or "").startswith("KILL_SWITCH: flatten")
    assert broker.orders["o1.1"].status == "CANCELLED"


@pytest.mark.parametrize("dies", ["before the parts are recorded", "before they are booked"])
@pytest.mark.parametrize("scope", [DESK, on_strategy("momentum")])
async def test_a_process_that_dies_while_it_splits_leaves_nothing_behind(db: Database, dies: str, scope: Any):
    broker = ScriptedBroker()
    async with a_desk(db, broker, a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        _let_it_die(desk, dies)
        await flattened(desk, scope)
        await desk.wait(lambda: broker.positions(ACCOUNT)["AAPL"][1] == 0)
        named = [order.client_order_id for order in broker.arrived]
        if dies == "before they are booked":
            await desk.wait(lambda: any(is_crossed(order) for order in desk.ports.blotter.known()))

    async with a_desk(db, broker, a_market()) as restarted:
        report = await report_of(restarted, 1)
        held = restarted.ports.blotter.sub_positions(ACCOUNT, "AAPL")

    done = [each for each in await restarted.ports.executions.of_orders(_ids(restarted)) if each.crossed]
    assert held == {}
    assert [order.client_order_id for order in broker.arrived] == named
    assert sorted((each.strategy_id, each.side, each.quantity) for each in done) == [
        ("momentum", "SELL", D(100)),
        ("unattributed", "BUY", D(100)),
    ]
    assert report.reversed == 0


async def test_two_switches_that_flatten_the_same_position_close_it_once(db: Database):
    broker = ScriptedBroker()
    async with a_desk(db, broker, a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.bus.publish(
            TRADING_ORDERS, an_order(order_id="o2", strategy_id="other", quantity=D(30), side="SELL")
        )
        await desk.until("o1", "FILLED")
        await desk.until("o2", "FILLED")

        scopes = (on_strategy("momentum"), on_account(ACCOUNT), DESK, on_strategy("other"))
        generations = [await flattened(desk, scope) for scope in scopes]
        for generation in generations:
            await report_of(desk, generation)
        await desk.wait(lambda: not desk.ports.blotter.sub_positions(ACCOUNT, "AAPL"))

    net, path = D(70), []
    for state in broker.orders.values():
        path += [fill for fill in state.fills if fill.client_order_id not in ("o1.1", "o2.1")]
    for fill in path:
        net += fill.quantity if fill.side == "BUY" else -fill.quantity
    assert broker.positions(ACCOUNT)["AAPL"][1] == net == 0
    assert sum(fill.quantity for fill in path) in (70, 130)


async def test_re_arming_waits_until_what_was_closed_is_split(db: Database):
    async with a_desk(db, ScriptedBroker(), a_market()) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        _let_it_die(desk, "before the parts are recorded")
        await flattened(desk)
        await desk.wait(lambda: bool(uncrossed(desk.ports.blotter)))
        await ask_for_rearm(Rearm(), "ann", desk.ports)

        with pytest.raises(ControlRefused, match="at work"):
            await rearm(Rearm(), "bob", desk.ports)


def _ids(desk: Desk) -> list[str]:
    return [order.order_id for order in desk.ports.blotter.known()]


def _let_it_die(desk: Desk, when: str) -> None:
    """Stands for the end of the process: from there on nothing more of this kind is written."""
    claim, record = desk.ports.orders.claim, desk.ports.record

    async def dying_claim(worker: str, decide: Any) -> Any:
        def decided(controls: Any) -> Writes:
            writes: Writes = decide(controls)
            if any(is_crossed(order) for order in writes.inserts):
                raise ConnectionError("the process is gone")
            return writes

        return await claim(worker, decided)

    async def dying_record(change: Change) -> Any:
        if change.crossed is not None:
            raise ConnectionError("the process is gone")
        return await record(change)

    if when == "before the parts are recorded":
        desk.ports.orders.claim = dying_claim  # type: ignore[method-assign]
    else:
        desk.ports.record = dying_record
