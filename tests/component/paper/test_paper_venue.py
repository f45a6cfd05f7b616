"""The venue on a real MongoDB: races, refusals, accounts, and what it remembers."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from execution.adapters.paper.settings import Latency
from execution.ports import BrokerRejected
from mathematricks.contracts.instruments import Contract
from mathematricks.storage.mongo import Database
from mathematricks.testing.broker_suite import START
from support.paper import ACCOUNT, CRYPTO, FOREX, NOON, STOCK, D, DrivenMarket, SetClock, an_order, limit
from support.paper_venue import a_venue


async def test_an_order_is_one_however_often_and_at_once_it_is_sent(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    feed = venue.events()

    await asyncio.gather(*(venue.submit(an_order(client_order_id=f"o{n % 20}")) for n in range(200)))
    await venue.submit(an_order(client_order_id="last"))

    told = [await anext(feed) for _ in range(21)]
    assert len({event.fill.execution_id for event in told}) == 21
    assert await db.paper_orders.count_documents({}) == 21
    assert (await venue.snapshot(ACCOUNT)).open_positions[0].quantity == 2100


async def test_all_accounts_share_what_a_quote_shows(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    market.move(STOCK, 100, 100, size=100)
    for account in (ACCOUNT, "paper:Other"):
        await venue.submit(an_order(client_order_id="o1", account=account, **limit(100)))

    found = [(await venue.find(account, "o1")).filled for account in (ACCOUNT, "paper:Other")]
    await venue.quote_changed([market.move(STOCK, 100, 100, size=30)])

    assert found == [100, 0]
    assert (await venue.find("paper:Other", "o1")).filled == 30


async def test_an_order_long_forgotten_by_memory_is_still_one_order(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market, remembered=1)
    for number in range(3):
        await venue.submit(an_order(client_order_id=f"o{number}"))
    before = await venue.snapshot(ACCOUNT)

    await venue.submit(an_order(client_order_id="o0", side="SELL"))

    assert (await venue.find(ACCOUNT, "o0")).status == "FILLED"
    assert await venue.snapshot(ACCOUNT) == before


async def test_a_refusal_is_final_under_its_id(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    market.quotes.clear()
    with pytest.raises(BrokerRejected, match="NO_QUOTE"):
        await venue.submit(an_order())
    market.move(STOCK, 100, 100)

    for broker in (venue, await a_venue(db, market)):
        with pytest.raises(BrokerRejected, match="NO_QUOTE"):
            await broker.submit(an_order())
        assert (await broker.find(ACCOUNT, "o1")).status == "REJECTED"


@pytest.mark.parametrize(
    ("but", "reason"),
    [
        ({"quantity": 0}, "MALFORMED"),
        ({"quantity": "NaN"}, "MALFORMED"),
        ({"quantity": "1E+18"}, "MALFORMED"),
        (limit("0.0000000000000000001"), "MALFORMED"),
        ({"order_type": "LIMIT"}, "MALFORMED"),
        ({"order_type": "STOP_LIMIT", "limit_price": 1}, "MALFORMED"),
        ({"contract": Contract(symbol="NOPE", type="STOCK")}, "UNKNOWN_INSTRUMENT"),
        ({"account": "IBKR_Main"}, "UNKNOWN_ACCOUNT"),
    ],
)
async def test_what_can_be_no_order_leaves_nothing(
    db: Database, market: DrivenMarket, but: dict[str, Any], reason: str
):
    venue = await a_venue(db, market)

    with pytest.raises(BrokerRejected, match=reason):
        await venue.submit(an_order(**but))

    assert await db.paper_orders.count_documents({}) == 0


async def test_a_day_order_ends_while_the_venue_sleeps_or_ticks(db: Database, market: DrivenMarket):
    clock = SetClock()
    venue = await a_venue(db, market, clock=clock)
    for name in ("o1", "o2"):
        await venue.submit(an_order(client_order_id=name, **limit(90)))
    clock.time = NOON + timedelta(hours=13)

    again = await a_venue(db, market, clock=clock)

    assert (await again.find(ACCOUNT, "o1")).status == "EXPIRED"
    await venue.quote_changed([market.move(STOCK, 80, 80)])
    assert not await venue.open_orders(ACCOUNT)
    assert not await again.executions(ACCOUNT, START)


async def test_one_quote_reaches_resting_orders_of_every_account(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    accounts = [f"paper:{name}" for name in ("a", "b", "c")]
    for account in accounts:
        await venue.submit(an_order(account=account, **limit(95)))
    feed = venue.events()

    await venue.quote_changed([market.move(STOCK, 94, 94), market.move(FOREX, 1, 1)])

    assert {(await anext(feed)).account for _ in accounts} == set(accounts)


async def test_an_account_opens_on_demand_or_as_told_until_it_trades(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market, default_cash={"USD": D(50_000)})
    await venue.open_account(ACCOUNT, "USD", {"USD": D(1)})
    await venue.open_account(ACCOUNT, "EUR", {"EUR": D(20_000), "GBP": D(5)})
    market.rates = {"GBP": D("1.25"), "USD": D("0.90")}
    await venue.submit(an_order(quantity=1))
    await venue.submit(an_order(quantity=1, account="paper:new"))

    assert (await venue.snapshot(ACCOUNT)).cash == {"EUR": 20_000, "GBP": 5, "USD": D("-101.00")}
    assert (await venue.snapshot("paper:new")).cash == {"USD": D("49899.00")}
    assert venue.base_currency(ACCOUNT) == "EUR"
    assert list(venue.accounts()) == [ACCOUNT, "paper:new"]
    await venue.open_account(ACCOUNT, "EUR", {"EUR": D(20_000), "GBP": D(5)})
    with pytest.raises(BrokerRejected, match="ACCOUNT_TRADED"):
        await venue.open_account(ACCOUNT, "EUR", {"EUR": D(1)})
    with pytest.raises(BrokerRejected, match="UNKNOWN_ACCOUNT"):
        await venue.open_account("IBKR_Main", "USD", {"USD": D(1)})
    with pytest.raises(BrokerRejected, match="UNKNOWN_ACCOUNT"):
        await venue.snapshot("paper:nobody")


async def test_entries_are_refused_on_a_fresh_valuation_whatever_was_lent_before(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    await venue.open_account(ACCOUNT, "USD", {"USD": D(10_000)})
    await venue.submit(an_order(client_order_id="o1", quantity=150))

    with pytest.raises(BrokerRejected, match="INSUFFICIENT_MARGIN"):
        await venue.submit(an_order(client_order_id="o2", quantity=100))
    await venue.submit(an_order(client_order_id="o3", side="SELL", quantity=150))
    await venue.submit(an_order(client_order_id="o4", quantity=150))

    assert (await venue.find(ACCOUNT, "o4")).status == "FILLED"


async def test_an_order_meets_the_quote_of_when_it_arrives(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market, latency=Latency(timedelta(milliseconds=30)))
    travelling = asyncio.create_task(venue.submit(an_order()))
    await asyncio.sleep(0.01)
    market.move(STOCK, 101, 101)

    await travelling

    assert (await venue.find(ACCOUNT, "o1")).fills[0].price == 101


async def test_cancels_and_quotes_at_the_same_moment_end_an_order_once(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    market.move(CRYPTO, 100, 100)
    feed = venue.events()
    for number in range(20):
        await venue.submit(an_order(CRYPTO, quantity=1, client_order_id=f"o{number}", **limit(90)))

    await asyncio.gather(
        *(venue.cancel(ACCOUNT, f"o{number}") for number in range(0, 20, 2)),
        venue.quote_changed([market.move(CRYPTO, 89, 89)]),
        *(venue.cancel(ACCOUNT, f"o{number}") for number in range(1, 20, 2)),
    )
    await venue.submit(an_order(client_order_id="last"))

    told = [await anext(feed) for _ in range(21)]
    assert sorted(event.client_order_id for event in told) == sorted([*(f"o{n}" for n in range(20)), "last"])
    assert {event.status for event in told[:10]} == {"CANCELLED"}
    assert {event.status for event in told[10:]} == {"FILLED"}
    again = await a_venue(db, market)
    assert await again.snapshot(ACCOUNT) == await venue.snapshot(ACCOUNT)


async def test_a_position_nobody_quotes_any_more_keeps_its_last_price_and_does_not_trade(
    db: Database, market: DrivenMarket
):
    venue = await a_venue(db, market)
    await venue.submit(an_order())
    await venue.quote_changed([market.move(STOCK, 103, 103)])
    market.quotes.clear()

    assert (await venue.snapshot(ACCOUNT)).unrealized_pnl == 300
    with pytest.raises(BrokerRejected, match="NO_QUOTE"):
        await venue.submit(an_order(side="SELL", client_order_id="o2"))


async def test_absurd_figures_are_refused_and_reported_not_raised(db: Database, market: DrivenMarket):
    venue = await a_venue(db, market)
    await venue.submit(an_order())
    market.move(STOCK, "1E+30", "1E+30")

    with pytest.raises(BrokerRejected, match="INSUFFICIENT_MARGIN"):
        await venue.submit(an_order(quantity="9E+17", client_order_id="o2"))
    assert (await venue.snapshot(ACCOUNT)).equity > D("1E+30")
