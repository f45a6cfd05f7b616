"""Every collection, once: owner, purpose, indexes and the model its validator is made from."""

from __future__ import annotations

from typing import Any

from mathematricks.contracts.alerts import AlertRecord, Notification
from mathematricks.contracts.allocations import Lease, OptimizationRun, PortfolioAllocation
from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.base import Collection, Index
from mathematricks.contracts.book_collections import *  # noqa: F403
from mathematricks.contracts.controls import ControlChange, Controls, FlattenReport, RiskMarks
from mathematricks.contracts.decisions import Authority, BookCheckpoint, DecisionRecord
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.instruments import InstrumentRecord
from mathematricks.contracts.orders import OrderRecord, OrderTombstone
from mathematricks.contracts.paper import PaperAccountRecord, PaperOrderRecord
from mathematricks.contracts.people_collections import *  # noqa: F403
from mathematricks.contracts.reconciliation import ReconciliationReport
from mathematricks.contracts.risk import PortfolioRisk, ReturnHistory
from mathematricks.contracts.sandbox import SandboxRecord
from mathematricks.contracts.shadows import VersionSeen
from mathematricks.contracts.signal_health import SignalHealth
from mathematricks.contracts.signals import NonceRecord, RawRecord, SenderRecord, SignalRecord

OWED = Index((("owed.next", 1),), where={"owed.next": {"$exists": True}})
"""Declared by every collection whose records owe messages; it holds unsettled records only."""

# signal-ingestion
RAW_SIGNALS = Collection(
    "raw_signals",
    "signal-ingestion",
    "Every body that arrived, secrets removed, with its verdict",
    indexes=(Index((("received_at", -1),)), Index((("verdict", 1), ("received_at", -1)))),
    model=RawRecord,
)
UNAUTHENTICATED_SIGNALS = Collection(
    "unauthenticated_signals",
    "signal-ingestion",
    "The newest bodies nobody known sent, secrets removed",
    model=RawRecord,
    capped_bytes=16 * 2**20,
)
SIGNALS = Collection(
    "signals",
    "signal-ingestion",
    "Accepted signals, numbered per strategy",
    indexes=(
        Index((("strategy_id", 1), ("strategy_seq", -1)), unique=True),
        Index((("received_at", -1),)),
        Index((("sender", 1), ("received_at", -1))),
        OWED,
    ),
    model=SignalRecord,
)
SENDERS = Collection(
    "senders", "signal-ingestion", "Who may send, for which strategies, with what secrets", model=SenderRecord
)
NONCES = Collection(
    "nonces",
    "signal-ingestion",
    "Nonces of signed bodies, kept 15 minutes",
    indexes=(Index((("seen_at", 1),), expire_after_seconds=900),),
    model=NonceRecord,
)
SIGNAL_HEALTH = Collection(
    "signal_health",
    "signal-ingestion",
    "How each strategy's signals come in: gaps, sides twice, silence, positions believed otherwise",
    model=SignalHealth,
)

# cerebro
CEREBRO_DECISIONS = Collection(
    "cerebro_decisions",
    "cerebro",
    "One decision per signal, with its complete inputs",
    indexes=(
        Index((("portfolio", 1), ("seq", -1), ("shadow", 1)), unique=True),
        Index((("signal_id", 1), ("shadow", 1)), unique=True),
        Index((("shadow", 1), ("strategy_id", 1), ("strategy_seq", -1))),
        Index((("portfolio", 1), ("seq", -1)), where={"promotes": {"$type": "string"}}),
        Index((("decided_at", -1),)),
        OWED,
    ),
    model=DecisionRecord,
)
CEREBRO_BOOKS = Collection(
    "cerebro_books",
    "cerebro",
    "Checkpoints of the book, so that a start need not fold it all",
    indexes=(Index((("version", 1), ("portfolio", 1), ("seq", -1))),),
    model=BookCheckpoint,
)
CEREBRO_VERSIONS = Collection(
    "cerebro_versions", "cerebro", "Which versions run, and when each was last seen", model=VersionSeen
)
AUTHORITY = Collection("authority", "cerebro", "Which version's decisions owe orders, by portfolio", model=Authority)
PORTFOLIO_ALLOCATIONS = Collection(
    "portfolio_allocations",
    "cerebro",
    "Share of equity per strategy; one is ACTIVE",
    indexes=(
        Index((("status", 1),), unique=True, where={"status": "ACTIVE"}),
        Index((("created_at", -1),)),
        Index((("history.key", 1),), where={"history.key": {"$type": "string"}}),
    ),
    model=PortfolioAllocation,
)
PORTFOLIO_OPTIMIZATION_RUNS = Collection(
    "portfolio_optimization_runs",
    "cerebro",
    "Every optimisation with its inputs, outcome and proof",
    indexes=(Index((("started_at", -1),)),),
    model=OptimizationRun,
)
CEREBRO_LEASES = Collection(
    "cerebro_leases",
    "cerebro",
    "What one process at a time does, such as the nightly proposal",
    indexes=(Index((("until", 1),), expire_after_seconds=7 * 86_400),),
    model=Lease,
)
STRATEGY_BACKTEST_DATA = Collection(
    "strategy_backtest_data",
    "cerebro",
    "Each strategy's daily returns, their measures, and its expected alpha per trade",
    model=BacktestRecord,
)
RETURN_HISTORIES = Collection(
    "return_histories",
    "cerebro",
    "Aligned returns under the hash of their content, as decisions refer to them",
    model=ReturnHistory,
)
PORTFOLIO_RISK = Collection(
    "portfolio_risk",
    "cerebro",
    "CVaR of each portfolio's book as it stands, and who contributes what",
    model=PortfolioRisk,
)
SANDBOX_RUNS = Collection(
    "sandbox_runs",
    "cerebro",
    "Every simulation with what it was computed from and what came of it",
    indexes=(
        Index((("created_at", -1),)),
        Index((("status", 1), ("created_at", 1)), where={"status": {"$in": ["QUEUED", "RUNNING"]}}),
    ),
    model=SandboxRecord,
)

# execution
CLOSES_LOTS: dict[str, Any] = {"closes.0.lot": {"$exists": True}}
"""Orders that close lots: a query by lot must say it too, or it reads every order there is."""
ORDERS = Collection(
    "orders",
    "execution",
    "Every order's life: intent, attempts, events, state",
    indexes=(
        Index((("decided_at", -1),)),
        Index((("signal_id", 1),)),
        Index((("strategy_id", 1), ("decided_at", -1))),
        Index((("mode", 1), ("decided_at", -1))),
        Index((("closes.lot", 1),), where=CLOSES_LOTS),
        Index((("live", 1),), where={"live": True}),
        Index((("watched", 1),), where={"watched": True}),
        Index((("purpose", 1), ("decided_at", -1)), where={"purpose": "flatten"}),
    ),
    model=OrderRecord,
)
ORDER_TOMBSTONES = Collection(
    "order_tombstones",
    "execution",
    "Cancellations that arrived before their order",
    indexes=(Index((("kept_at", 1),), expire_after_seconds=30 * 86_400),),
    model=OrderTombstone,
)
EXECUTIONS = Collection(
    "executions",
    "execution",
    "Every fill, by the broker's id",
    indexes=(
        Index((("order_id", 1),)),
        Index((("signal_id", 1),)),
        Index((("account", 1), ("executed_at", -1))),
        Index((("executed_at", -1),)),
        Index((("mode", 1), ("executed_at", -1))),
        OWED,
    ),
    model=Execution,
)
INSTRUMENTS = Collection(
    "instruments", "execution", "What is tradable, and the facts money depends on", model=InstrumentRecord
)
CONTROLS = Collection("controls", "execution", "The kill switch, limits and triggers, one document", model=Controls)
CONTROL_CHANGES = Collection(
    "control_changes",
    "execution",
    "Every change of the controls: who, when, why, before and after",
    indexes=(Index((("at", -1),)),),
    model=ControlChange,
)
FLATTEN_REPORTS = Collection(
    "flatten_reports", "execution", "What became of each firing that flattened, by generation", model=FlattenReport
)
RISK_MARKS = Collection(
    "risk_marks", "execution", "Peaks and openings of the day that the triggers measure by", model=RiskMarks
)
RECONCILIATION_REPORTS = Collection(
    "reconciliation_reports",
    "execution",
    "Runs of reconciliation with the venues, kept 90 days",
    indexes=(Index((("ended_at", -1),), expire_after_seconds=90 * 86_400),),
    model=ReconciliationReport,
)
PAPER_ORDERS = Collection(
    "paper_orders",
    "execution",
    "The paper venue's own book: orders with their fills",
    indexes=(
        Index((("account", 1), ("number", 1)), unique=True),
        Index((("account", 1), ("last_fill_at", 1))),
        Index((("account", 1), ("status", 1)), where={"status": "WORKING"}),
        Index((("account", 1), ("oco_group", 1)), where={"oco_group": {"$exists": True}}),
    ),
    model=PaperOrderRecord,
)
PAPER_ACCOUNTS = Collection(
    "paper_accounts",
    "execution",
    "The paper venue's accounts: deposits and checkpoints",
    model=PaperAccountRecord,
)

# alerting
ALERTS = Collection(
    "alerts",
    "alerting",
    "Every alert raised, how often, and who acknowledged it",
    indexes=(
        Index((("key", 1),), unique=True, where={"open": True}),
        Index((("occurrences", 1),)),
        Index((("severity", 1), ("last_seen", -1))),
    ),
    model=AlertRecord,
)
NOTIFICATIONS = Collection(
    "notifications",
    "alerting",
    "Pages of alerts through each channel: owed, sent or dropped",
    indexes=(
        Index((("channel", 1), ("next_at", 1)), where={"state": "owed"}),
        Index((("alert_id", 1), ("number", 1))),
    ),
    model=Notification,
)

COLLECTIONS: tuple[Collection, ...] = tuple(
    value for name, value in sorted(globals().items()) if isinstance(value, Collection)
)
