"""Signal ingestion, declared: the only place where its ports meet their adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from mathematricks.contracts.collections import (
    NONCES,
    RAW_SIGNALS,
    SENDERS,
    SIGNAL_HEALTH,
    SIGNALS,
    UNAUTHENTICATED_SIGNALS,
)
from mathematricks.contracts.topics import ALERTS, STANDARDIZED_SIGNALS
from mathematricks.contracts.topics import RAW_SIGNALS as RAW_SIGNALS_TOPIC
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.seats import Seats
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.mongo import mongo

from signal_ingestion import api, handlers, jobs
from signal_ingestion.adapters.buckets import TokenBuckets
from signal_ingestion.adapters.collector import follow_collector
from signal_ingestion.adapters.json_lines import serve_lines
from signal_ingestion.adapters.mongo_health import MongoHealth
from signal_ingestion.adapters.mongo_nonces import MongoNonces
from signal_ingestion.adapters.mongo_raws import MongoRaws
from signal_ingestion.adapters.mongo_senders import MongoSenders
from signal_ingestion.adapters.mongo_signals import MongoSignals
from signal_ingestion.adapters.outbox import signal_sweep
from signal_ingestion.adapters.telling import Announcer, BusAlarm
from signal_ingestion.adapters.vault import DeploymentVault
from signal_ingestion.ports import Ports
from signal_ingestion.settings import Settings

OWNED = (RAW_SIGNALS, UNAUTHENTICATED_SIGNALS, SIGNALS, SENDERS, NONCES, SIGNAL_HEALTH)
ONE_A_MINUTE = 1 / 60


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open everything that intake needs; what was announced is published before the store closes."""
    platform = settings.platform
    async with mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db:
        clock, announcer, raws = WallClock(), Announcer(bus), MongoRaws(db)
        vault = DeploymentVault(platform.deployment_key.get_secret_value())

        try:
            yield Ports(
                settings=settings,
                clock=clock,
                signals=MongoSignals(db),
                raws=raws,
                senders=MongoSenders(db, vault),
                nonces=MongoNonces(db),
                vault=vault,
                addresses=TokenBuckets(settings.address_rate, settings.address_burst),
                connections=Seats(settings.address_connections),
                sender_pace=TokenBuckets(settings.sender_rate, settings.sender_burst),
                strangers=TokenBuckets(ONE_A_MINUTE * 20, 20),
                announce=announcer,
                alarm=BusAlarm(bus, clock, TokenBuckets(ONE_A_MINUTE, 1)),
                outbox=signal_sweep(db, raws, bus),
                health=MongoHealth(db),
            )
        finally:
            await announcer.finish()


service = Service(
    name="signal-ingestion",
    settings=Settings,
    connect=connect,
    on_start=jobs.prepare,
    consumes={RAW_SIGNALS_TOPIC: handlers.on_raw},
    publishes=(STANDARDIZED_SIGNALS, ALERTS),
    owns=OWNED,
    jobs=(
        Every(timedelta(seconds=1), jobs.sweep),
        Every(timedelta(seconds=3), jobs.refresh_senders),
        Every(timedelta(seconds=30), jobs.watch_health),
    ),
    streams=(serve_lines, follow_collector),
    routes=(api.plain, api.router),
)
