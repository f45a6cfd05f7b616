"""Records that documents of money are made of, read-only: ledgers, agreements, equity, strategies, allocations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.agreements import Agreement, Payment
from mathematricks.contracts.allocations import OptimizationSummary, PortfolioAllocation
from mathematricks.contracts.base import Mode
from mathematricks.contracts.clients import Client, Flow
from mathematricks.contracts.collections import (
    ACCOUNT_HISTORY,
    ACCOUNT_STATE,
    AGREEMENTS,
    CLIENT_FLOWS,
    CLIENTS,
    PAYMENTS,
    PORTFOLIO_ALLOCATIONS,
    PORTFOLIO_OPTIMIZATION_RUNS,
    SENDERS,
    STRATEGY_CONFIGURATIONS,
)
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.storage.mongo import Database, Document

from dashboard_processor.domain.earnings import Entry, RateSeries
from dashboard_processor.domain.payouts import A_DAY
from dashboard_processor.records import AccountWorth, StrategyFigures

ENTRY_FIELDS = [
    *("account", "strategy_id", "at", "booked_at", "currency", "base_currency", "realized_pnl", "realized_base"),
    *("commission_base", "execution.commission", "signal_id", "order_id", "quantity"),
]
IS_FILL: Document = {"seq": {"$exists": True}, "kind": "execution"}
MOST_READ = 200
"""Agreements whose fills of the running month stay in memory: what was booked a day before the newest is read once."""
POINT_FIELDS = ["account", "at", "equity", "base_currency", "rates"]


class MongoMoney:
    """Each read is one or a few queries by index."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._history = db[ACCOUNT_HISTORY.name]
        self._read: dict[tuple[tuple[str, ...], Mode, datetime], dict[str, Entry]] = {}

    async def agreements(self) -> Sequence[Agreement]:
        return [Agreement.model_validate(each) async for each in self._db[AGREEMENTS.name].find().sort("number", 1)]

    async def payments(self) -> Mapping[str, Sequence[Payment]]:
        by_agreement: dict[str, list[Payment]] = {}
        async for document in self._db[PAYMENTS.name].find().sort("number", 1):
            payment = Payment.model_validate(document)
            by_agreement.setdefault(payment.agreement_id, []).append(payment)
        return by_agreement

    async def entries(self, strategies: Sequence[str], mode: Mode, since: datetime) -> Sequence[Entry]:
        which = (tuple(strategies), mode, since)
        read = self._read.pop(which, {})
        newest = max((each.booked_at for each in read.values()), default=since)
        asked = {"strategy_id": {"$in": list(strategies)}, "booked_at": {"$gte": max(since, newest - A_DAY)}}
        async for each in self._history.find(asked | {"mode": mode} | IS_FILL, ENTRY_FIELDS):
            if each["_id"] not in read:
                read[each["_id"]] = an_entry(each)
        while len(self._read) >= MOST_READ:
            del self._read[next(iter(self._read))]
        self._read[which] = read
        return sorted(read.values(), key=lambda entry: entry.booked_at)

    async def rates(self, accounts: Sequence[str], currency: str) -> RateSeries:
        series: dict[tuple[str, str], list[tuple[datetime, Decimal]]] = {}
        asked = {"kind": "snapshot", "account": {"$in": list(accounts)}, f"rates.{currency}": {"$exists": True}}
        async for point in self._history.find(asked, ["account", "at", f"rates.{currency}"]).sort("at", 1):
            series.setdefault((point["account"], currency), []).append((point["at"], point["rates"][currency]))
        return series

    async def clients(self) -> Mapping[str, Client]:
        return {each["_id"]: Client.model_validate(each) async for each in self._db[CLIENTS.name].find()}

    async def flows(self, mode: Mode) -> Sequence[Flow]:
        found = self._db[CLIENT_FLOWS.name].find({"mode": mode}).sort("seq", 1)
        return [Flow.model_validate(each) async for each in found]

    async def worth_at(self, mode: Mode, at: datetime) -> Sequence[AccountWorth]:
        found = [await self._point(account, at) for account in await self._accounts(mode)]
        return [_worth(point) for point in found if point is not None]

    async def worth_now(self, mode: Mode) -> Sequence[AccountWorth]:
        found = self._db[ACCOUNT_STATE.name].find({"mode": mode}, ["account", "equity", "base_currency", "rates"])
        return [_worth(each) async for each in found.sort("_id", 1)]

    async def equity(
        self, mode: Mode, since: datetime | None, minutes: int
    ) -> Mapping[str, Sequence[tuple[datetime, Decimal, str, Mapping[str, Decimal]]]]:
        series = {}
        for account in await self._accounts(mode):
            points = await (self._days(account) if since is None else self._thinned(account, since, minutes))
            series[account] = [(p["at"], p["equity"], p["base_currency"], p.get("rates") or {}) for p in points]
        return series

    async def strategies(self) -> Sequence[StrategyConfiguration]:
        found = self._db[STRATEGY_CONFIGURATIONS.name].find().sort("_id", 1)
        return [StrategyConfiguration.model_validate(each) async for each in found]

    async def figures(self) -> Sequence[StrategyFigures]:
        fields = ["account", "mode", "base_currency", "sub_ledgers", "positions.strategy_id", "positions.quantity"]
        return [
            _figures(account, ledger)
            async for account in self._db[ACCOUNT_STATE.name].find({}, fields)
            for ledger in account.get("sub_ledgers", ())
        ]

    async def senders(self) -> Sequence[str]:
        return [each["_id"] async for each in self._db[SENDERS.name].find({}, ["_id"]).sort("_id", 1)]

    async def allocation(self) -> PortfolioAllocation | None:
        return await self._allocation("ACTIVE")

    async def proposal(self) -> PortfolioAllocation | None:
        return await self._allocation("PENDING_APPROVAL")

    async def run(self, run_id: str) -> OptimizationSummary | None:
        found = await self._db[PORTFOLIO_OPTIMIZATION_RUNS.name].find_one({"_id": run_id}, {"panel": 0})
        return OptimizationSummary.model_validate(found) if found else None

    async def _allocation(self, status: str) -> PortfolioAllocation | None:
        found = self._db[PORTFOLIO_ALLOCATIONS.name].find({"status": status}).sort("created_at", -1).limit(1)
        newest = await found.to_list()
        return PortfolioAllocation.model_validate(newest[0]) if newest else None

    async def _accounts(self, mode: Mode) -> list[str]:
        return sorted([each["_id"] async for each in self._db[ACCOUNT_STATE.name].find({"mode": mode}, ["_id"])])

    async def _point(self, account: str, at: datetime) -> Document | None:
        newest: list[Document] = []
        for kind in ("snapshot", "day_open"):
            asked = {"kind": kind, "account": account, "at": {"$lte": at}}
            newest += await self._history.find(asked, POINT_FIELDS).sort("at", -1).limit(1).to_list()
        return max(newest, key=lambda point: point["at"], default=None)

    async def _days(self, account: str) -> list[Document]:
        asked = {"kind": "day_open", "account": account}
        return await self._history.find(asked, POINT_FIELDS).sort("at", 1).to_list()

    async def _thinned(self, account: str, since: datetime, minutes: int) -> list[Document]:
        slot = {"$dateTrunc": {"date": "$at", "unit": "minute", "binSize": minutes}}
        last = {field: {"$last": f"${field}"} for field in POINT_FIELDS}
        found = await self._history.aggregate(
            [
                {"$match": {"kind": "snapshot", "account": account, "at": {"$gte": since}}},
                {"$sort": {"at": 1}},
                {"$group": {"_id": slot, **last}},
                {"$sort": {"_id": 1}},
            ]
        )
        return [{**point, "at": point["_id"]} async for point in found]


def an_entry(document: Document) -> Entry:
    """Return a ledger entry's document as what money owed depends on."""
    return Entry(
        entry_id=document["_id"],
        account=document["account"],
        strategy_id=document["strategy_id"],
        made_at=document["at"],
        booked_at=document["booked_at"],
        currency=document["currency"],
        base_currency=document["base_currency"],
        realized=document["realized_pnl"],
        commission=(document.get("execution") or {}).get("commission", Decimal(0)),
        realized_base=document["realized_base"],
        commission_base=document["commission_base"],
        signal_id=document.get("signal_id"),
        order_id=document.get("order_id"),
    )


def _worth(point: Document) -> AccountWorth:
    return AccountWorth(point["account"], point["equity"], point["base_currency"], point.get("rates") or {})


def _figures(account: Document, ledger: Document) -> StrategyFigures:
    mine = [each for each in account.get("positions", ()) if each["strategy_id"] == ledger["strategy_id"]]
    return StrategyFigures(
        account=account["account"],
        mode=account["mode"],
        strategy_id=ledger["strategy_id"],
        currency=account["base_currency"],
        realized=ledger["realized_pnl"] - ledger["commission"],
        realized_today=ledger["realized_today"],
        unrealized=ledger["unrealized_pnl"],
        open_positions=sum(1 for each in mine if each["quantity"]),
    )
