"""What signals are counted by is what their rows say, however often rows are told and whatever was remembered."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard_processor.adapters.mongo_rows import MongoRows
from mathematricks.contracts.money_views import SignalRow
from mathematricks.storage.mongo import Database

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def a_row(number: int, **but: Any) -> SignalRow:
    usual: dict[str, Any] = {"signal_id": f"s{number}", "external_id": f"e{number}", "sender": "alice", "mode": "PAPER"}
    usual |= {"strategy_id": "Trend", "strategy_seq": number, "instrument": "AAPL:STOCK", "action": "BUY"}
    return SignalRow(**usual | {"sent_at": NOW, "received_at": NOW, "status": "waiting"} | but)


async def counted(rows: MongoRows) -> Counter[tuple[str, ...]]:
    told = Counter[tuple[str, ...]]()
    for (sender, mode), counts in (await rows.counts()).items():
        for each in counts:
            told[sender, mode, each.status, str(each.reason), str(each.profit)] += each.count
    return told


async def test_counts_say_what_a_fresh_count_says_after_every_step(db: Database) -> None:
    rng, rows, stored = random.Random(11), MongoRows(db), dict[int, SignalRow]()
    await rows.keep([a_row(1, status="dropped", reason="GAP", settled=True), a_row(3)])
    await rows.known()
    await rows.counts()
    await rows.keep([a_row(number, status="dropped", reason="GAP", settled=True) for number in (1, 2)])  # a gap, told
    await rows.unsettled()
    for _ in range(40):
        moving = [number for number in range(3, 30) if number not in stored or not stored[number].settled]
        for number in rng.sample(moving, min(len(moving), 4)):
            status = rng.choice(["waiting", "working", "executed", "dropped"])
            why = rng.choice(["MARGIN", None]) if status == "dropped" else None
            settled, profit = status in ("executed", "dropped") and rng.random() < 0.5, Decimal(rng.randrange(-9, 9))
            sender, money = rng.choice(["alice", "bob"]), rng.choice(["USD", None])
            but = {"sender": sender, "status": status, "reason": why, "settled": settled, "profit": profit}
            stored[number] = a_row(number, **but, profit_currency=money)
            await rows.keep([stored[number]])
        assert await counted(rows) == await counted(MongoRows(db))


async def test_settled_rows_are_read_once_after_a_start_while_signals_keep_coming(db: Database) -> None:
    await MongoRows(db).keep([a_row(number, status="dropped", settled=True) for number in (1, 2)])
    rows = MongoRows(db)
    await rows.known()
    await rows.counts()
    await db.dashboard_signals.delete_one({"_id": "s1"})  # seen only by whoever reads them again
    await rows.keep([a_row(3, status="dropped", settled=True)])
    assert sum((await counted(rows)).values()) == 3


async def test_a_write_that_was_cut_off_is_not_remembered_as_done(db: Database) -> None:
    rows = MongoRows(db)
    await rows.known()
    await rows.unsettled()
    await rows.counts()
    writing = asyncio.create_task(rows.keep([a_row(1, status="dropped", settled=True)]))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])
    await rows.keep([a_row(2, status="dropped", settled=True)])
    assert await counted(rows) == await counted(MongoRows(db))


async def test_a_count_beside_writes_counts_each_signal_once(db: Database) -> None:
    rows = MongoRows(db)
    await rows.known()
    await rows.unsettled()
    await rows.counts()
    kept = (rows.keep([a_row(number, status="dropped", settled=True)]) for number in range(1, 30))
    asked = (rows.counts() for _ in range(30))
    results = await asyncio.gather(*(each for pair in zip(kept, asked, strict=False) for each in pair))
    told = [sum(one.count for each in counts.values() for one in each) for counts in results[1::2] if counts]
    assert told == sorted(told)
    assert sum((await counted(rows)).values()) == 29
