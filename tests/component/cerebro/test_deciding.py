"""One durable decision per signal, one at a time, whatever arrives how often and in what order."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

import pytest
from cerebro.domain.decision import decide, redecide
from cerebro.handlers import judging
from cerebro.handlers.news import on_account_update, on_confirmation, on_quote
from cerebro.handlers.overdue import OVERDUE_AFTER
from cerebro.handlers.recovery import keep_checkpoint, recover
from cerebro.handlers.signals import on_signal
from cerebro.jobs import decide_overdue, follow, hear_flattened, resolve_doubts, sweep_debts
from mathematricks.contracts.executions import ExecutionConfirmation
from mathematricks.contracts.orders import OrderStatus
from mathematricks.messaging.bus import Retry
from mathematricks.messaging.outbox import owed
from mathematricks.storage.mongo import Database, to_document
from support.cerebro import OrderNews, a_quote, an_update, seconds
from support.cerebro_world import Around, a_state, around, numbered
from support.signals import NOON, a_signal

D = Decimal


@pytest.fixture
async def desk(db: Database) -> Around:
    one = around(db)
    await one.register()
    await one.register(strategy_id="Other")
    await one.allot(Trend=50, Other=50)
    await recover(one.ports)
    return one


def filled(order, quantity=None, version=1, status=OrderStatus.FILLED):
    return ExecutionConfirmation(
        order_id=order.order_id,
        signal_id=order.signal_id,
        strategy_id=order.strategy_id,
        account=order.account,
        instrument=order.instrument,
        status=status,
        version=version,
        quantity=order.quantity,
        filled=order.quantity if quantity is None else quantity,
        recorded_at=NOON,
    )


async def test_a_signal_becomes_a_durable_decision_and_its_orders(desk):
    await on_signal(a_signal(), desk.ports)

    (record,) = await desk.decisions()
    assert (record["_id"], record["seq"], record["outcome"]) == (f"v1:{a_signal().signal_id}", 1, "APPROVED")
    assert record["order_ids"] == [order.order_id for order in desk.sent.orders]
    assert record["owed"]["times"] == 0
    assert redecide(record["inputs"]) == record["output"]


async def test_the_same_signal_two_hundred_times_at_once_is_one_decision(desk):
    await asyncio.gather(*(on_signal(a_signal(), desk.ports) for _ in range(200)))

    assert len(await desk.decisions()) == 1
    assert len(desk.sent.orders) == 1


async def test_a_redelivered_signal_publishes_the_same_order_again(desk):
    await on_signal(a_signal(), desk.ports)
    await on_signal(a_signal(), desk.ports)

    first, second = desk.sent.orders
    assert first == second


async def test_a_signal_whose_order_was_not_published_is_acknowledged_only_after_it_was(desk):
    desk.sent.broken = True
    with pytest.raises(ConnectionError):
        await on_signal(a_signal(), desk.ports)
    desk.sent.broken = False
    await on_signal(a_signal(), desk.ports)

    assert len(desk.sent.orders) == len(await desk.decisions()) == 1


async def test_many_signals_at_once_never_spend_the_same_margin(desk):
    """Each wants 10 % of the equity as margin; only four times 10 % fit."""
    signals = numbered(10, account_equity=D(5), quantity=D(1))
    await asyncio.gather(*(on_signal(signal, desk.ports) for signal in signals))

    book = desk.ports.keepers["paper"].book
    assert book.reserved_for("paper:IBKR_Main") <= 4_000_000
    assert [one["seq"] for one in await desk.decisions()] == list(range(1, 11))


async def test_a_strategys_signals_are_decided_in_their_order_however_they_arrive(desk):
    signals = numbered(12)
    await asyncio.gather(*(on_signal(signal, desk.ports) for signal in reversed(signals)))

    assert [one["strategy_seq"] for one in await desk.decisions()] == list(range(1, 13))


async def test_a_signal_whose_predecessor_is_missing_is_put_back(desk):
    with pytest.raises(Retry):
        await on_signal(a_signal(strategy_seq=2), desk.ports)

    await on_signal(a_signal(strategy_seq=1, external_id="first"), desk.ports)
    await on_signal(a_signal(strategy_seq=2), desk.ports)
    assert len(await desk.decisions()) == 2


async def test_what_was_accepted_and_never_arrived_is_decided_from_its_record(desk, db: Database):
    """The bus lost all of it; in its record each strategy's signals stand in their order."""
    signals = numbered(5)
    for signal in reversed(signals):
        document = to_document(signal, signal.signal_id) | {"owed": owed(NOON)}
        await db.signals.insert_one(document, bypass_document_validation=True)

    await decide_overdue(desk.ports)
    young = await desk.decisions()
    desk.clock.at = NOON + OVERDUE_AFTER
    await decide_overdue(desk.ports)
    await decide_overdue(desk.ports)

    assert young == []
    assert [one["strategy_seq"] for one in await desk.decisions()] == [1, 2, 3, 4, 5]


async def test_exits_are_decided_before_entries_of_other_strategies(desk):
    await on_signal(a_signal(), desk.ports)
    entries = numbered(5, "Other")
    out = a_signal(strategy_seq=2, external_id="out", signal_type="EXIT", action="SELL")

    await asyncio.gather(*(on_signal(signal, desk.ports) for signal in [*entries, out]))

    decided = [one["strategy_id"] for one in await desk.decisions()]
    assert decided == ["Trend", "Trend", "Other", "Other", "Other", "Other", "Other"]


async def test_two_processes_race_without_a_gap_or_a_double(desk):
    rival = desk.another()
    await recover(rival.ports)
    ours, theirs = numbered(30), numbered(30, "Other")

    await asyncio.gather(
        *(on_signal(signal, desk.ports) for signal in ours), *(on_signal(signal, rival.ports) for signal in theirs)
    )

    records = await desk.decisions()
    assert [one["seq"] for one in records] == list(range(1, 61))
    assert len({one["signal_id"] for one in records}) == 60
    await desk.ports.queues["paper"].catch_up()
    await rival.ports.queues["paper"].catch_up()
    assert desk.ports.keepers["paper"].book.hash == rival.ports.keepers["paper"].book.hash
    assert all(redecide(one["inputs"]) == one["output"] for one in records)


async def test_two_processes_given_the_same_signals_decide_each_once(desk):
    rival = desk.another()
    await recover(rival.ports)
    signals = numbered(20)

    await asyncio.gather(*(on_signal(signal, one.ports) for signal in signals for one in (desk, rival)))

    assert [one["strategy_seq"] for one in await desk.decisions()] == list(range(1, 21))
    assert {order.order_id for order in desk.sent.orders + rival.sent.orders} == {
        order_id for one in await desk.decisions() for order_id in one["order_ids"]
    }


async def test_a_restart_rebuilds_the_same_book(desk):
    for signal in numbered(6):
        await on_signal(signal, desk.ports)
    for order in desk.sent.orders[:2]:
        await on_confirmation(filled(order), desk.ports)
    await keep_checkpoint(desk.ports.keepers["paper"], desk.ports.world)
    await on_signal(numbered(1, first=7, action="SELL", signal_type="EXIT", quantity=D(15))[0], desk.ports)
    late, out = desk.sent.orders[5], desk.sent.orders[-1]
    for order, units in ((late, D(3)), (out, D(0))):
        told = filled(order, units, version=4, status=OrderStatus.CANCELLED)
        await on_confirmation(told, desk.ports)
        desk.orders.known[order.order_id] = OrderNews(order.order_id, 4, True, units, NOON if units else None)

    again = desk.another()
    await recover(again.ports)

    before, after = desk.ports.keepers["paper"].book, again.ports.keepers["paper"].book
    assert (after.seq, after.hash) == (before.seq, before.hash)
    assert after.stack("Trend", "AAPL").units == before.stack("Trend", "AAPL").units
    await on_signal(numbered(1, first=8)[0], again.ports)
    assert (await desk.decisions())[-1]["seq"] == 8


async def test_a_restart_without_execution_asks_when_it_is_back(desk):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders
    desk.orders.known[order.order_id] = OrderNews(order.order_id, 3, True, order.quantity, NOON)
    desk.orders.down = True
    again = desk.another()
    await recover(again.ports)
    assert again.ports.keepers["paper"].book.entries[order.order_id].working

    desk.orders.down = False
    await resolve_doubts(again.ports)

    assert again.ports.keepers["paper"].book.entries[order.order_id].filled == order.quantity


async def test_a_live_order_without_news_for_five_seconds_is_asked_about(desk):
    await on_signal(a_signal(), desk.ports)
    await resolve_doubts(desk.ports)
    assert desk.orders.asked == []

    desk.clock.at = NOON + seconds(5)
    await resolve_doubts(desk.ports)
    await resolve_doubts(desk.ports)

    assert desk.orders.asked == [[desk.sent.orders[0].order_id]]


async def test_margin_stays_reserved_until_a_snapshot_covers_the_fill(desk):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders
    keeper = desk.ports.keepers["paper"]
    await on_confirmation(filled(order), desk.ports)
    await on_account_update(an_update(equity=10_000_000, as_of=NOON), desk.ports)
    assert keeper.book.reserved_for(order.account) == order.reserved_margin

    await on_account_update(an_update(equity=10_000_000, as_of=NOON + seconds(1)), desk.ports)

    assert keeper.book.reserved_for(order.account) == 0


async def test_an_order_that_ends_unfilled_frees_its_margin_at_once(desk):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders

    await on_confirmation(filled(order, D(0), status=OrderStatus.REJECTED), desk.ports)

    book = desk.ports.keepers["paper"].book
    assert (book.reserved_for(order.account), book.in_use.get("Trend", D(0))) == (0, 0)


@pytest.mark.parametrize("hears", [hear_flattened, None])
async def test_what_the_kill_switch_closed_is_learned_without_its_message_now_or_at_the_next_start(desk, hears):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders
    await on_confirmation(filled(order), desk.ports)
    desk.orders.known[order.order_id] = OrderNews(order.order_id, 1, True, order.quantity, NOON)
    desk.orders.known["flat1"] = OrderNews("flat1", 1, True, order.quantity, NOON, lot=order.order_id)

    ports = desk.ports if hears else desk.another().ports
    await (hears or recover)(ports)

    assert ports.keepers["paper"].book.stack("Trend", "AAPL").units == 0


async def test_old_news_changes_nothing(desk):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders
    await on_confirmation(filled(order, version=5), desk.ports)
    book = desk.ports.keepers["paper"].book

    await on_confirmation(filled(order, D(1), version=4, status=OrderStatus.PARTIALLY_FILLED), desk.ports)

    assert desk.ports.keepers["paper"].book.hash == book.hash


async def test_news_that_comes_before_its_decision_is_kept(desk):
    rival = desk.another()
    await recover(rival.ports)
    await on_signal(a_signal(), rival.ports)
    (order,) = rival.sent.orders
    await on_confirmation(filled(order), desk.ports)

    await desk.ports.queues["paper"].catch_up()

    assert desk.ports.keepers["paper"].book.entries[order.order_id].filled == order.quantity


async def test_terms_hold_from_the_next_signal_on(desk):
    first, second, third, fourth = numbered(4, account_equity=None)
    await on_signal(first, desk.ports)
    await desk.allot(Trend=10)
    await on_signal(second, desk.ports)
    await desk.register(status="INACTIVE", version=2)
    await on_signal(third, desk.ports)
    await desk.db.strategy_configurations.delete_one({"_id": "Trend"})
    await on_signal(fourth, desk.ports)

    assert [one["reason"] for one in await desk.decisions()] == [
        None,
        "FULLY_DEPLOYED",
        "STRATEGY_INACTIVE",
        "STRATEGY_UNKNOWN",
    ]


async def test_published_quotes_spare_the_question(desk):
    await on_signal(a_signal(), desk.ports)
    desk.clock.at = NOON + seconds(4)
    await on_quote(a_quote(ask=151, at=desk.clock.at), desk.ports)
    desk.clock.at = NOON + seconds(8)

    await on_signal(a_signal(strategy_seq=2, external_id="x2"), desk.ports)

    assert len(desk.market.asked) == 1
    assert desk.sent.orders[1].quantity == 500
    assert (await desk.decisions())[1]["output"].count('"price":"151"') == 1


async def test_a_quote_older_than_five_seconds_is_asked_for_again(desk):
    await on_signal(a_signal(), desk.ports)
    desk.clock.at = NOON + seconds(6)
    await on_signal(a_signal(strategy_seq=2, external_id="x2"), desk.ports)

    assert len(desk.market.asked) == 2
    assert desk.market.asked[0].seen == {"AAPL": 150}


async def test_while_execution_does_not_answer_entries_wait_and_exits_trade(desk):
    await on_signal(a_signal(), desk.ports)
    await on_confirmation(filled(desk.sent.orders[0]), desk.ports)
    desk.market.down = True
    desk.clock.at = NOON + seconds(30)

    with pytest.raises(Retry):
        await on_signal(a_signal(strategy_id="Other"), desk.ports)
    await on_signal(a_signal(strategy_seq=2, external_id="out", action="SELL"), desk.ports)

    assert [order.purpose for order in desk.sent.orders] == ["entry", "exit"]


async def test_an_entry_waits_for_execution_until_it_is_stale_and_then_holds_up_no_exit(desk):
    await on_signal(a_signal(), desk.ports)
    await on_confirmation(filled(desk.sent.orders[0]), desk.ports)
    desk.market.down = True
    entry = a_signal(strategy_seq=2, external_id="more", instrument="MSFT", signal_type="ENTRY")
    out = a_signal(strategy_seq=3, external_id="out", action="SELL", signal_type="EXIT")
    desk.clock.at = NOON + seconds(900)
    with pytest.raises(Retry):
        await on_signal(entry, desk.ports)

    desk.clock.at = NOON + seconds(901)
    await asyncio.gather(on_signal(entry, desk.ports), on_signal(out, desk.ports))

    assert [one["reason"] for one in await desk.decisions()] == [None, "STALE", None]
    assert [order.purpose for order in desk.sent.orders] == ["entry", "exit"]


async def test_an_account_that_was_silent_is_asked_for(desk):
    desk.clock.at = NOON + seconds(300)
    desk.accounts.known = [a_state(equity=D(10_000_000), as_of=NOON + seconds(299))]

    await on_signal(a_signal(sent_at=NOON + seconds(300)), desk.ports)

    assert (await desk.decisions())[0]["outcome"] == "APPROVED"


async def test_while_account_data_does_not_answer_entries_wait(desk):
    desk.clock.at = NOON + seconds(300)
    desk.accounts.down = True

    with pytest.raises(Retry):
        await on_signal(a_signal(sent_at=NOON + seconds(300)), desk.ports)


async def test_paper_and_live_never_share_anything(desk):
    await desk.register(strategy_id="Real", trading_mode="LIVE", account="U1")
    await desk.ports.standings.refresh(NOON)
    await asyncio.gather(on_signal(a_signal(), desk.ports), on_signal(a_signal(strategy_id="Real"), desk.ports))

    live, paper = await desk.decisions()
    assert (live["portfolio"], live["seq"], live["reason"]) == ("live", 1, "LIVE_NOT_ALLOWED")
    assert (paper["portfolio"], paper["seq"], paper["outcome"]) == ("paper", 1, "APPROVED")


async def test_a_debt_is_settled_when_execution_has_the_order_and_published_again_until_then(desk):
    await on_signal(a_signal(), desk.ports)
    (order,) = desk.sent.orders
    desk.clock.at = NOON + seconds(3)
    await sweep_debts(desk.ports)
    assert desk.sent.orders == [order, order]

    await pretend(desk.db, "orders", {"_id": order.order_id})
    desk.clock.at = NOON + seconds(60)
    await sweep_debts(desk.ports)

    assert "owed" not in (await desk.decisions())[0]
    assert len(desk.sent.orders) == 2


async def test_a_command_is_owed_until_its_order_obeyed_ended_or_was_buried(desk):
    first, second, third = numbered(3, order_type="LIMIT", signal_type="ENTRY")
    for signal in (first, second, third, *numbered(1, first=4, signal_type="CANCEL")):
        await on_signal(signal, desk.ports)
    obeyed, ended, buried = (command for command in desk.sent.commands)
    await pretend(
        desk.db,
        "orders",
        {"_id": obeyed.order_id, "live": True, "commands": [obeyed.command_id]},
        {"_id": ended.order_id, "live": False},
    )
    desk.clock.at = NOON + seconds(3)
    await sweep_debts(desk.ports)
    assert "owed" in (await desk.decisions())[3]

    await pretend(desk.db, "order_tombstones", {"_id": buried.order_id})
    desk.clock.at = NOON + seconds(60)
    await sweep_debts(desk.ports)

    assert "owed" not in (await desk.decisions())[3]


async def pretend(db, collection, *documents):
    """Put into another service's collection as much of a document as is looked at."""
    await db.command({"insert": collection, "documents": list(documents), "bypassDocumentValidation": True})


async def test_another_version_is_a_shadow_that_owes_nothing(desk):
    await on_signal(a_signal(), desk.ports)
    shadow = around(desk.db, clock=desk.clock, rules={"version": "v2", "shadow": True})
    await recover(shadow.ports)

    await on_signal(a_signal(), shadow.ports)
    await follow(shadow.ports)

    record = next(one for one in await desk.decisions() if one["version"] == "v2")
    assert "owed" not in record
    assert '"would_order":[{' in record["output"]
    assert shadow.sent.orders == []


@pytest.fixture
def poison(monkeypatch):
    """Make cerebro fail over every signal called "poison"."""

    def failing(inputs, history):
        if inputs.signal.external_id == "poison" and inputs.failed is None:
            raise KeyError("a fault of ours")
        return decide(inputs, history)

    monkeypatch.setattr(judging, "decide", failing)


async def test_a_signal_that_cerebro_fails_over_every_time_is_refused_and_the_next_goes_on(desk, poison):
    first, second = a_signal(external_id="poison"), a_signal(strategy_seq=2, external_id="next")
    for _ in range(judging.TRIES - 1):
        with pytest.raises(KeyError):
            await on_signal(first, desk.ports)
    with pytest.raises(Retry):
        await on_signal(second, desk.ports)
    for signal in (first, second, first):
        await on_signal(signal, desk.ports)

    refused, approved = await desk.decisions()
    assert (refused["outcome"], refused["reason"]) == ("REFUSED", "UNDECIDABLE")
    assert redecide(refused["inputs"]) == refused["output"]
    assert json.loads(refused["inputs"])["failed"] == "KeyError"
    assert (approved["outcome"], len(desk.sent.orders)) == ("APPROVED", 1)
    assert {key for key, severity, _ in desk.sent.alarms if severity == "critical"} == {
        f"undecidable.{first.signal_id}"
    }
    again = desk.another()
    await recover(again.ports)
    assert again.ports.keepers["paper"].book.hash == desk.ports.keepers["paper"].book.hash
