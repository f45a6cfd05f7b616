"""The process of one service: settings, logs, bus, HTTP, until SIGTERM drains it."""

from __future__ import annotations

import gc
import os
import sys

import uvicorn

from mathematricks.messaging.pubsub import PubSubBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.logging import configure_logging
from mathematricks.runtime.service import Service
from mathematricks.runtime.settings import SettingsInvalid, read_settings


def run(service: Service) -> None:
    """Run *service* until it is told to stop; exit 2 where its settings are wrong."""
    try:
        settings = read_settings(service.settings)
    except SettingsInvalid as wrong:
        sys.exit(f"{service.name}: {wrong}")
    configure_logging(service.name, settings.platform.log_level)
    if settings.platform.pubsub_project is None:
        sys.exit(f"{service.name}: set MATHEMATRICKS_PUBSUB_PROJECT (or use `mathematricks up` for the embedded mode)")
    bus = PubSubBus(settings.platform.pubsub_project)
    app = create_app(service, settings, bus)
    gc.freeze()
    uvicorn.run(
        app,
        host=os.environ.get("HOST", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8080")),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=20,
        lifespan="on",
    )
