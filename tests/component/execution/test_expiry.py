"""What strategies hold beyond its expiry: the venue settles it, and each of them gets its part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.records import ExecutionFilter
from mathematricks.contracts.alerts import Alert
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.topics import ALERTS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, an_order
from support.floor import Floor, a_floor

TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y%m%d}"
CALL = Contract(symbol="AAPL", type="OPTION", expiry=TOMORROW, strike=Decimal(140), right="C")
GOLD = Contract(symbol="GC", type="FUTURE", expiry=TOMORROW, exchange="COMEX")


class Calendar:
    """The time, and days that a test lets go by."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    calendar = Calendar()
    monkeypatch.setattr("execution.service.WallClock", lambda: calendar)
    return calendar


@pytest.fixture
async def floor(db: Database, mongo_url: str, calendar: Calendar) -> AsyncIterator[Floor]:
    async with a_floor(mongo_url, db.name) as floor:
        await floor.quote(AAPL, "149.90", "150.10")
        await floor.quote(CALL, "10.90", "11.10")
        await floor.quote(GOLD, "2650.0", "2650.2")
        yield floor


async def test_what_the_venue_settles_is_split_over_the_strategies_at_its_price(floor: Floor, calendar: Calendar):
    alerts = await _alerts(floor)
    await floor.send(an_order(contract=CALL, quantity=Decimal(5)), "FILLED")
    await floor.send(_bear(CALL, 2), "FILLED")

    calendar.ahead = timedelta(days=3)
    await _until(lambda: not _held(floor, CALL))

    settled, *crossed = sorted(await _after_expiry(floor), key=lambda each: each.crossed)
    assert (settled.strategy_id, settled.side, settled.quantity) == (UNATTRIBUTED, "SELL", 3)
    assert settled.price > 0
    assert {each.price for each in crossed} == {settled.price}
    parts = sorted((each.strategy_id, each.side, each.quantity) for each in crossed)
    assert parts == [("bear", "BUY", 2), ("momentum", "SELL", 5), (UNATTRIBUTED, "BUY", 3)]
    assert await floor.position(CALL) == 0
    assert [alert.severity for alert in alerts if alert.key.startswith("execution.")] == ["info"]


async def test_strategies_that_held_it_against_each_other_settle_at_the_price_a_person_tells(
    floor: Floor, calendar: Calendar
):
    alerts = await _alerts(floor)
    await floor.send(an_order(contract=GOLD, quantity=Decimal(1)), "FILLED")
    await floor.send(_bear(GOLD, 1), "FILLED")

    calendar.ahead = timedelta(days=3)
    await _until(lambda: any(alert.key.startswith("expiry.unsettled:") for alert in alerts))
    await floor.quote(GOLD, "2700", "2702")
    await _until(lambda: not _held(floor, GOLD))

    parts = sorted((each.strategy_id, each.side, each.price) for each in await _after_expiry(floor))
    assert parts == [("bear", "BUY", 2701), ("momentum", "SELL", 2701)]


def _bear(contract: Contract, units: int) -> Any:
    usual = {"order_id": "o2", "signal_id": "s2", "strategy_id": "bear", "side": "SELL"}
    return an_order(contract=contract, quantity=Decimal(units), **usual)


def _held(floor: Floor, contract: Contract) -> dict[str, Decimal]:
    held: dict[str, Decimal] = floor.ports.blotter.sub_positions(ACCOUNT, contract.key)
    return held


async def _after_expiry(floor: Floor) -> list[Execution]:
    since = datetime.now(UTC) + timedelta(days=1)
    found: list[Execution] = await floor.ports.executions.newest(ExecutionFilter(ACCOUNT, since), 100)
    return found


async def _alerts(floor: Floor) -> list[Alert]:
    alerts: list[Alert] = []

    async def take(alert: Alert) -> None:
        alerts.append(alert)

    await floor.bus.subscribe(ALERTS, "test", take)
    return alerts


async def _until(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to be")
