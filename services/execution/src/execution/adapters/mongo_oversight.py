"""Oversight's records in MongoDB: reports, marks and runs; and what account-data's books say, read only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from mathematricks.contracts.accounts import SubLedger
from mathematricks.contracts.base import Mode
from mathematricks.contracts.book_collections import STRATEGY_CONFIGURATIONS
from mathematricks.contracts.collections import (
    ACCOUNT_STATE,
    FLATTEN_REPORTS,
    PORTFOLIO_RISK,
    RECONCILIATION_REPORTS,
    RISK_MARKS,
)
from mathematricks.contracts.controls import FlattenReport, RiskMarks
from mathematricks.contracts.reconciliation import ReconciliationReport
from mathematricks.contracts.risk import PortfolioRisk
from mathematricks.storage.mongo import Database, to_document

from execution.domain.controls.triggers import StrategyResult
from execution.domain.venues import PAPER_PREFIX

RESULTS = {"account": 1, "sub_ledgers": 1}


class MongoOversight:
    """The collections ``flatten_reports``, ``risk_marks`` and ``reconciliation_reports``."""

    def __init__(self, db: Database) -> None:
        self._reports = db[FLATTEN_REPORTS.name]
        self._marks = db[RISK_MARKS.name]
        self._runs = db[RECONCILIATION_REPORTS.name]
        self._states = db[ACCOUNT_STATE.name]
        self._risk = db[PORTFOLIO_RISK.name]
        self._strategies = db[STRATEGY_CONFIGURATIONS.name]

    async def keep_report(self, report: FlattenReport) -> None:
        await self._reports.replace_one({"_id": report.generation}, to_document(report), upsert=True)

    async def reports(self, limit: int) -> list[FlattenReport]:
        documents = await self._reports.find().sort("_id", -1).to_list(limit)
        return [FlattenReport.model_validate(document) for document in documents]

    async def report(self, generation: int) -> FlattenReport | None:
        document = await self._reports.find_one({"_id": generation})
        return FlattenReport.model_validate(document) if document else None

    async def keep_marks(self, marks: RiskMarks) -> None:
        identity = f"{marks.mode}:{marks.scope}"
        await self._marks.replace_one({"_id": identity}, to_document(marks), upsert=True)

    async def marks(self) -> list[RiskMarks]:
        return [RiskMarks.model_validate(document) for document in await self._marks.find().to_list()]

    async def keep_reconciliation(self, report: ReconciliationReport) -> None:
        await self._runs.insert_one(to_document(report, report.report_id))

    async def reconciliations(self, limit: int) -> list[ReconciliationReport]:
        documents = await self._runs.find().sort("ended_at", -1).to_list(limit)
        return [ReconciliationReport.model_validate(document) for document in documents]

    async def cvar(self, mode: Mode) -> tuple[Decimal, datetime] | None:
        document = await self._risk.find_one({"_id": mode.lower()})
        if document is None:
            return None
        risk = PortfolioRisk.model_validate(document)
        return Decimal(str(risk.cvar)), risk.as_of

    async def results(self) -> Sequence[StrategyResult]:
        """Reads account-data's newest states, which lag its ledger by a fraction of a second."""
        documents = await self._states.find({}, RESULTS).to_list()
        return [_result(document["account"], ledger) for document in documents for ledger in document["sub_ledgers"]]

    async def strategies(self) -> dict[str, str]:
        """Reads account-data's registry."""
        documents = await self._strategies.find({}, {"account": 1, "trading_mode": 1}).to_list()
        return {
            each["_id"]: each["account"] if each["trading_mode"] == "LIVE" else PAPER_PREFIX + each["account"]
            for each in documents
        }


def _result(account: str, told: dict[str, Any]) -> StrategyResult:
    """Open losses count as lost today; open gains excuse nothing (RULES 3), as for the risk limits of a strategy."""
    ledger = SubLedger.model_validate(told)
    made = ledger.realized_pnl - ledger.commission + ledger.unrealized_pnl
    today = ledger.realized_today + min(Decimal(0), ledger.unrealized_pnl)
    return StrategyResult(account, ledger.strategy_id, today, made)
