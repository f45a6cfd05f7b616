"""What shadows would have decided, in MongoDB beside the authority's sequence; and signals nobody has decided."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from mathematricks.contracts.collections import CEREBRO_DECISIONS, ORDERS, SIGNALS
from mathematricks.contracts.decisions import DecisionRecord, PortfolioId
from mathematricks.contracts.signals import StandardSignal
from mathematricks.storage.mongo import Database
from pymongo.errors import BulkWriteError

from cerebro.adapters.mongo_decisions import DUPLICATE_KEY, to_record
from cerebro.domain.comparing import Pair
from cerebro.ports import Decided

UNDECIDED_AT_ONCE = 2000


class MongoShadows:
    """One version's view of the authority's entries, and what it made of them."""

    def __init__(self, db: Database, version: str) -> None:
        self._decisions = db[CEREBRO_DECISIONS.name]
        self._signals = db[SIGNALS.name]
        self._orders = db[ORDERS.name]
        self._version = version

    async def followed(self, portfolio: PortfolioId) -> int | None:
        mine = {"portfolio": portfolio, "shadow": self._version}
        newest = await self._decisions.find_one(mine, ["seq"], sort=[("seq", -1)])
        return int(newest["seq"]) if newest else None

    async def after(self, portfolio: PortfolioId, seq: int, most: int) -> Sequence[DecisionRecord]:
        others = {"portfolio": portfolio, "shadow": "", "seq": {"$gt": seq}, "version": {"$ne": self._version}}
        found = self._decisions.find(others | {"promotes": None}).sort("seq", 1).limit(most)
        return [DecisionRecord.model_validate(document) async for document in found]

    async def add(self, batch: Sequence[Decided]) -> None:
        try:
            await self._decisions.insert_many([to_record(one, self._version) for one in batch], ordered=False)
        except BulkWriteError as error:
            if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
                raise

    async def pairs(self, version: str, most: int) -> Sequence[Pair]:
        shadows = (
            await self._decisions.find({"shadow": version})
            .sort([("decided_at", -1), ("seq", -1)])
            .limit(most)
            .to_list()
        )
        wanted = {"signal_id": {"$in": [one["signal_id"] for one in shadows]}, "shadow": ""}
        by_signal = {one["signal_id"]: one async for one in self._decisions.find(wanted)}
        prices = await self._prices([one["signal_id"] for one in shadows])
        return [
            Pair(
                DecisionRecord.model_validate(by_signal[one["signal_id"]]).decision,
                DecisionRecord.model_validate(one).decision,
                prices.get(one["signal_id"], {}),
                by_signal[one["signal_id"]]["inputs"],
            )
            for one in shadows
            if one["signal_id"] in by_signal
        ]

    async def undecided(self) -> Sequence[StandardSignal]:
        owing = self._signals.find({"owed.next": {"$exists": True}}).sort("strategy_seq", 1).limit(UNDECIDED_AT_ONCE)
        waiting = await owing.to_list()
        known = {"signal_id": {"$in": [one["_id"] for one in waiting]}, "shadow": ""}
        decided = set(await self._decisions.distinct("signal_id", known))
        return [StandardSignal.model_validate(one) for one in waiting if one["_id"] not in decided]

    async def _prices(self, signals: Sequence[str]) -> dict[str, dict[str, Decimal]]:
        """Return the average price at which orders filled, by signal and order."""
        filled = {"signal_id": {"$in": list(signals)}, "average_price": {"$ne": None}}
        prices: dict[str, dict[str, Decimal]] = {}
        async for one in self._orders.find(filled, ["signal_id", "average_price"]):
            prices.setdefault(one["signal_id"], {})[one["_id"]] = one["average_price"]
        return prices
