"""What became of signals, read-only: decisions, orders, the orders that close their lots, and ledger entries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import (
    ACCOUNT_HISTORY,
    CEREBRO_DECISIONS,
    CLOSES_LOTS,
    ORDERS,
    POSITIONS,
    SIGNALS,
    STRATEGY_CONFIGURATIONS,
)
from mathematricks.contracts.orders import LotClose, OrderStatus
from mathematricks.contracts.signals import SignalRecord
from mathematricks.storage.mongo import Database, Document

from dashboard_processor.adapters.mongo_money import ENTRY_FIELDS, IS_FILL, an_entry
from dashboard_processor.domain.earnings import Entry
from dashboard_processor.domain.signal_rows import Order, Trail, Verdict

DECISION_FIELDS = ["signal_id", "portfolio", "outcome", "reason", "order_ids", "command_ids", "output"]
ORDER_FIELDS = [
    *("signal_id", "purpose", "leg_index", "status", "live", "filled", "average_price", "closes"),
]
WITH_AUTHORITY: Document = {"shadow": "", "promotes": None}


class MongoTrails:
    """A few queries by index, however many signals are asked for."""

    def __init__(self, db: Database) -> None:
        self._db, self._signals = db, db[SIGNALS.name]

    async def newer(self, known: Mapping[str, int], most: int) -> Sequence[str]:
        in_order: Document = {"$sort": {"strategy_id": 1, "strategy_seq": -1}}
        heads = await self._signals.aggregate(
            [in_order, {"$group": {"_id": "$strategy_id", "seq": {"$first": "$strategy_seq"}}}]
        )
        lacking = [each["_id"] async for each in heads if each["seq"] > known.get(each["_id"], 0)]
        if not lacking:
            return []
        each_from = [{"strategy_id": name, "strategy_seq": {"$gt": known.get(name, 0)}} for name in lacking]
        newer = (
            self._signals.find({"$or": each_from}, ["_id"]).sort([("strategy_id", 1), ("strategy_seq", 1)]).limit(most)
        )
        return [each["_id"] async for each in newer]

    async def trails(self, signal_ids: Sequence[str]) -> Sequence[Trail]:
        signals = [SignalRecord.model_validate(each) for each in await self._by(SIGNALS.name, "_id", signal_ids)]
        if not signals:
            return []
        verdicts = await self._verdicts(signal_ids)
        orders = await self._orders(signal_ids)
        entries = await self._entries({order.signal_id for order in orders.values()})
        modes, held = await self._modes(signals), await self._held(signals)
        return [
            Trail(
                signal=signal,
                mode=verdict.mode if (verdict := verdicts.get(signal.signal_id)) else modes[signal.strategy_id],
                verdict=verdict,
                orders=orders,
                entries=_about(signal.signal_id, orders, entries),
                held=signal.strategy_id in held,
            )
            for signal in signals
        ]

    async def _verdicts(self, signal_ids: Sequence[str]) -> dict[str, Verdict]:
        asked = {"signal_id": {"$in": list(signal_ids)}} | WITH_AUTHORITY
        found = self._db[CEREBRO_DECISIONS.name].find(asked, DECISION_FIELDS)
        return {each["signal_id"]: _verdict(each) async for each in found}

    async def _orders(self, signal_ids: Sequence[str]) -> dict[str, Order]:
        """The signals' own orders, those that close their lots, and those whose lots theirs close."""
        mine = await self._by(ORDERS.name, "signal_id", signal_ids, ORDER_FIELDS)
        lots = [each["_id"] for each in mine if each["purpose"] == "entry"]
        by_lot = {"closes.lot": {"$in": lots}} | CLOSES_LOTS
        closing = await self._db[ORDERS.name].find(by_lot, ORDER_FIELDS).to_list() if lots else []
        known = {each["_id"]: each for each in [*mine, *closing]}
        closed = {close["lot"] for each in known.values() for close in each.get("closes", ())} - known.keys()
        known |= {each["_id"]: each for each in await self._by(ORDERS.name, "_id", closed, ORDER_FIELDS)}
        return {name: _order(each) for name, each in known.items()}

    async def _entries(self, signal_ids: Collection[str]) -> list[tuple[Entry, Decimal]]:
        if not signal_ids:
            return []
        asked = {"signal_id": {"$in": list(signal_ids)}} | IS_FILL
        found = self._db[ACCOUNT_HISTORY.name].find(asked, ENTRY_FIELDS)
        return [(an_entry(each), each["quantity"]) async for each in found]

    async def _modes(self, signals: Iterable[SignalRecord]) -> dict[str, Mode]:
        wanted = {signal.strategy_id for signal in signals}
        found = await self._by(STRATEGY_CONFIGURATIONS.name, "_id", wanted, ["trading_mode"])
        modes: dict[str, Mode] = dict.fromkeys(wanted, "PAPER")
        return modes | {each["_id"]: each["trading_mode"] for each in found}

    async def _held(self, signals: Iterable[SignalRecord]) -> set[str]:
        """Strategies that hold anything."""
        wanted = {signal.strategy_id for signal in signals}
        found = await self._by(POSITIONS.name, "strategy_id", wanted, ["strategy_id", "quantity"])
        return {each["strategy_id"] for each in found if each["quantity"]}

    async def _by(
        self, collection: str, field: str, values: Collection[str], fields: Sequence[str] | None = None
    ) -> list[Document]:
        if not values:
            return []
        return await self._db[collection].find({field: {"$in": sorted(values)}}, fields).to_list()


def _about(
    signal_id: str, orders: Mapping[str, Order], entries: Iterable[tuple[Entry, Decimal]]
) -> list[tuple[Entry, Decimal]]:
    """The entries of a signal's own orders, and of the orders that close its lots."""
    lots = {order.order_id for order in orders.values() if order.signal_id == signal_id}
    mine = {
        order.order_id
        for order in orders.values()
        if order.signal_id == signal_id or any(close.lot in lots for close in order.closes)
    }
    return [(entry, quantity) for entry, quantity in entries if entry.order_id in mine]


def _verdict(decision: Document) -> Verdict:
    legs: list[dict[str, Any]] = json.loads(decision["output"]).get("legs") or []
    ordered = legs[0].get("quantity") if legs else None
    return Verdict(
        mode="LIVE" if decision["portfolio"] == "live" else "PAPER",
        refused=(decision.get("reason") or "REFUSED") if decision["outcome"] == "REFUSED" else None,
        ordered=None if ordered is None else Decimal(ordered),
        commands=bool(decision.get("command_ids")),
        orders=len(decision.get("order_ids") or ()),
    )


def _order(document: Document) -> Order:
    return Order(
        order_id=document["_id"],
        signal_id=document["signal_id"],
        purpose=document["purpose"],
        leg_index=document.get("leg_index", 0),
        status=OrderStatus(document["status"]),
        live=document["live"],
        filled=document["filled"],
        average_price=document.get("average_price"),
        closes=tuple(LotClose.model_validate(close) for close in document.get("closes", ())),
    )
