"""Alerting, declared: what it hears, owns, serves and does by the clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from mathematricks.contracts import collections, topics
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.clock import WallClock
from mathematricks.runtime.service import Every, Service
from mathematricks.storage.mongo import mongo

from alerting import api, handlers, jobs
from alerting.adapters.http_channels import Sms, Telegram, Webhook
from alerting.adapters.log_channel import AlertLog
from alerting.adapters.mail_channel import Mail
from alerting.adapters.mongo_alerts import MongoAlerts
from alerting.adapters.mongo_pages import MongoPages
from alerting.domain.escalation import Ladder, Rung
from alerting.ports import Channel, Ports
from alerting.settings import Settings

OWNED = (collections.ALERTS, collections.NOTIFICATIONS)
PATIENCE = 8.0
"""Seconds for a channel's API to answer."""


@asynccontextmanager
async def connect(settings: Settings, bus: Bus) -> AsyncIterator[Ports]:
    """Open the records of alerts and pages, and the channels that are set up; the log needs no opening."""
    platform = settings.platform
    async with (
        mongo(platform.mongo_url.get_secret_value(), platform.mongo_database, OWNED) as db,
        httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False) as http,
    ):
        channels = tuple(channels_of(settings, http))
        yield Ports(
            alerts=MongoAlerts(db),
            pages=MongoPages(db),
            log=AlertLog(),
            channels=channels,
            ladder=ladder_of(settings, channels),
            bus=bus,
            clock=WallClock(),
        )


def channels_of(settings: Settings, http: httpx.AsyncClient) -> Iterator[Channel]:
    """Yield the channels that are set up."""
    if settings.telegram_token is not None:
        yield Telegram(http, settings.telegram_api, settings.telegram_token, settings.telegram_chats)
    if settings.smtp_host is not None:
        yield Mail(
            host=settings.smtp_host,
            port=settings.smtp_port,
            starttls=settings.smtp_starttls,
            user=settings.smtp_user,
            password=settings.smtp_password,
            sender=settings.smtp_from,
            receivers=settings.smtp_to,
        )
    if settings.sms_url is not None:
        yield Sms(http, settings.sms_url, settings.sms_account, settings.sms_secret, settings.sms_from, settings.sms_to)
    if settings.webhook_url is not None:
        yield Webhook(http, settings.webhook_url, settings.webhook_secret)


def ladder_of(settings: Settings, channels: tuple[Channel, ...]) -> Ladder:
    """Return the ladder as far as its channels are set up."""
    there = {channel.name for channel in channels}
    return Ladder(
        {
            severity: tuple(
                Rung(tuple(name for name in rung.channels if name in there), timedelta(seconds=rung.after))
                for rung in rungs
            )
            for severity, rungs in settings.ladder.items()
        },
        settings.page_again,
    )


service = Service(
    name="alerting",
    settings=Settings,
    connect=connect,
    consumes={topics.ALERTS: handlers.on_alert},
    publishes=(topics.ALERTS,),
    owns=OWNED,
    jobs=(Every(timedelta(seconds=1), jobs.page),),
    routes=(api.router,),
    lanes={topics.ALERTS.name: 8},
)
