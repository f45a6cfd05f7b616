"""Account-data, declared: what it hears, owns, serves and schedules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from mathematricks.contracts import collections, topics
from mathematricks.contracts.accounts import LedgerEntry
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.http import internal_http
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.group_commit import GroupCommit
from mathematricks.storage.mongo import mongo

from account_data import api, api_money, booking, handlers, jobs, saving
from account_data.adapters.http_brokers import HttpBrokers
from account_data.adapters.mongo_checkpoints import MongoCheckpoints
from account_data.adapters.mongo_executions import MongoExecutions
from account_data.adapters.mongo_ledger import MongoLedger
from account_data.adapters.mongo_money import MongoMoney
from account_data.adapters.mongo_orders import MongoOrders
from account_data.adapters.mongo_strategies import MongoStrategies
from account_data.domain.ledger import Booking
from account_data.ports import Ports, Terms
from account_data.settings import Settings

NAME = "account-data"
OWNED = (
    collections.ACCOUNT_STATE,
    collections.ACCOUNT_HISTORY,
    collections.POSITIONS,
    collections.STRATEGY_CONFIGURATIONS,
    collections.CLIENTS,
    collections.CLIENT_FLOWS,
    collections.AGREEMENTS,
    collections.PAYMENTS,
)


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the store and the way to execution; what memory is ahead of the documents is saved at the end."""
    platform = settings.platform
    url, database = platform.mongo_url.get_secret_value(), platform.mongo_database
    async with mongo(url, database, OWNED) as db, internal_http(platform, NAME, "execution") as http:
        queue: GroupCommit[Booking, LedgerEntry | None] = GroupCommit(lambda batch: booking.write(batch, ports))
        ports = Ports(
            ledger=MongoLedger(db),
            checkpoints=MongoCheckpoints(db),
            brokers=HttpBrokers(http),
            executions=MongoExecutions(db),
            orders=MongoOrders(db),
            strategies=MongoStrategies(db),
            money=MongoMoney(db),
            bus=bus,
            clock=WallClock(),
            book=queue,
            terms=Terms(
                settings.gather,
                settings.settle,
                settings.reconcile_every,
                platform.allow_live,
                settings.fund_currency,
            ),
        )
        yield ports
        await saving.save_what_changed(ports)


service = Service(
    name=NAME,
    settings=Settings,
    connect=connect,
    on_start=booking.restore,
    consumes={
        topics.EXECUTION_CONFIRMATIONS: handlers.on_execution,
        topics.ACCOUNT_UPDATES: handlers.on_account_update,
    },
    publishes=(topics.ALERTS,),
    owns=OWNED,
    jobs=(
        Every(timedelta(milliseconds=500), jobs.save),
        Every(timedelta(seconds=1), jobs.reconcile),
        Every(timedelta(seconds=2), jobs.follow),
    ),
    routes=(api.router, api_money.router),
)
