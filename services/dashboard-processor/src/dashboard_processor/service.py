"""The dashboard processor, declared: what it hears, owns and does on schedule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from mathematricks.contracts import collections, topics
from mathematricks.contracts.base import Topic
from mathematricks.contracts.dashboard import Notice
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.http import internal_http
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.mongo import mongo

from dashboard_processor import handlers, jobs
from dashboard_processor.adapters.changes import MemoryChanges
from dashboard_processor.adapters.http_services import HttpServices
from dashboard_processor.adapters.mongo_money import MongoMoney
from dashboard_processor.adapters.mongo_overviews import MongoOverviews
from dashboard_processor.adapters.mongo_records import MongoRecords
from dashboard_processor.adapters.mongo_rows import MongoRows
from dashboard_processor.adapters.mongo_trails import MongoTrails
from dashboard_processor.adapters.mongo_views import MongoViews
from dashboard_processor.domain.overview import Terms
from dashboard_processor.ports import Ports
from dashboard_processor.settings import Settings

NAME = "dashboard-processor"
OWNED = (
    collections.DASHBOARD_OVERVIEW,
    collections.DASHBOARD_EQUITY,
    collections.DASHBOARD_FUNDS,
    collections.DASHBOARD_CLIENTS,
    collections.DASHBOARD_NAVS,
    collections.DASHBOARD_SENDERS,
    collections.DASHBOARD_SIGNALS,
    collections.DASHBOARD_STATEMENTS,
    collections.DASHBOARD_STRATEGIES,
    collections.DASHBOARD_ALLOCATIONS,
)
AT_MOST_EVERY = timedelta(milliseconds=500)
LOOK_AROUND_EVERY = timedelta(seconds=5)


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the records, the overviews, and a client for each service that is watched."""
    platform, clock = settings.platform, WallClock()
    async with (
        mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db,
        AsyncExitStack() as stack,
    ):
        clients = {
            name: await stack.enter_async_context(internal_http(platform, NAME, name)) for name in settings.services
        }
        yield Ports(
            changes=MemoryChanges(),
            records=MongoRecords(db),
            services=HttpServices(clients, clock),
            overviews=MongoOverviews(db),
            money=MongoMoney(db),
            trails=MongoTrails(db),
            views=MongoViews(db),
            rows=MongoRows(db),
            terms=Terms(settings.currency, settings.margin_limit, LOOK_AROUND_EVERY.total_seconds()),
            clock=clock,
        )


def noticed(topic: Topic[Any]) -> Topic[Any]:
    """Return *topic* read as mere notices: decoding what we do not look at would cost more than all the rest."""
    return replace(topic, model=Notice)


service = Service(
    name=NAME,
    settings=Settings,
    connect=connect,
    on_start=handlers.start,
    consumes={
        noticed(topics.STANDARDIZED_SIGNALS): handlers.on_signal,
        noticed(topics.EXECUTION_CONFIRMATIONS): handlers.on_execution,
        noticed(topics.ACCOUNT_UPDATES): handlers.on_account,
        noticed(topics.ALERTS): handlers.on_alert,
    },
    owns=OWNED,
    jobs=(
        Every(AT_MOST_EVERY, jobs.roll_up_what_changed),
        Every(LOOK_AROUND_EVERY, jobs.look_around),
        Every(timedelta(seconds=2), jobs.tell_signals),
        Every(timedelta(seconds=5), jobs.tell_money),
        Every(timedelta(seconds=5), jobs.tell_allocation),
        Every(timedelta(seconds=10), jobs.tell_strategies),
        Every(timedelta(seconds=30), jobs.tell_pictures),
    ),
)
