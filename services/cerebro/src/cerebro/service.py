"""Cerebro, declared: what it hears, owns, serves and does by the clock."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from mathematricks.contracts import collections, topics
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.http import internal_http
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.mongo import mongo

from cerebro import api, api_allocations, api_backtests, api_sandbox, api_versions, jobs
from cerebro.adapters.bus_outbox import BusOutbox
from cerebro.adapters.child_process import ChildProcess
from cerebro.adapters.debts import MongoDebts
from cerebro.adapters.http_services import ExecutionOrders, HttpAccounts, HttpMarketData
from cerebro.adapters.mongo_allocations import MongoAllocations
from cerebro.adapters.mongo_authorities import MongoAuthorities
from cerebro.adapters.mongo_backtests import MongoBacktests
from cerebro.adapters.mongo_checkpoints import MongoCheckpoints
from cerebro.adapters.mongo_decisions import MongoDecisions, mark_older
from cerebro.adapters.mongo_histories import MongoHistories
from cerebro.adapters.mongo_runs import MongoRuns
from cerebro.adapters.mongo_sandbox import MongoSandbox
from cerebro.adapters.mongo_shadows import MongoShadows
from cerebro.adapters.mongo_terms import MongoTerms
from cerebro.adapters.sheets import table_of
from cerebro.handlers.news import on_account_update, on_confirmation, on_quote
from cerebro.handlers.ports import Ports, open_desk
from cerebro.handlers.recovery import recover
from cerebro.handlers.signals import on_signal
from cerebro.ports import World
from cerebro.return_ports import Sandbox
from cerebro.settings import Settings

OWNED = (
    collections.CEREBRO_DECISIONS,
    collections.CEREBRO_BOOKS,
    collections.AUTHORITY,
    collections.CEREBRO_VERSIONS,
    collections.PORTFOLIO_ALLOCATIONS,
    collections.PORTFOLIO_OPTIMIZATION_RUNS,
    collections.CEREBRO_LEASES,
    collections.STRATEGY_BACKTEST_DATA,
    collections.RETURN_HISTORIES,
    collections.PORTFOLIO_RISK,
    collections.SANDBOX_RUNS,
)
SIGNALS_IN_HAND = 1000
FIRST_VERSION = "v1"


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the records, and the ways to execution and account-data."""
    platform, outbox = settings.platform, BusOutbox(bus)
    async with (
        mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db,
        internal_http(platform, "cerebro", "execution") as execution,
        internal_http(platform, "cerebro", "account-data") as account_data,
    ):
        await mark_older(db)
        world = World(
            decisions=MongoDecisions(db),
            checkpoints=MongoCheckpoints(db, settings.version),
            terms=MongoTerms(db),
            authorities=MongoAuthorities(db),
            market=HttpMarketData(execution),
            orders=ExecutionOrders(execution, db),
            accounts=HttpAccounts(account_data),
            outbox=outbox,
            clock=WallClock(),
            rules=settings.rules(),
        )
        shadows, runs, histories = MongoShadows(db, settings.version), MongoRuns(db), MongoHistories(db)
        sandbox = Sandbox(MongoSandbox(db), ChildProcess(), f"{settings.version}:{uuid.uuid4().hex}")
        kept = MongoAllocations(db), MongoDebts(db, outbox), MongoBacktests(db)
        yield open_desk(world, *kept, table_of, shadows, runs, histories, sandbox)


service = Service(
    name="cerebro",
    settings=Settings,
    connect=connect,
    on_start=recover,
    consumes={
        topics.STANDARDIZED_SIGNALS: on_signal,
        topics.EXECUTION_CONFIRMATIONS: on_confirmation,
        topics.ACCOUNT_UPDATES: on_account_update,
        topics.QUOTES: on_quote,
    },
    publishes=(topics.TRADING_ORDERS, topics.ORDER_COMMANDS, topics.ALERTS),
    owns=OWNED,
    jobs=(
        Every(timedelta(seconds=1), jobs.sweep_debts),
        Every(timedelta(seconds=1), jobs.resolve_doubts),
        Every(timedelta(seconds=0.2), jobs.follow),
        Every(timedelta(seconds=5), jobs.decide_overdue),
        Every(timedelta(seconds=5), jobs.tell_version),
        Every(timedelta(seconds=2), jobs.refresh_market),
        Every(timedelta(seconds=5), jobs.refresh_standings),
        Every(timedelta(seconds=5), jobs.hear_flattened),
        Every(timedelta(seconds=30), jobs.keep_checkpoints),
        Every(timedelta(seconds=5), jobs.refresh_returns),
        Every(timedelta(seconds=1), jobs.watch_risk),
        Every(timedelta(seconds=5), jobs.end_abandoned_simulations),
    ),
    streams=(jobs.keep_hours, jobs.simulate),
    routes=(api.router, api_allocations.router, api_backtests.router, api_versions.router, api_sandbox.router),
    lanes={topics.STANDARDIZED_SIGNALS.name: SIGNALS_IN_HAND},
)


def service_of(version: str) -> Service:
    """Return the service as *version* runs it: beside the first, each has a name and subscriptions of its own."""
    return service if version == FIRST_VERSION else replace(service, name=f"{service.name}-{version}")
