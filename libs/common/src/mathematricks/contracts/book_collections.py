"""Collections of the books, of what people own and are owed, and of the documents that show it all."""

from __future__ import annotations

from mathematricks.contracts.accounts import AccountRecord, HistoryEntry, PositionRecord
from mathematricks.contracts.agreements import Agreement, Payment, Statement
from mathematricks.contracts.base import Collection, Index
from mathematricks.contracts.clients import Client, Flow
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.money_views import (
    AllocationView,
    ClientView,
    EquityCurves,
    FundView,
    NavRecord,
    SenderView,
    SignalRow,
    StrategyCard,
)
from mathematricks.contracts.strategies import StrategyConfiguration

__all__ = [
    "ACCOUNT_HISTORY",
    "ACCOUNT_STATE",
    "AGREEMENTS",
    "CLIENTS",
    "CLIENT_FLOWS",
    "DASHBOARD_ALLOCATIONS",
    "DASHBOARD_CLIENTS",
    "DASHBOARD_EQUITY",
    "DASHBOARD_FUNDS",
    "DASHBOARD_NAVS",
    "DASHBOARD_OVERVIEW",
    "DASHBOARD_SENDERS",
    "DASHBOARD_SIGNALS",
    "DASHBOARD_STATEMENTS",
    "DASHBOARD_STRATEGIES",
    "PAYMENTS",
    "POSITIONS",
    "STRATEGY_CONFIGURATIONS",
]

# account-data
ACCOUNT_STATE = Collection("account_state", "account-data", "The newest state of each account", model=AccountRecord)
ACCOUNT_HISTORY = Collection(
    "account_history",
    "account-data",
    "The ledger: one entry per execution, opening balance or correction; and points of the equity curve",
    indexes=(
        Index((("account", 1), ("seq", 1)), unique=True, where={"seq": {"$exists": True}}),
        Index((("account", 1), ("instrument", 1), ("at", 1)), where={"seq": {"$exists": True}}),
        Index((("signal_id", 1),), where={"seq": {"$exists": True}}),
        Index((("booked_at", -1), ("seq", -1)), where={"seq": {"$exists": True}}),
        Index((("strategy_id", 1), ("booked_at", 1)), where={"seq": {"$exists": True}}),
        Index((("kind", 1), ("account", 1), ("at", -1)), where={"kind": {"$in": ["snapshot", "day_open"]}}),
    ),
    model=HistoryEntry,
)
POSITIONS = Collection(
    "positions",
    "account-data",
    "Position per account, strategy and instrument: a fold of the ledger",
    indexes=(Index((("strategy_id", 1),)),),
    model=PositionRecord,
)
STRATEGY_CONFIGURATIONS = Collection(
    "strategy_configurations", "account-data", "Registry of strategies", model=StrategyConfiguration
)
CLIENTS = Collection("clients", "account-data", "Clients, each of one mode's fund", model=Client)
CLIENT_FLOWS = Collection(
    "client_flows",
    "account-data",
    "The ledger of each mode's fund: deposits and withdrawals with the price they were struck at; never changed",
    indexes=(Index((("mode", 1), ("seq", 1)), unique=True), Index((("client_id", 1), ("seq", -1)))),
    model=Flow,
)
AGREEMENTS = Collection(
    "agreements",
    "account-data",
    "What each sender gets of what its strategies earn",
    indexes=(Index((("number", 1),), unique=True), Index((("sender", 1),))),
    model=Agreement,
)
PAYMENTS = Collection(
    "payments",
    "account-data",
    "Payments made to senders, bank details masked; never changed",
    indexes=(Index((("agreement_id", 1), ("number", 1)), unique=True),),
    model=Payment,
)

# dashboard-processor
DASHBOARD_OVERVIEW = Collection(
    "dashboard_overview", "dashboard-processor", "The admin's overview, one document per mode", model=Overview
)
DASHBOARD_EQUITY = Collection(
    "dashboard_equity", "dashboard-processor", "Equity curves with drawdown, one document per mode", model=EquityCurves
)
DASHBOARD_FUNDS = Collection(
    "dashboard_funds", "dashboard-processor", "Each mode's fund: its value and whose it is", model=FundView
)
DASHBOARD_CLIENTS = Collection(
    "dashboard_clients",
    "dashboard-processor",
    "Each client's capital, flows and returns",
    indexes=(Index((("client_id", 1), ("mode", 1))),),
    model=ClientView,
)
DASHBOARD_NAVS = Collection(
    "dashboard_navs",
    "dashboard-processor",
    "What each fund was worth at the end of each UTC day",
    indexes=(Index((("mode", 1), ("day", 1)), unique=True),),
    model=NavRecord,
)
DASHBOARD_SENDERS = Collection(
    "dashboard_senders",
    "dashboard-processor",
    "Each sender's signals, earnings and dues, one document per mode",
    indexes=(Index((("sender", 1), ("mode", 1))),),
    model=SenderView,
)
DASHBOARD_SIGNALS = Collection(
    "dashboard_signals",
    "dashboard-processor",
    "Each signal as its sender sees it: how it ended and what it made",
    indexes=(
        Index((("sender", 1), ("mode", 1), ("received_at", -1))),
        Index((("sender", 1), ("mode", 1), ("status", 1), ("reason", 1))),
        Index((("strategy_id", 1), ("strategy_seq", -1))),
        Index((("settled", 1),), where={"settled": False}),
    ),
    model=SignalRow,
)
DASHBOARD_STATEMENTS = Collection(
    "dashboard_statements",
    "dashboard-processor",
    "Closed months of each agreement, chained by hash; never changed",
    indexes=(
        Index((("agreement_id", 1), ("mode", 1), ("number", 1)), unique=True),
        Index((("sender", 1), ("mode", 1), ("month", -1))),
    ),
    model=Statement,
)
DASHBOARD_STRATEGIES = Collection(
    "dashboard_strategies", "dashboard-processor", "One card per strategy", model=StrategyCard
)
DASHBOARD_ALLOCATIONS = Collection(
    "dashboard_allocations",
    "dashboard-processor",
    "The ACTIVE allocation beside the newest proposal",
    model=AllocationView,
)
