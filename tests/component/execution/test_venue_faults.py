"""What execution makes of everything that can go wrong between it and a venue of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.ports import BrokerOrder
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.execution import AAPL, ACCOUNT, an_exit, an_order
from support.remote import a_remote_venue
from support.venue_desk import VenueDesk, a_venue_desk, eventually


@pytest.fixture
async def desk(db: Database, mongo_url: str) -> AsyncIterator[VenueDesk]:
    async with a_venue_desk(db, mongo_url) as running_desk:
        yield running_desk


async def test_a_reply_lost_after_acceptance_is_found_by_our_id_and_sent_once(desk: VenueDesk):
    await desk.venue.fault("reply_lost")

    order = await desk.send(an_order(), "FILLED")

    assert (order.filled, len(order.attempts)) == (100, 1)
    assert (await desk.venue.tally())["acceptances"] == {"o1.1": 1}
    assert await desk.venue.struck("reply_lost") == 1


async def test_an_order_lost_on_the_way_is_proven_absent_and_sent_again(desk: VenueDesk):
    await desk.venue.fault("order_lost")

    order = await desk.send(an_order(), "FILLED")

    assert [attempt.outcome for attempt in order.attempts][:1] == ["ABSENT"]
    assert (await desk.venue.tally())["acceptances"] == {"o1.2": 1}
    assert desk.held() == 100


async def test_an_order_that_arrives_when_nobody_waits_for_it_any_more_is_not_taken(desk: VenueDesk):
    await desk.venue.fault("delay", seconds=1, times=2, account=ACCOUNT)
    await desk.bus.publish(TRADING_ORDERS, an_order())
    await eventually(lambda: desk.venue.struck("delay"), "the delay")

    # Held up just as long and sent later: when it is through, the first one has arrived too.
    async with a_remote_venue(desk.venue) as patient:
        await patient.submit(BrokerOrder("later", ACCOUNT, AAPL, "BUY", Decimal(1)))

    order = await desk.until("o1", "FILLED")
    assert [attempt.outcome for attempt in order.attempts][:1] == ["ABSENT"]
    assert (await desk.venue.tally())["acceptances"] == {"later": 1, "o1.2": 1}


async def test_a_delay_that_is_waited_for_changes_nothing(db: Database, mongo_url: str):
    async with a_venue_desk(db, mongo_url, call_timeout=timedelta(seconds=5)) as desk:
        await desk.venue.fault("delay", seconds=0.3)

        order = await desk.send(an_order(), "FILLED")

        assert (await desk.venue.tally())["acceptances"] == {"o1.1": 1}
    assert len(order.attempts) == 1


async def test_events_told_twice_are_booked_once(desk: VenueDesk):
    await desk.venue.fault("duplicate_events", times=10)

    await desk.send(an_order(), "FILLED")
    await desk.send(an_exit(an_order()), "FILLED")

    assert await desk.venue.struck("duplicate_events") >= 2
    assert len(await desk.booked(2)) == 2
    assert desk.held() == 0


async def test_events_out_of_order_come_to_the_same(desk: VenueDesk):
    await desk.quote("149.99", "150.01", size=40)
    await desk.venue.fault("reordered_events")

    order = await desk.send(an_order(), "FILLED")

    sequence = [fill["venue_seq"] for fill in await desk.booked(2)]
    assert await desk.venue.struck("reordered_events") == 1
    assert (order.filled, sorted(sequence), desk.held()) == (100, [1, 2], 100)


async def test_an_order_that_fills_in_parts_is_filled_in_the_end(desk: VenueDesk):
    await desk.venue.fault("partial_fills")

    partial = await desk.send(an_order(), "PARTIALLY_FILLED")
    filled = await desk.until("o1", "FILLED")

    assert (partial.filled, filled.filled) == (50, 100)
    assert len(await desk.booked(2)) == 2


async def test_a_refused_entry_ends_and_a_refused_exit_is_pursued(desk: VenueDesk):
    await desk.send(an_order(), "FILLED")
    await desk.venue.fault("reject", times=2)

    refused = await desk.send(an_order(order_id="o2", signal_id="s2"), "REJECTED")
    exited = await desk.send(an_exit(an_order()), "FILLED")

    assert "REFUSED" in (refused.reason or "")
    assert (exited.filled, desk.held()) == (100, 0)
    assert "o2.1" not in (await desk.venue.tally())["acceptances"]


async def test_what_happens_while_the_lines_are_cut_is_known_when_they_are_back(desk: VenueDesk):
    await desk.send(an_order(order_type="LIMIT", limit_price=Decimal(149)), "SUBMITTED")

    await desk.venue.fault("disconnect", seconds=0.5)
    await desk.quote("148.80", "148.90")

    assert (await desk.until("o1", "FILLED")).filled == 100


async def test_orders_sent_while_the_lines_are_cut_are_accepted_once(desk: VenueDesk):
    await desk.venue.fault("disconnect", seconds=0.5)

    order = await desk.send(an_order(), "FILLED")

    assert order.filled == 100
    assert set((await desk.venue.tally())["acceptances"].values()) == {1}
    assert len((await desk.venue.tally())["acceptances"]) == 1


async def test_a_venue_that_restarts_keeps_its_book_and_is_heard_again(desk: VenueDesk):
    await desk.send(an_order(order_type="LIMIT", limit_price=Decimal(149)), "SUBMITTED")

    await desk.venue.close()
    await desk.venue.open()
    await desk.quote("148.80", "148.90")

    assert (await desk.until("o1", "FILLED")).filled == 100


async def test_numbers_handed_out_again_confuse_nobody(desk: VenueDesk):
    await desk.send(an_order(), "FILLED")
    await desk.venue.fault("reused_ids")

    await desk.send(an_order(order_id="o2", signal_id="s2"), "FILLED")

    assert [fill["venue_seq"] for fill in await desk.booked(2)] == [1, 1]
    assert desk.held() == 200


async def test_a_liquidation_is_booked_as_nobodys_and_told_to_a_person(desk: VenueDesk):
    await desk.send(an_order(), "FILLED")

    await desk.venue.fault("liquidation", account=ACCOUNT, instrument=AAPL.key)
    booked = await desk.booked(2)

    assert booked[1]["strategy_id"] == "unattributed"
    assert (booked[1]["side"], booked[1]["quantity"], booked[1]["order_id"]) == ("SELL", 100, None)
    await eventually(lambda: _raised(desk, "execution.external"), "an alert")
    assert (await desk.venue.tally())["positions"] == {ACCOUNT: {}}


async def test_a_liquidation_while_nobody_listened_is_found(desk: VenueDesk):
    await desk.send(an_order(), "FILLED")
    await desk.venue.fault("disconnect", seconds=0.5)

    await desk.venue.fault("liquidation")

    assert {fill["strategy_id"] for fill in await desk.booked(2)} == {"momentum", "unattributed"}


async def test_a_clock_an_hour_behind_hides_no_fill(desk: VenueDesk):
    await desk.venue.fault("stale_clock", seconds=3600, times=2)
    await desk.venue.fault("reply_lost")

    order = await desk.send(an_order(), "FILLED")
    booked = await desk.booked(1)

    assert (order.filled, len(order.attempts)) == (100, 1)
    assert booked[0]["executed_at"] < datetime.now(UTC) - timedelta(minutes=55)


async def _raised(desk: VenueDesk, key: str) -> list[Any]:
    return [alert for alert in desk.alerts if alert.key.startswith(key)]
