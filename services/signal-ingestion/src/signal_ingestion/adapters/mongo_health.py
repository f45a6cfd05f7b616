"""Signal health in MongoDB: the newest signals of each strategy, what the desk holds, and what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.collections import POSITIONS, SIGNAL_HEALTH, SIGNALS
from mathematricks.contracts.instruments import Contract
from mathematricks.contracts.signal_health import SignalHealth
from mathematricks.storage.mongo import Database, Document

from signal_ingestion.domain.health import Seen, extras

NEWEST = 5_000
"""Signals, of all strategies, among which those are found that have had one lately."""
READ = ("sender", "received_at", "signal_type", "legs.contract", "legs.action", "body")


class MongoHealth:
    """Reads what health is made of, and keeps one document per strategy."""

    def __init__(self, db: Database) -> None:
        self._signals, self._positions = db[SIGNALS.name], db[POSITIONS.name]
        self._health = db[SIGNAL_HEALTH.name]

    async def strategies(self) -> Mapping[str, datetime]:
        """Return when the newest signal of each strategy was received."""
        grouped = {"$group": {"_id": "$strategy_id", "last": {"$max": "$received_at"}}}
        found = await self._signals.aggregate([{"$sort": {"received_at": -1}}, {"$limit": NEWEST}, grouped])
        known = {each["_id"]: each["last_received_at"] async for each in self._health.find({}, {"last_received_at": 1})}
        return known | {each["_id"]: each["last"] async for each in found}

    async def signals(self, strategy_id: str, limit: int) -> list[Seen]:
        """Return the newest signals of a strategy, oldest first."""
        found = self._signals.find({"strategy_id": strategy_id}, READ).sort("strategy_seq", -1).limit(limit)
        return [_seen(each) async for each in found][::-1]

    async def positions(self, strategy_id: str) -> Mapping[str, Decimal]:
        """Return what the desk holds for a strategy, by instrument."""
        held: dict[str, Decimal] = defaultdict(Decimal)
        async for each in self._positions.find({"strategy_id": strategy_id}, {"instrument": 1, "quantity": 1}):
            held[each["instrument"]] += each["quantity"]
        return held

    async def known(self, strategy_id: str) -> SignalHealth | None:
        """Return what was found last."""
        document = await self._health.find_one({"_id": strategy_id})
        return SignalHealth.model_validate(document) if document else None

    async def keep(self, health: SignalHealth) -> None:
        """Record what was found now."""
        await self._health.replace_one({"_id": health.strategy_id}, health.model_dump(), upsert=True)

    async def all(self) -> list[SignalHealth]:
        """Return the health of every strategy, by name."""
        return [SignalHealth.model_validate(each) async for each in self._health.find().sort("_id", 1)]


def _seen(document: Document) -> Seen:
    number, belief = extras(document["body"])
    sides = {Contract.model_validate(leg["contract"]).key: leg["action"] for leg in document["legs"]}
    sender, received_at, signal_type = (document[name] for name in READ[:3])
    return Seen(document["_id"], sender, received_at, signal_type, sides, number, belief)
