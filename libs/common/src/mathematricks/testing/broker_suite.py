"""
What every broker must do, real or not: one suite on the ``Broker`` port of execution.

A test class inherits ``BrokerSuite`` and gives the fixture ``bench``. The suite knows the port by
its behaviour only, so that the shared library needs nothing of a service.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest

PATIENCE_SECONDS = 5.0
POLL_SECONDS = 0.01


class CannotMove(Exception):
    """This venue's market is not ours to move; tests that need it are skipped."""


class Bench(Protocol):
    """A broker connected to a venue, with one account that can pay for what the suite trades."""

    broker: Any
    account: str
    rejected: type[Exception]

    def order(self, client_order_id: str, side: str = "BUY", quantity: int = 10, **but: Any) -> Any:
        """Return a market order in the bench's instrument; prices are ``Decimal``."""

    async def move(self, price: Decimal, size: int | None = None) -> None:
        """Quote the instrument at *price* on both sides, showing *size*; raise ``CannotMove``."""

    async def reconnected(self) -> Any:
        """Return another broker on the same venue, as after a crash of ours."""

    def now(self) -> datetime:
        """Return the venue's time."""


class BrokerSuite:
    """Behaviour that the desk relies on, whoever the broker is."""

    @pytest.fixture
    async def bench(self) -> Bench:
        """Give the bench; the market stands at 100."""
        raise NotImplementedError

    async def test_a_market_order_fills_and_is_found_by_our_id(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))

        state = await ended(bench, "b1")
        assert (state.status, state.filled, state.quantity) == ("FILLED", 10, 10)
        assert sum(fill.quantity for fill in state.fills) == 10
        assert {fill.client_order_id for fill in state.fills} == {"b1"}

    async def test_an_order_the_venue_never_had_is_not_found(self, bench: Bench) -> None:
        assert await bench.broker.find(bench.account, "never-sent") is None

    async def test_the_same_id_again_is_the_same_order(self, bench: Bench) -> None:
        order = bench.order("b1")

        await asyncio.gather(*(bench.broker.submit(order) for _ in range(10)))
        await ended(bench, "b1")
        await bench.broker.submit(order)

        assert sum(fill.quantity for fill in await since_start(bench)) == 10

    async def test_the_same_id_after_a_reconnection_is_the_same_order(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))
        await ended(bench, "b1")

        again = await bench.reconnected()
        await again.submit(bench.order("b1"))

        assert sum(fill.quantity for fill in await again.executions(bench.account, START)) == 10

    async def test_orders_and_fills_survive_a_reconnection(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))
        before = await ended(bench, "b1")
        await bench.broker.submit(bench.order("b2", order_type="LIMIT", limit_price=Decimal(50)))

        again = await bench.reconnected()

        assert await again.find(bench.account, "b1") == before
        assert [state.client_order_id for state in await again.open_orders(bench.account)] == ["b2"]

    async def test_a_fill_is_told_once_to_each_subscriber_with_our_id(self, bench: Bench) -> None:
        feeds = [bench.broker.events(), bench.broker.events()]

        await bench.broker.submit(bench.order("b1"))

        for feed in feeds:
            told = await told_until(feed, "FILLED")
            fills = [event.fill for event in told if event.kind == "fill"]
            assert sum(fill.quantity for fill in fills) == 10
            assert len({fill.execution_id for fill in fills}) == len(fills)
            assert {event.client_order_id for event in told} == {"b1"}

    async def test_who_subscribes_later_hears_nothing_of_before(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))
        await ended(bench, "b1")

        feed = bench.broker.events()
        await bench.broker.submit(bench.order("b2"))

        assert {event.client_order_id for event in await told_until(feed, "FILLED")} == {"b2"}

    async def test_executions_are_those_since_a_time_oldest_first(self, bench: Bench) -> None:
        for number in (1, 2, 3):
            await bench.broker.submit(bench.order(f"b{number}"))
            await ended(bench, f"b{number}")

        everything = await since_start(bench)
        assert [fill.client_order_id for fill in everything] == ["b1", "b2", "b3"]
        assert [fill.venue_seq for fill in everything] == sorted({fill.venue_seq for fill in everything})
        last = everything[-1].executed_at
        assert "b3" in {fill.client_order_id for fill in await bench.broker.executions(bench.account, last)}
        assert not await bench.broker.executions(bench.account, last + timedelta(seconds=1))

    async def test_a_limit_away_from_the_market_rests_and_can_be_cancelled(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1", order_type="LIMIT", limit_price=Decimal(50)))
        assert [state.client_order_id for state in await bench.broker.open_orders(bench.account)] == ["b1"]
        feed = bench.broker.events()

        await bench.broker.cancel(bench.account, "b1")

        told = (await told_until(feed, "CANCELLED"))[-1]
        assert (told.client_order_id, told.filled or 0) == ("b1", 0)
        assert (await ended(bench, "b1")).status == "CANCELLED"
        assert not await bench.broker.open_orders(bench.account)

    async def test_cancelling_what_is_unknown_or_ended_changes_nothing(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))
        await ended(bench, "b1")

        await bench.broker.cancel(bench.account, "b1")
        await bench.broker.cancel(bench.account, "never-sent")

        assert (await bench.broker.find(bench.account, "b1")).status == "FILLED"

    async def test_a_refusal_says_why_and_trades_nothing(self, bench: Bench) -> None:
        with pytest.raises(bench.rejected, match=r".+"):
            await bench.broker.submit(bench.order("b1", quantity=10_000_000_000))

        state = await bench.broker.find(bench.account, "b1")
        assert state is None or (state.status, state.filled) == ("REJECTED", 0)
        assert not await since_start(bench)

    async def test_a_fok_order_beyond_its_limit_leaves_nothing_behind(self, bench: Bench) -> None:
        order = bench.order("b1", order_type="LIMIT", limit_price=Decimal(50), time_in_force="FOK")

        await bench.broker.submit(order)

        state = await ended(bench, "b1")
        assert (state.status, state.filled) == ("CANCELLED", 0)

    async def test_the_snapshot_shows_positions_open_orders_and_its_time(self, bench: Bench) -> None:
        before = await bench.broker.snapshot(bench.account)
        asked_at = bench.now()
        await bench.broker.submit(bench.order("b1", side="SELL"))
        await ended(bench, "b1")
        await bench.broker.submit(bench.order("b2", order_type="LIMIT", limit_price=Decimal(50)))

        after = await bench.broker.snapshot(bench.account)

        assert before.open_positions == ()
        assert [position.quantity for position in after.open_positions] == [-10]
        assert [order.client_order_id for order in after.open_orders] == ["b2"]
        assert after.as_of >= asked_at
        assert after.cash != before.cash

    async def test_accounts_are_named(self, bench: Bench) -> None:
        await bench.broker.submit(bench.order("b1"))

        assert bench.account in bench.broker.accounts()

    async def test_a_stop_fills_when_the_market_reaches_it(self, bench: Bench) -> None:
        await moved(bench, 100)
        await bench.broker.submit(bench.order("b1", side="SELL", order_type="STOP", stop_price=Decimal(95)))
        feed = bench.broker.events()

        await moved(bench, 94)

        assert (await told_until(feed, "FILLED"))[-1].fill.price == 94

    async def test_what_an_ioc_order_cannot_get_is_cancelled(self, bench: Bench) -> None:
        await moved(bench, 100, size=4)

        await bench.broker.submit(bench.order("b1", order_type="LIMIT", limit_price=Decimal(100), time_in_force="IOC"))

        state = await ended(bench, "b1")
        assert (state.status, state.filled) == ("CANCELLED", 4)

    async def test_one_of_an_oco_pair_cancels_the_other(self, bench: Bench) -> None:
        await moved(bench, 100)
        await bench.broker.submit(bench.order("b1"))
        pair: dict[str, Any] = {"side": "SELL", "oco_group": "pair", "time_in_force": "GTC"}
        await bench.broker.submit(bench.order("b2", order_type="STOP", stop_price=Decimal(95), **pair))
        await bench.broker.submit(bench.order("b3", order_type="LIMIT", limit_price=Decimal(105), **pair))

        await moved(bench, 106)

        assert (await ended(bench, "b3")).status == "FILLED"
        assert (await ended(bench, "b2")).status == "CANCELLED"
        assert not (await bench.broker.snapshot(bench.account)).open_positions


START = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


async def since_start(bench: Bench) -> list[Any]:
    """Return every fill of the bench's account, oldest first."""
    return list(await bench.broker.executions(bench.account, START))


async def moved(bench: Bench, price: int, size: int | None = None) -> None:
    """Move the market, or skip the test where it is not ours to move."""
    try:
        await bench.move(Decimal(price), size)
    except CannotMove as reason:
        pytest.skip(f"NOT RUN, this venue's market cannot be moved: {reason}")


async def ended(bench: Bench, client_order_id: str) -> Any:
    """Return the order once it no longer works."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            state = await bench.broker.find(bench.account, client_order_id)
            if state is not None and state.status != "WORKING":
                return state
            await asyncio.sleep(POLL_SECONDS)


async def told_until(feed: Any, status: str) -> list[Any]:
    """Return the events up to the first that leaves its order in *status*."""
    told: list[Any] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for event in feed:
            told.append(event)
            if event.status == status:
                break
    return told
