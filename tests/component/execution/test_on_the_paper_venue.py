"""Orders of every kind through execution to the paper venue, on quotes that the test posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.service import service
from execution.settings import Settings
from mathematricks.contracts.instruments import Contract, Quote
from mathematricks.contracts.orders import OrderRecord, order_id_for
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.service import running
from mathematricks.runtime.settings import Platform
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, an_exit, an_order

STOP = order_id_for("s1", ACCOUNT, 0, "stop_loss")
TARGET = order_id_for("s1", ACCOUNT, 0, "take_profit")
GOLD = Contract(symbol="GC", type="FUTURE", expiry="20281227", exchange="COMEX")
CROSS = Contract(symbol="AUDNZD", type="FOREX")
COIN = Contract(symbol="BTC/USD", type="CRYPTO")


class Floor:
    """A running execution service with its real paper venue, in a demo, so that every market is open."""

    def __init__(self, ports: Any, bus: MemoryBus) -> None:
        self.ports, self.bus = ports, bus

    async def quote(self, contract: Contract, bid: str, ask: str) -> None:
        """Post a quote, as the API does."""
        instrument = self.ports.market.instrument(contract)
        at = datetime.now(UTC) + timedelta(milliseconds=5)
        posted = Quote(
            instrument=contract.key,
            contract=contract,
            currency=instrument.currency,
            bid=Decimal(bid),
            ask=Decimal(ask),
            at=at,
        )
        await asyncio.sleep(0.006)
        await self.ports.brokers.quotes_moved(self.ports.market.take([posted]))

    async def send(self, order: Any, *statuses: str) -> OrderRecord:
        await self.bus.publish(TRADING_ORDERS, order)
        return await self.until(order.order_id, *statuses)

    async def until(self, order_id: str, *statuses: str) -> OrderRecord:
        order: OrderRecord | None = None
        for _ in range(500):
            order = next(iter(await self.ports.orders.load([order_id])), None)
            if order is not None and order.status in statuses:
                return order
            await asyncio.sleep(0.01)
        raise AssertionError(f"{order_id} is {order and order.status}: {order and order.reason}")

    async def position(self, contract: Contract = AAPL) -> Decimal:
        snapshot = await self.ports.brokers.of(ACCOUNT).snapshot(ACCOUNT)
        held = {position.instrument: position.quantity for position in snapshot.open_positions}
        return held.get(contract.key, Decimal(0))


@asynccontextmanager
async def a_floor(url: str, database: str) -> AsyncIterator[Floor]:
    platform = Platform(mongo_url=url, mongo_database=database, deployment_key="k" * 32, demo=True)  # type: ignore[arg-type]
    settings, bus = Settings(platform=platform, call_timeout=timedelta(milliseconds=500)), MemoryBus()
    async with running(service, settings, bus) as state:
        yield Floor(state.ports, bus)


@pytest.fixture
async def floor(db: Database, mongo_url: str) -> AsyncIterator[Floor]:
    async with a_floor(mongo_url, db.name) as running_floor:
        await running_floor.quote(AAPL, "149.99", "150.01")
        yield running_floor


async def test_a_long_and_a_short_go_round(floor: Floor):
    long, short = an_order(), an_order(order_id="o2", signal_id="s2", side="SELL", quantity=Decimal(30))
    await floor.send(long, "FILLED")
    await floor.send(an_exit(long), "FILLED")
    sold = await floor.send(short, "FILLED")
    await floor.send(an_exit(short), "FILLED")

    assert sold.average_price == Decimal("149.99")
    assert await floor.position() == 0


@pytest.mark.parametrize(
    ("contract", "quantity", "bid", "ask"),
    [(GOLD, "2", "2650.0", "2650.2"), (CROSS, "100000", "1.09000", "1.09010"), (COIN, "0.5", "95000", "95010")],
)
async def test_futures_pairs_and_coins_go_round(floor: Floor, contract: Contract, quantity: str, bid: str, ask: str):
    await floor.quote(contract, bid, ask)
    entry = an_order(contract=contract, quantity=Decimal(quantity))

    bought = await floor.send(entry, "FILLED")
    await floor.send(an_exit(entry), "FILLED")

    assert bought.average_price == Decimal(ask)
    assert await floor.position(contract) == 0


async def test_the_stop_of_an_entry_closes_it_and_takes_the_target_away(floor: Floor):
    await floor.send(an_order(stop_loss=Decimal(140), take_profit=Decimal(170)), "FILLED")
    await floor.until(STOP, "SUBMITTED")
    await floor.until(TARGET, "SUBMITTED")

    await floor.quote(AAPL, "139.50", "139.60")
    stopped = await floor.until(STOP, "FILLED")
    await floor.until(TARGET, "CANCELLED")

    assert stopped.average_price == Decimal("139.50")
    assert await floor.position() == 0


async def test_an_exit_takes_the_protection_of_its_lot_away_before_it_goes(floor: Floor):
    entry = an_order(stop_loss=Decimal(140), take_profit=Decimal(170))
    await floor.send(entry, "FILLED")
    await floor.until(STOP, "SUBMITTED")
    await floor.until(TARGET, "SUBMITTED")

    await floor.send(an_exit(entry), "FILLED")

    assert (await floor.until(STOP, "CANCELLED")).filled == 0
    assert (await floor.until(TARGET, "CANCELLED")).filled == 0
    assert await floor.position() == 0


async def test_a_limit_entry_rests_until_the_market_comes_to_it(floor: Floor):
    await floor.send(an_order(order_type="LIMIT", limit_price=Decimal(149)), "SUBMITTED")

    await floor.quote(AAPL, "148.80", "148.90")
    filled = await floor.until("o1", "FILLED")

    assert filled.average_price is not None
    assert filled.average_price <= 149


async def test_an_exit_that_waits_cancels_the_rest_of_its_entry(floor: Floor):
    entry = an_order(order_type="LIMIT", limit_price=Decimal(149))
    await floor.send(entry, "SUBMITTED")

    await floor.send(an_exit(entry, quantity=None, waits_for=("o1",)), "CANCELLED")

    assert (await floor.until("o1", "CANCELLED")).filled == 0


async def test_a_leg_the_venue_refuses_undoes_the_other(floor: Floor):
    await floor.quote(COIN, "95000", "95010")
    legs = {"signal_id": "sp", "total_legs": 2}
    buys = an_order(order_id="l0", leg_index=0, **legs)
    shorts_coin = an_order(order_id="l1", leg_index=1, side="SELL", contract=COIN, quantity=Decimal(1), **legs)

    await asyncio.gather(*(floor.bus.publish(TRADING_ORDERS, leg) for leg in (buys, shorts_coin)))
    await floor.until("l1", "REJECTED")
    unwound = await floor.until(order_id_for("sp", ACCOUNT, 0, "unwind"), "FILLED")

    assert unwound.filled == 100
    assert await floor.position() == 0


async def test_a_trade_is_booked_in_its_own_currency_with_the_rate_to_the_base(floor: Floor, db: Database):
    await floor.quote(CROSS, "1.09000", "1.09010")
    await floor.send(an_order(contract=CROSS, quantity=Decimal(100_000)), "FILLED")

    execution = await db.executions.find_one({"instrument": "AUDNZD"})

    assert execution is not None
    assert (execution["currency"], execution["base_currency"]) == ("NZD", "USD")
    assert Decimal("0.59") < execution["fx_rate"] < Decimal("0.62")
