"""Alerting, declared: what it hears, owns and serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mathematricks.contracts import collections, topics
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.service import Service
from mathematricks.storage.mongo import mongo

from alerting import api, handlers
from alerting.adapters.log_channel import LogChannel
from alerting.adapters.mongo_alerts import MongoAlerts
from alerting.ports import Ports
from alerting.settings import Settings

OWNED = (collections.ALERTS,)


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the record of alerts; the log needs no opening."""
    platform = settings.platform
    async with mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db:
        yield Ports(alerts=MongoAlerts(db), channels=(LogChannel(),), clock=WallClock())


service = Service(
    name="alerting",
    settings=Settings,
    connect=connect,
    consumes={topics.ALERTS: handlers.on_alert},
    owns=OWNED,
    routes=(api.router,),
    lanes={topics.ALERTS.name: 8},
)
