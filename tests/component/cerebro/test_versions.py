"""Two Cerebros beside each other: one decides, the other says what it would have, and either may be promoted."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest
from cerebro.domain.comparing import report_of
from cerebro.domain.policy import Policy
from cerebro.handlers.promoting import authority_view, promote
from cerebro.handlers.recovery import recover
from cerebro.handlers.signals import on_signal
from cerebro.jobs import follow
from mathematricks.contracts.base import Message
from mathematricks.contracts.shadows import PromotionRequest
from mathematricks.contracts.topics import STANDARDIZED_SIGNALS
from mathematricks.messaging.memory import MemoryBus
from mathematricks.messaging.outbox import owed
from mathematricks.runtime.errors import Refusal
from mathematricks.storage.mongo import Database
from support.cerebro import seconds
from support.cerebro_world import Around, around, numbered
from support.signals import NOON, a_signal

D = Decimal
MOVES = 10


@pytest.fixture
async def first(db: Database) -> Around:
    one = around(db)
    await one.register()
    await one.register(strategy_id="Other")
    await one.allot(Trend=50, Other=50)
    await recover(one.ports)
    return one


async def beside(first: Around, **policy: object) -> Around:
    """A version v2 on the same records, with limits of its own where *policy* names them."""
    rules = {"version": "v2", "shadow": True, "policy": Policy(**policy)}  # type: ignore[arg-type]
    other = around(first.db, clock=first.clock, orders=first.orders, accounts=first.accounts, rules=rules)
    await recover(other.ports)
    return other


async def sent_in(db: Database, signal: Message) -> None:
    """Record *signal* as ingestion does before it announces it."""
    document = {"_id": signal.signal_id, **signal.model_dump(), "owed": owed(NOON)}
    await db.signals.insert_one(document, bypass_document_validation=True)


def to(version: str) -> PromotionRequest:
    return PromotionRequest(version=version, portfolio="paper", reason="a test")


async def test_a_shadow_decides_on_the_authoritys_own_book(first):
    second = await beside(first)
    for signal in numbered(3):
        await on_signal(signal, first.ports)
        await on_signal(signal, second.ports)
    await follow(second.ports)

    records = {one["_id"]: one async for one in first.db.cerebro_decisions.find()}
    for signal in numbered(3):
        real, shadow = records[f"v1:{signal.signal_id}"], records[f"shadow:v2:{signal.signal_id}"]
        assert (real["seq"], real["book_hash"]) == (shadow["seq"], shadow["book_hash"])
        decided, would = json.loads(real["output"]), json.loads(shadow["output"])
        assert [one["order_id"] for one in decided["orders"]] == [one["order_id"] for one in would["would_order"]]
        assert decided["legs"] == would["legs"]
        assert would["orders"] == []
        assert "owed" not in shadow
    assert second.sent.orders == []


async def test_a_version_with_a_tighter_limit_shows_where_it_differs(first):
    second = await beside(first, margin_limit=D("0.01"))
    for signal in numbered(2, account_equity=D(1000), quantity=D(1)):
        await on_signal(signal, first.ports)
    await follow(second.ports)

    report = report_of("v2", await second.ports.shadows.pairs("v2", 100), 10)

    assert (report.compared, report.same) == (2, 0)
    assert {what for one in report.items for what in one.what} >= {"size"}
    assert report.units["shadow"] < report.units["authority"]
    assert report.items[0].seq == 2
    assert [one.currency for one in report.results] == ["USD"]


async def test_paper_results_follow_the_price_that_each_would_have_had(first):
    """Both buy at 150; the authority then adds at 160: what it held made 10 a unit, the shadow's smaller part less."""
    second = await beside(first, margin_limit=D("0.01"))
    first.market.prices["AAPL"] = 150
    await on_signal(numbered(1, account_equity=D(1000), quantity=D(1))[0], first.ports)
    first.market.prices["AAPL"] = 160
    first.clock.at = NOON + seconds(11)
    await on_signal(numbered(1, first=2, account_equity=D(1000), quantity=D("0.01"))[0], first.ports)
    await follow(second.ports)

    pairs = await second.ports.shadows.pairs("v2", 100)
    (made,) = report_of("v2", pairs, 10).results

    opened = pairs[-1]
    assert made.authority == 10 * opened.authority.orders[0].quantity
    assert made.shadow == 10 * opened.shadow.would_order[0].quantity
    assert made.authority > made.shadow > 0


async def test_a_shadow_that_comes_first_takes_no_authority(db):
    alone = around(db, rules={"version": "v2", "shadow": True})
    await recover(alone.ports)

    assert alone.ports.is_shadow()
    assert await db.authority.count_documents({}) == 0


async def test_a_version_that_does_not_run_is_not_promoted(first):
    with pytest.raises(Refusal) as never:
        await promote(to("v9"), "Ann", first.ports)
    await beside(first)
    first.clock.at = NOON + seconds(60)
    with pytest.raises(Refusal) as gone:
        await promote(to("v2"), "Ann", first.ports)

    assert (never.value.status, gone.value.status) == (404, 409)


async def test_a_promotion_is_the_next_entry_and_the_older_epoch_cannot_insert_after_it(first):
    second = await beside(first)
    one, two, three = numbered(3)
    await on_signal(one, first.ports)
    await promote(to("v2"), "Ann", second.ports)
    await sent_in(first.db, two)
    await on_signal(two, first.ports)  # it has not heard that it was deposed
    assert first.ports.queues["paper"].reigns is False

    await follow(second.ports)
    await on_signal(two, second.ports)
    await on_signal(three, second.ports)

    entries = await first.decisions()
    assert [(one["seq"], one["epoch"], one["version"]) for one in entries if not one["shadow"]] == [
        (1, 0, "v1"),
        (2, 1, "v2"),
        (3, 1, "v2"),
        (4, 1, "v2"),
    ]
    assert entries[1]["promotes"] == "v2" or entries[2]["promotes"] == "v2"
    assert len(first.sent.orders) == 1


async def test_a_promoted_version_decides_what_nobody_has_decided(first):
    second = await beside(first)
    lost = numbered(3)
    for signal in lost:
        await sent_in(first.db, signal)
        await on_signal(signal, second.ports)  # a shadow leaves it to the authority, which has died
    await promote(to("v2"), "Ann", second.ports)
    await follow(second.ports)

    decided = [one["signal_id"] for one in await first.decisions() if one["strategy_id"] == "Trend"]
    assert decided == [signal.signal_id for signal in lost]
    assert len(second.sent.orders) == 3


async def test_orders_decided_within_a_reign_stay_valid_however_late_they_are_seen(first):
    second = await beside(first)
    await on_signal(a_signal(), first.ports)
    await promote(to("v2"), "Ann", first.ports)
    (order,) = first.sent.orders

    view = await authority_view(first.ports)

    paper = [reign for reign in view.reigns if reign.portfolio == "paper"]
    assert [(reign.version, reign.from_seq, reign.to_seq, reign.by) for reign in paper] == [
        ("v2", 3, None, "Ann"),
        ("v1", 1, 1, ""),
    ]
    assert sum(reign.covers(order.epoch, 1) for reign in paper) == 1
    assert not any(reign.covers(order.epoch, 3) for reign in paper)
    assert second.ports.is_shadow() is True  # until it looks


async def test_promoted_back_and_forth_under_load_no_signal_is_lost_and_none_decided_twice(first):
    """Two versions on one bus and one database; the authority moves ten times while signals stream in."""
    second = await beside(first)
    bus = MemoryBus(first_backoff=0.01)
    for name, one in (("cerebro", first), ("cerebro-v2", second)):
        await bus.subscribe(STANDARDIZED_SIGNALS, name, lambda signal, here=one: on_signal(signal, here.ports))
    streaming, stopped = asyncio.Event(), asyncio.Event()
    sent = []

    async def stream(strategy: str) -> None:
        number = 0
        while not stopped.is_set() or number < 100:
            number += 1
            (signal,) = numbered(1, strategy, first=number, account_equity=D(1000), quantity=D("0.1"))
            await sent_in(first.db, signal)
            await bus.publish(STANDARDIZED_SIGNALS, signal)
            sent.append(signal)
            streaming.set()
            await asyncio.sleep(0.002)

    async def keep_following(one: Around) -> None:
        while True:
            await follow(one.ports)
            await asyncio.sleep(0.02)

    following = [asyncio.create_task(keep_following(one)) for one in (first, second)]
    load = [asyncio.create_task(stream(strategy)) for strategy in ("Trend", "Other")]
    await asyncio.wait_for(streaming.wait(), 30)
    for move in range(1, MOVES + 1):
        version, by = ("v2", first) if move % 2 else ("v1", second)
        decided = await first.db.cerebro_decisions.count_documents({"shadow": ""})
        await promote(to(version), "Ann", by.ports)
        await until(lambda: first.db.cerebro_decisions.count_documents({"shadow": ""}), decided + 15)
    stopped.set()
    await asyncio.gather(*load)
    await until(lambda: first.db.cerebro_decisions.count_documents({"shadow": "", "promotes": None}), len(sent))
    await until(lambda: first.db.cerebro_decisions.count_documents({"shadow": {"$ne": ""}}), len(sent))
    for task in following:
        task.cancel()
    await bus.close()

    entries = [one for one in await first.decisions() if one["portfolio"] == "paper" and not one["shadow"]]
    decisions = [one for one in entries if not one.get("promotes")]
    assert [one["seq"] for one in entries] == list(range(1, len(sent) + MOVES + 1))
    assert sorted(one["signal_id"] for one in decisions) == sorted(signal.signal_id for signal in sent)
    for strategy in ("Trend", "Other"):
        numbers = [one["strategy_seq"] for one in decisions if one["strategy_id"] == strategy]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {one["version"] for one in decisions} == {"v1", "v2"}
    reigns = [one for one in (await authority_view(first.ports)).reigns if one.portfolio == "paper"]
    assert len(reigns) == MOVES + 1
    for one in decisions:
        (reign,) = (reign for reign in reigns if reign.covers(one["epoch"], one["seq"]))
        assert reign.version == one["version"]
    # a copy of a signal that was decided meanwhile publishes the recorded decision again, whoever made it
    published = {(order.order_id, order.version, order.epoch) for order in first.sent.orders + second.sent.orders}
    owing = {(order_id, one["version"], one["epoch"]) for one in decisions for order_id in one["order_ids"]}
    assert published == owing
    for one in (first, second):
        await one.ports.queues["paper"].keep_up()
    assert first.ports.keepers["paper"].book.hash == second.ports.keepers["paper"].book.hash


async def until(count, wanted: int) -> None:
    """Wait until as many documents are there."""
    async with asyncio.timeout(60):
        while (found := await count()) < wanted:  # noqa: ASYNC110  # nothing here tells when a record is there
            await asyncio.sleep(0.02)
    assert found >= wanted
