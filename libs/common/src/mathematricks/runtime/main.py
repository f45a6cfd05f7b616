"""The process of one service: settings, logs, bus, HTTP, until SIGTERM drains it."""

from __future__ import annotations

import gc
import os
import signal
import sys

import uvicorn
import uvloop

from mathematricks.messaging.pubsub import PubSubBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.logging import configure_logging
from mathematricks.runtime.service import LARGEST_BODY, Service
from mathematricks.runtime.serving import KEEP_ALIVE_SECONDS, LeavingServer
from mathematricks.runtime.settings import ServiceSettings, SettingsInvalid, read_settings

NOT_STARTED = 3
_GRACE_SECONDS = 20


def run(service: Service) -> None:
    """Run *service* until it is told to stop; exit 1 where its settings are wrong, 3 where it cannot start."""
    try:
        settings = read_settings(service.settings)
        host, port = _address()
    except SettingsInvalid as wrong:
        sys.exit(f"{service.name}: {wrong}")
    if settings.platform.pubsub_project is None:
        sys.exit(f"{service.name}: set MATHEMATRICKS_PUBSUB_PROJECT (or use `mathematricks up` for the embedded mode)")
    configure_logging(service.name, settings.platform.log_level)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: None)  # uvicorn drains on these, then raises them again for us: exit 0
    started = uvloop.run(_serve(service, settings, settings.platform.pubsub_project, host, port))
    sys.exit(0 if started else NOT_STARTED)


async def _serve(service: Service, settings: ServiceSettings, project: str, host: str, port: int) -> bool:
    bus = PubSubBus(project)
    app = create_app(service, settings, bus)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_BODY,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan="on",
    )
    server = LeavingServer(config, (app,))
    _settle_memory()
    try:
        await server.serve()
    finally:
        await bus.close()
    return server.started


def _address() -> tuple[str, int]:
    port = os.environ.get("PORT", "8080")
    if not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise SettingsInvalid("These settings are missing or wrong:\n  PORT: must be a port number, 1 to 65535")
    return os.environ.get("HOST", "127.0.0.1"), int(port)


def _settle_memory() -> None:
    """What the imports allocated lives as long as the process: keep it out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
