"""Orders of every kind through execution to the paper venue, on quotes that the test posts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.orders import order_id_for
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, an_exit, an_order
from support.floor import Floor, a_floor

STOP = order_id_for("s1", ACCOUNT, 0, "stop_loss")
TARGET = order_id_for("s1", ACCOUNT, 0, "take_profit")
GOLD = Contract(symbol="GC", type="FUTURE", expiry="20281227", exchange="COMEX")
CROSS = Contract(symbol="AUDNZD", type="FOREX")
COIN = Contract(symbol="BTC/USD", type="CRYPTO")


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
