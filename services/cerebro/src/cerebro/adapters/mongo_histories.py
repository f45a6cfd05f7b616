"""Aligned returns in MongoDB: written once under their hash, read again when a decision is made again."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

import numpy as np
from mathematricks.contracts.collections import PORTFOLIO_RISK, RETURN_HISTORIES, STRATEGY_BACKTEST_DATA
from mathematricks.contracts.risk import PortfolioRisk, ReturnHistory
from mathematricks.quant.returns import Days, Panel
from mathematricks.storage.mongo import Database, Document, to_document
from pymongo.errors import DuplicateKeyError

from cerebro.domain.tail_risk import History


class MongoHistories:
    """The histories that decisions refer to, and what tells that returns have changed."""

    def __init__(self, db: Database) -> None:
        self._histories = db[RETURN_HISTORIES.name]
        self._backtests = db[STRATEGY_BACKTEST_DATA.name]
        self._risk = db[PORTFOLIO_RISK.name]

    async def marks(self) -> tuple[object, ...]:
        """Return what differs whenever some strategy's returns do."""
        project: Document = {"file_hash": 1, "live": {"$size": {"$ifNull": ["$live_returns", []]}}}
        found = await self._backtests.aggregate([{"$sort": {"_id": 1}}, {"$project": project}])
        return tuple([(one["_id"], one.get("file_hash"), one["live"]) async for one in found])

    async def keep(self, history: History, panel: Panel, now: datetime) -> None:
        """Keep *history*, made of *panel*, unless it is kept already."""
        record = ReturnHistory(
            history_id=history.history_id,
            strategies=history.names,
            first_day=_moment(panel.days[0]),
            last_day=_moment(panel.days[-1]),
            days=panel.days.size,
            returns=zlib.compress(np.ascontiguousarray(panel.values, dtype="<f8").tobytes()),
            made_at=now,
        )
        try:
            await self._histories.insert_one(to_document(record, record.history_id))
        except DuplicateKeyError:
            return

    async def find(self, history_id: str) -> History | None:
        """Return a kept history."""
        document = await self._histories.find_one({"_id": history_id})
        if document is None:
            return None
        record = ReturnHistory.model_validate(document)
        values = np.frombuffer(zlib.decompress(record.returns), dtype="<f8").reshape(record.days, -1)
        return History(record.history_id, record.strategies, np.asfortranarray(values))

    async def tell(self, risk: PortfolioRisk) -> None:
        """Record how a portfolio's book stands, in place of how it stood."""
        document = to_document(risk, risk.portfolio)
        await self._risk.replace_one({"_id": risk.portfolio}, document, upsert=True)


def _moment(day: Days) -> datetime:
    return datetime.fromisoformat(str(day)).replace(tzinfo=UTC)
