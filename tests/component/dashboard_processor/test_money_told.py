"""Documents of money, on a real MongoDB: stated and struck once, rebuilt with the same bytes, told to the cent."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from account_data.domain.fund import Asked, Refused, arrival, flows_for, fund_of, strike
from bson import encode
from dashboard_processor import jobs
from dashboard_processor.adapters.mongo_rows import MongoRows
from dashboard_processor.adapters.mongo_views import MongoViews
from dashboard_processor.ports import Ports
from dashboard_processor.service import connect
from dashboard_processor.settings import Settings
from mathematricks.accounting.units import HOUSE
from mathematricks.contracts import collections
from mathematricks.contracts.accounts import AccountRecord, EquityPoint, LedgerEntry, SubLedger
from mathematricks.contracts.agreements import Agreement, Payment
from mathematricks.contracts.clients import Client, Flow, FlowRequest
from mathematricks.contracts.decisions import Decision, DecisionRecord
from mathematricks.contracts.money_views import ClientView, FundView, SenderView, SignalRow
from mathematricks.contracts.orders import LotClose
from mathematricks.messaging.memory import MemoryBus
from mathematricks.storage.mongo import Database, to_document
from pydantic import BaseModel
from support.accounts import an_account_update
from support.people import SetClock, a_platform
from support.signals import a_signal
from support.trails import (
    a_booking,
    a_decision,
    a_fill,
    a_refusal,
    a_stored_signal,
    a_trading_order,
    an_order_record,
)

BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT = "IBKR_Main"
DERIVED = ("dashboard_statements", "dashboard_navs", "dashboard_signals")


class Desk:
    """The processor's ports with a clock of the test's own, and hands to write what other services would."""

    def __init__(self, ports: Ports, db: Database) -> None:
        self.db, self.clock = db, SetClock(BEGINS)
        self.ports = replace(ports, clock=self.clock)
        self.flows: list[Flow] = []
        self.seq = 0

    async def put(self, collection: str, model: BaseModel, identity: Any) -> None:
        await self.db[collection].replace_one({"_id": identity}, to_document(model, identity), upsert=True)

    async def equity(self, at: datetime, amount: Decimal, mode: str = "LIVE", account: str = ACCOUNT) -> None:
        figures = {"equity": amount, "mode": mode, "account": account, "as_of": at, "base_currency": "USD"}
        update = an_account_update(**figures)
        told = update.model_dump(include=set(EquityPoint.model_fields) - {"kind", "at"})
        point = EquityPoint(kind="snapshot", at=at, **told)
        await self.put("account_history", point, f"{account}:{at.isoformat()}")
        record = AccountRecord(
            **update.model_dump(exclude={"sub_ledgers"}),
            sub_ledgers=(SubLedger(strategy_id="Trend", realized_pnl=90, commission=10, realized_today=5),),
            opened=True,
            executions=1,
            recorded_through=None,
            agreed_at=None,
        )
        await self.put("account_state", record, account)

    async def earn(self, at: datetime, amount: Decimal, mode: str = "LIVE", booked: datetime | None = None) -> None:
        self.seq += 1
        order = a_trading_order(a_signal(), order_id=f"o{self.seq}", mode=mode, account=ACCOUNT)
        fill = a_fill(order, commission=Decimal(0), executed_at=at)
        gain = {"realized_pnl": amount, "realized_base": amount}
        entry = a_booking(fill, seq=self.seq, at=at, booked_at=booked or at, **gain)
        await self.put("account_history", entry, entry.entry_id)

    async def flow(self, client: str, at: datetime, equity: Decimal, **request: Any) -> None:
        fund = fund_of("LIVE", "USD", self.flows)
        struck = strike(fund, [an_account_update(equity=equity, as_of=at, base_currency="USD")], Decimal(0), at)
        assert not isinstance(struck, Refused)
        wanted = FlowRequest(**{"idempotency_key": f"key-{len(self.flows)}-{client}"} | request)
        entries = flows_for(fund, Asked(client, wanted, "ada", at), struck)
        assert not isinstance(entries, Refused)
        arrived = arrival(fund_of("LIVE", "USD", [*self.flows, *entries]), entries[-1], "ada", at)
        for entry in [*entries, arrived]:
            self.flows.append(entry)
            await self.put("client_flows", entry, entry.flow_id)

    async def agreed(self, **but: Any) -> Agreement:
        usual: dict[str, Any] = {"agreement_id": "a1", "number": 1, "sender": "alice", "strategies": ("Trend",)}
        usual |= {"share": "0.20", "starts_on": "2026-01-01", "created_at": BEGINS, "created_by": "ada"}
        agreement = Agreement(**usual | but)
        await self.put("agreements", agreement, agreement.agreement_id)
        return agreement

    async def bytes_of(self, collection: str) -> list[bytes]:
        return [
            encode(each, codec_options=self.db.codec_options)
            async for each in self.db[collection].find().sort("_id", 1)
        ]

    async def forget(self) -> None:
        """Delete every document of the processor, and what it has in memory."""
        for collection in collections.COLLECTIONS:
            if collection.owner == "dashboard-processor":
                await self.db[collection.name].delete_many({})
        self.ports = replace(self.ports, views=MongoViews(self.db), rows=MongoRows(self.db))


@pytest.fixture
async def desk(mongo_url: str, db: Database) -> AsyncIterator[Desk]:
    async with connect(Settings(platform=a_platform(mongo_url, db.name)), MemoryBus()) as ports:
        yield Desk(ports, db)


async def test_statements_and_daily_values_are_rebuilt_with_the_same_bytes(desk: Desk) -> None:
    rng = random.Random(5)
    await desk.agreed(time_zone="Europe/Berlin", minimum="25")
    await desk.put(
        "clients",
        Client(client_id="carol", display_name="Carol", mode="LIVE", created_at=BEGINS, created_by="ada"),
        "carol",
    )
    equity, unbooked = Decimal(100_000), list[tuple[datetime, datetime, Decimal]]()
    for day in range(66):
        at = BEGINS + timedelta(days=day, hours=12)
        gain = Decimal(rng.randint(-60_000, 70_000)).scaleb(-2)
        unbooked.append((at + timedelta(days=rng.choice([0, 0, 0, 0, 40])), at, gain))
        for booked, made, amount in [each for each in unbooked if each[0] <= at]:
            await desk.earn(made, amount, booked=booked)
        unbooked = [each for each in unbooked if each[0] > at]
        equity += gain
        await desk.equity(at, equity)
        if day in (3, 20, 41):
            await desk.flow("carol", at + timedelta(hours=1), equity, kind="DEPOSIT", amount="10000.00")
            equity += 10_000
            await desk.equity(at + timedelta(hours=1), equity)
        desk.clock.advance(BEGINS + timedelta(days=day + 1, minutes=15) - desk.clock.now())
        if day % 9 == 0:
            await jobs.tell_money(desk.ports)
    await jobs.tell_money(desk.ports)
    made = {name: await desk.bytes_of(name) for name in (*DERIVED, "dashboard_clients", "dashboard_funds")}

    await desk.forget()
    await jobs.tell_money(desk.ports)

    assert {name: await desk.bytes_of(name) for name in made} == made
    assert len(made["dashboard_statements"]) == 4  # January and February, LIVE and (empty) PAPER
    assert len(made["dashboard_navs"]) == 63


async def test_capitals_add_up_to_the_fund_and_the_client_sees_the_funds_return(desk: Desk) -> None:
    await desk.put(
        "clients",
        Client(client_id="carol", display_name="Carol", mode="LIVE", created_at=BEGINS, created_by="ada"),
        "carol",
    )
    await desk.equity(BEGINS, Decimal("100000"))
    await desk.flow("carol", BEGINS, Decimal("100000"), kind="DEPOSIT", amount="50000.00")
    await desk.equity(BEGINS + timedelta(hours=1), Decimal("150000"))
    await desk.equity(BEGINS + timedelta(days=40), Decimal("164999.99"))
    desk.clock.advance(timedelta(days=40, minutes=30))

    await jobs.tell_money(desk.ports)

    fund = FundView.model_validate(await desk.db.dashboard_funds.find_one({"_id": "live"}))
    carol = ClientView.model_validate(await desk.db.dashboard_clients.find_one({"client_id": "carol"}))
    assert sum(holder.capital for holder in fund.holders) == fund.nav == Decimal("164999.99")
    assert [holder.client_id for holder in fund.holders] == [HOUSE, "carol"]
    assert (carol.capital, carol.gain, carol.gain_percent) == (Decimal("55000.00"), 5000, 10)
    assert carol.performance.total == carol.performance.year == Decimal("10.00")
    assert carol.performance.annualized is None
    assert carol.performance.years[0].months[:3] == (Decimal("0.00"), Decimal("10.00"), None)
    assert [(flow.kind, flow.arrived) for flow in carol.flows] == [("DEPOSIT", True)]
    assert await desk.db.dashboard_clients.count_documents({"mode": "PAPER"}) == 0


async def test_senders_fees_are_not_the_clients_money(desk: Desk) -> None:
    await desk.agreed()
    await desk.equity(BEGINS, Decimal("100000"))
    await desk.flow("carol", BEGINS, Decimal("100000"), kind="DEPOSIT", amount="100000.00")
    await desk.equity(BEGINS + timedelta(hours=2), Decimal("210000"))
    await desk.earn(BEGINS + timedelta(hours=2), Decimal(10_000))
    desk.clock.advance(timedelta(hours=3))

    await jobs.tell_money(desk.ports)

    fund = FundView.model_validate(await desk.db.dashboard_funds.find_one({"_id": "live"}))
    assert (fund.equity, fund.accrued_fees, fund.nav) == (210_000, 2_000, 208_000)
    assert {holder.capital for holder in fund.holders} == {Decimal(104_000)}


async def test_a_sender_is_told_what_is_estimated_final_and_paid(desk: Desk) -> None:
    await desk.agreed()
    await desk.earn(BEGINS + timedelta(days=5), Decimal(1000))
    await desk.earn(BEGINS + timedelta(days=35), Decimal(500))
    await desk.earn(BEGINS + timedelta(days=62), Decimal(100))
    await desk.earn(BEGINS + timedelta(days=5), Decimal(777), mode="PAPER")
    desk.clock.advance(timedelta(days=40))
    await jobs.tell_money(desk.ports)
    february = await sender(desk)
    paid = desk.clock.now()
    terms = {"agreement_id": "a1", "sender": "alice", "number": 1, "currency": "USD", "recorded_by": "ada"}
    payment = Payment(**terms, payment_id="p1", month="2026-01", amount=200, paid_on="2026-02-10", recorded_at=paid)
    await desk.put("payments", payment, "p1")
    desk.clock.advance(timedelta(days=25))

    await jobs.tell_money(desk.ports)

    march, paper = await sender(desk), await sender(desk, "PAPER")
    assert [(line.month, line.status, line.fee, line.due) for line in march.statements] == [
        ("2026-03", "estimated", 20, 0),
        ("2026-02", "final", 100, 100),
        ("2026-01", "paid", 200, 200),
    ]
    assert [amount.amount for amount in (*february.due, *march.due, *march.paid, *march.accrued)] == [200, 100, 200, 20]
    assert (march.next_payment_on, march.time_zone, march.payable) == ("2026-04-01", "UTC", True)
    assert {line.status for line in paper.statements} == {"estimated"}
    assert [amount.amount for amount in paper.due] == [0]
    assert (paper.payable, paper.next_payment_on) == (False, None)


async def test_rows_of_signals_add_up_to_the_ledger_whoever_closes_what(desk: Desk) -> None:
    first, second = a_signal(strategy_seq=1), a_signal(strategy_seq=2, external_id="trend-2")
    leaving = a_signal(strategy_seq=3, external_id="trend-3", action="SELL", signal_type="EXIT")
    refused = a_signal(strategy_seq=4, external_id="trend-4")
    lots = [a_trading_order(each) for each in (first, second)]
    closes = [
        LotClose(lot=lots[0].order_id, asked=10, lot_asked=10, last=True),
        LotClose(lot=lots[1].order_id, asked=5, lot_asked=10, last=False),
    ]
    closing = a_trading_order(leaving, purpose="exit", side="SELL", closes=tuple(closes), quantity=Decimal(300))
    bookings = [a_booking(a_fill(lots[0]), seq=1), a_booking(a_fill(lots[1]), seq=2)]
    gain = {"realized_pnl": Decimal(1000), "realized_base": Decimal(1000)}
    bookings.append(a_booking(a_fill(closing), seq=3, **gain))
    for signal in (first, second, leaving, refused):
        await desk.put("signals", a_stored_signal(signal), signal.signal_id)
    decided = [a_decision(first, lots[0]), a_decision(second, lots[1], seq=8), a_decision(leaving, closing, seq=9)]
    for decision in (*decided, a_refusal(refused, seq=10)):
        record = recorded(decision)
        await desk.put("cerebro_decisions", record, f"v1:{decision.signal_id}")
    for order in (*lots, closing):
        await desk.put("orders", an_order_record(order), order.order_id)
    for entry in bookings:
        await desk.put("account_history", entry, entry.entry_id)
    await holds(desk, "100")
    await desk.agreed()

    await jobs.tell_signals(desk.ports)
    await jobs.tell_money(desk.ports)

    rows = await rows_by_id(desk)
    assert sum(row.profit for row in rows.values()) == _net(bookings) == Decimal("996.25")
    assert rows["trend-1"].profit.quantize(Decimal("0.0001")) == Decimal("664.5833")  # 2/3 of 998.75, less 1.25
    assert (rows["trend-1"].open, rows["trend-1"].settled) == (False, True)
    assert rows["trend-1"].price_currency == rows["trend-1"].profit_currency == "USD"
    assert (rows["trend-2"].open, rows["trend-2"].settled) == (True, False)
    assert (rows["trend-3"].profit, rows["trend-3"].status) == (0, "executed")
    assert (rows["trend-4"].status, rows["trend-4"].reason) == ("dropped", "MARGIN_LIMIT")
    assert (rows["trend-1"].their_price, rows["trend-1"].our_price, rows["trend-1"].filled) == (150, 150, 200)
    told = (await sender(desk, "PAPER")).profit
    assert [(each.currency, each.amount) for each in told] == [("USD", Decimal("996.25"))]
    made = await desk.bytes_of("dashboard_signals")
    await desk.forget()
    await jobs.tell_signals(desk.ports)
    assert await desk.bytes_of("dashboard_signals") == made


async def test_a_sender_sees_how_many_were_sent_executed_and_dropped_and_why(desk: Desk) -> None:
    signals = [a_signal(strategy_seq=n, external_id=f"t{n}") for n in range(1, 5)]
    for signal in signals:
        await desk.put("signals", a_stored_signal(signal), signal.signal_id)
    order = a_trading_order(signals[0])
    for decision in (a_decision(signals[0], order), *(a_refusal(one, seq=8 + n) for n, one in enumerate(signals[1:3]))):
        record = recorded(decision)
        await desk.put("cerebro_decisions", record, f"v1:{decision.signal_id}")
    await desk.put("orders", an_order_record(order), order.order_id)
    await desk.agreed()

    await jobs.tell_signals(desk.ports)
    await jobs.tell_money(desk.ports)

    told = await sender(desk, "PAPER")
    assert (told.sent, told.executed, told.waiting, told.dropped) == (4, 1, 1, 2)
    assert told.dropped_reasons == {"MARGIN_LIMIT": 2}
    assert (len(told.signals), (await sender(desk)).sent) == (4, 0)


async def test_cards_curves_and_the_allocation_are_told(desk: Desk) -> None:
    for hour in range(30):
        await desk.equity(BEGINS + timedelta(hours=hour), Decimal(100_000 + 100 * hour), "PAPER", f"paper:{ACCOUNT}")
    desk.clock.advance(timedelta(hours=30))

    await jobs.tell_pictures(desk.ports)
    await jobs.tell_allocation(desk.ports)
    await jobs.tell_strategies(desk.ports)

    told = await desk.db.dashboard_equity.find_one({"_id": "paper"})
    day = told["curves"][0]
    assert (day["span"], day["points"][-1]["value"], day["points"][-1]["drawdown"]) == ("day", 102_900, 0)
    assert (await desk.db.dashboard_allocations.find_one({"_id": "allocations"}))["lines"] == []


async def test_rows_are_told_by_index_however_many_orders_there_are(desk: Desk) -> None:
    signal = a_signal(sender="alice")
    order = a_trading_order(signal)
    await desk.put("signals", a_stored_signal(signal), signal.signal_id)
    await desk.put("orders", an_order_record(order), order.order_id)
    await desk.db.command("profile", 2)
    try:
        await jobs.tell_signals(desk.ports)
    finally:
        await desk.db.command("profile", 0)

    read = [each async for each in desk.db["system.profile"].find({"planSummary": {"$exists": True}})]
    of_history = [each for each in read if each["ns"].split(".")[-1] in ("orders", "signals", "account_history")]
    assert len(of_history) >= 4
    assert [each["command"] for each in of_history if "COLLSCAN" in each["planSummary"]] == []


async def sender(desk: Desk, mode: str = "LIVE") -> SenderView:
    return SenderView.model_validate(await desk.db.dashboard_senders.find_one({"sender": "alice", "mode": mode}))


async def rows_by_id(desk: Desk) -> dict[str, SignalRow]:
    found = desk.db.dashboard_signals.find()
    return {row["external_id"]: SignalRow.model_validate(row) async for row in found}


def recorded(decision: Decision) -> DecisionRecord:
    ids = {"order_ids": [order.order_id for order in decision.orders], "output": decision.model_dump_json()}
    return DecisionRecord(**decision.model_dump(), **ids, book_hash="h", inputs="{}")


async def holds(desk: Desk, quantity: str) -> None:
    held = {"_id": "p", "strategy_id": "Trend", "quantity": Decimal(quantity)}
    await desk.db.positions.insert_one(held, bypass_document_validation=True)


def _net(entries: list[LedgerEntry]) -> Decimal:
    return sum((entry.realized_base - entry.commission_base for entry in entries), Decimal(0))


async def test_a_row_is_not_settled_before_its_lot_is_closed_though_positions_are_written_later(desk: Desk) -> None:
    signal = a_signal()
    order = a_trading_order(signal)
    await desk.put("signals", a_stored_signal(signal), signal.signal_id)
    await desk.put("cerebro_decisions", recorded(a_decision(signal, order)), f"v1:{signal.signal_id}")
    await desk.put("orders", an_order_record(order), order.order_id)
    await desk.put("account_history", a_booking(a_fill(order)), "x1")
    desk.clock.advance(signal.received_at - BEGINS)

    await jobs.tell_signals(desk.ports)
    early = (await rows_by_id(desk))["trend-1"]
    desk.clock.advance(timedelta(days=1))
    await jobs.tell_signals(desk.ports)

    assert (early.open, early.settled) == (False, False)
    assert (await rows_by_id(desk))["trend-1"].settled  # closed by nobody's order, and nothing is held any more


async def test_rows_that_are_lacking_are_told_again_at_the_next_start(desk: Desk) -> None:
    signals = [a_signal(strategy_seq=n, external_id=f"t{n}") for n in range(1, 6)]
    for signal in signals:
        await desk.put("signals", a_stored_signal(signal), signal.signal_id)
    await jobs.tell_signals(desk.ports)
    await desk.db.dashboard_signals.delete_many({"strategy_seq": {"$in": [2, 3]}})
    desk.ports = replace(desk.ports, rows=MongoRows(desk.db))

    await jobs.tell_signals(desk.ports)

    assert sorted(await rows_by_id(desk)) == ["t1", "t2", "t3", "t4", "t5"]
