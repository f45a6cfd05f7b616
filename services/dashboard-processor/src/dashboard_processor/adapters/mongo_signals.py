"""The newest signals with what was decided on them, from the records of ingestion and Cerebro."""

from __future__ import annotations

from collections.abc import Collection

from mathematricks.contracts.base import Mode
from mathematricks.contracts.collections import CEREBRO_DECISIONS, SIGNALS, STRATEGY_CONFIGURATIONS
from mathematricks.contracts.dashboard import OverviewSignal
from mathematricks.contracts.instruments import Contract
from mathematricks.storage.mongo import Database, Document

from dashboard_processor.domain.overview import SHOWN
from dashboard_processor.domain.signals import Verdict, newest_by_mode

SIGNAL_FIELDS = ["signal_id", "external_id", "strategy_id", "received_at", "legs"]
BOOKS = ("live", "paper")
DECISION_FIELDS = ["signal_id", "portfolio", "outcome", "reason"]
WITH_AUTHORITY: Document = {"shadow": "", "promotes": None}


class MongoSignals:
    """
    Signals joined with decisions: the last decided of each book, and the last received of all.

    Only what was decided with authority counts; a shadow's decisions and promotions are nobody's business here.
    """

    def __init__(self, db: Database) -> None:
        self._signals = db[SIGNALS.name]
        self._decisions = db[CEREBRO_DECISIONS.name]
        self._strategies = db[STRATEGY_CONFIGURATIONS.name]

    async def newest(self) -> dict[Mode, tuple[OverviewSignal, ...]]:
        received = await self._signals.find({}, SIGNAL_FIELDS).sort("received_at", -1).limit(SHOWN).to_list()
        decided = [verdict for book in BOOKS for verdict in await self._last_decided(book)]
        signals = {signal["signal_id"]: signal for signal in received}
        verdicts = {verdict.signal_id: verdict for verdict in decided}
        unjudged = signals.keys() - verdicts.keys()
        verdicts |= {verdict.signal_id: verdict for verdict in await self._decided_on(unjudged)}
        signals |= {signal["signal_id"]: signal for signal in await self._signals_of(verdicts.keys() - signals.keys())}
        undecided = {signals[signal_id]["strategy_id"] for signal_id in signals.keys() - verdicts.keys()}
        modes = await self._modes_of(undecided)
        return newest_by_mode((_row(signal) for signal in signals.values()), verdicts, modes)

    async def _last_decided(self, book: str) -> list[Verdict]:
        of_book = {"portfolio": book} | WITH_AUTHORITY
        found = self._decisions.find(of_book, DECISION_FIELDS).sort("seq", -1).limit(SHOWN)
        return [_verdict(decision) async for decision in found]

    async def _decided_on(self, signals: Collection[str]) -> list[Verdict]:
        if not signals:
            return []
        found = self._decisions.find({"signal_id": {"$in": list(signals)}} | WITH_AUTHORITY, DECISION_FIELDS)
        return [_verdict(one) async for one in found]

    async def _signals_of(self, ids: Collection[str]) -> list[Document]:
        return await self._signals.find({"_id": {"$in": list(ids)}}, SIGNAL_FIELDS).to_list() if ids else []

    async def _modes_of(self, strategies: Collection[str]) -> dict[str, Mode]:
        if not strategies:
            return {}
        found = self._strategies.find({"_id": {"$in": list(strategies)}}, ["strategy_id", "trading_mode"])
        return {one["strategy_id"]: one["trading_mode"] async for one in found}


def _verdict(decision: Document) -> Verdict:
    mode: Mode = "LIVE" if decision["portfolio"] == "live" else "PAPER"
    return Verdict(decision["signal_id"], mode, decision["outcome"], decision.get("reason"))


def _row(signal: Document) -> OverviewSignal:
    first = signal["legs"][0]
    contract = Contract.model_validate(first["contract"])
    return OverviewSignal.model_validate(
        {**signal, "instrument": contract.key, "action": first["action"], "price": first.get("price")}
        | {"legs": len(signal["legs"]), "status": "waiting"}
    )
