"""The rows of signals in MongoDB; what is counted of settled ones is counted once, whatever their number."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from mathematricks.accounting.position import EXACT, ZERO
from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import DASHBOARD_SIGNALS
from mathematricks.contracts.money_views import SignalRow
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo import ReplaceOne

from dashboard_processor.records import SignalCount

AT_ONCE = 100
"""Unsettled rows looked at in one go; the others have their turn in the next."""


class Ended(NamedTuple):
    """What signals are counted by."""

    sender: str
    mode: str
    status: str
    reason: str | None
    currency: str | None


class Tally:
    """How many signals ended in each way, and what they made."""

    def __init__(self) -> None:
        self.count, self.profit = Counter[Ended](), dict[Ended, Decimal]()

    def add(self, ended: Ended, count: int, profit: Decimal) -> None:
        self.count[ended] += count
        with localcontext(EXACT):
            self.profit[ended] = self.profit.get(ended, ZERO) + profit


class MongoRows:
    """A row that is settled is never written again by the process that settled it."""

    def __init__(self, db: Database) -> None:
        self._signals = db[DASHBOARD_SIGNALS.name]
        self._turn, self._asked, self._gapless = "", False, False
        self._settled: Tally | None = None
        self._counting = asyncio.Lock()  # a row that settles meanwhile would count twice, or not at all

    async def known(self) -> Mapping[str, int]:
        if not self._asked:
            self._asked = True
            return await self._known_without_gaps()
        highest = {"$group": {"_id": "$strategy_id", "seq": {"$first": "$strategy_seq"}}}
        found = await self._signals.aggregate([{"$sort": {"strategy_id": 1, "strategy_seq": -1}}, highest])
        return {each["_id"]: each["seq"] async for each in found}

    async def _known_without_gaps(self) -> Mapping[str, int]:
        """Once per start: a strategy that lacks a row is told from its first signal on again."""
        counted = {"_id": "$strategy_id", "seq": {"$max": "$strategy_seq"}, "count": {"$sum": 1}}
        found = await (await self._signals.aggregate([{"$group": counted}])).to_list()
        self._gapless = all(each["count"] == each["seq"] for each in found)
        return {each["_id"]: each["seq"] if each["count"] == each["seq"] else 0 for each in found}

    async def unsettled(self) -> Sequence[str]:
        self._gapless = True  # whoever asks has told every signal that had no row
        moving: Document = {"settled": False, "status": {"$in": ["waiting", "working"]}}
        resting: Document = {"settled": False, "_id": {"$gt": self._turn}}
        first = await self._signals.find(moving, ["_id"]).sort("received_at", -1).limit(AT_ONCE).to_list()
        others = await self._signals.find(resting, ["_id"]).sort("_id", 1).limit(AT_ONCE).to_list()
        self._turn = others[-1]["_id"] if len(others) == AT_ONCE else ""
        return sorted({each["_id"] for each in (*first, *others)})

    async def keep(self, rows: Sequence[SignalRow]) -> None:
        if not rows:
            return
        in_turn = sorted(rows, key=lambda row: (row.strategy_id, row.strategy_seq))  # a crash leaves no gap
        writes = [ReplaceOne({"_id": row.signal_id}, to_document(row, row.signal_id), upsert=True) for row in in_turn]
        async with self._counting:
            tally, self._settled = self._settled if self._gapless else None, None  # a write may fail half-way
            await self._signals.bulk_write(writes)
            if tally:
                for row in rows:
                    if row.settled:
                        tally.add(_ended(row), 1, row.profit)
            self._settled = tally

    async def rows(self, sender: str, mode: Mode, most: int) -> Sequence[SignalRow]:
        found = self._signals.find({"sender": sender, "mode": mode}).sort("received_at", -1).limit(most)
        return [SignalRow.model_validate(each) async for each in found]

    async def last_of(self, strategy_id: str) -> SignalRow | None:
        found = await self._signals.find({"strategy_id": strategy_id}).sort("strategy_seq", -1).limit(1).to_list()
        return SignalRow.model_validate(found[0]) if found else None

    async def counts(self) -> Mapping[tuple[str, Mode], Sequence[SignalCount]]:
        async with self._counting:
            if self._settled is None:
                self._settled = await self._tally({"settled": True})
            moving = await self._tally({"settled": False})
        for ended, count in self._settled.count.items():
            moving.add(ended, count, self._settled.profit[ended])
        counts: dict[tuple[str, Mode], list[SignalCount]] = {}
        for ended in sorted(moving.count, key=_in_order):
            one = SignalCount(ended.status, ended.reason, ended.currency, moving.count[ended], moving.profit[ended])
            counts.setdefault((ended.sender, "LIVE" if ended.mode == "LIVE" else "PAPER"), []).append(one)
        return counts

    async def _tally(self, which: Document) -> Tally:
        by = {"sender": "$sender", "mode": "$mode", "status": "$status", "reason": "$reason"}
        group = {"_id": by | {"currency": "$profit_currency"}, "count": {"$sum": 1}, "profit": {"$sum": "$profit"}}
        tally = Tally()
        async for each in await self._signals.aggregate([{"$match": which}, {"$group": group}]):
            tally.add(Ended(*(each["_id"].get(name) for name in Ended._fields)), each["count"], each["profit"])
        return tally


def _ended(row: SignalRow) -> Ended:
    return Ended(row.sender, row.mode, row.status, row.reason, row.profit_currency)


def _in_order(ended: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(each or "" for each in ended)
