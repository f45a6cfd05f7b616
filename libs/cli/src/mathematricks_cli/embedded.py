"""The embedded desk: every service in one process and one event loop, behind one port."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from mathematricks.messaging.bus import Bus
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.runtime.logging import configure_logging
from mathematricks.runtime.serving import KEEP_ALIVE_SECONDS, LeavingServer
from mathematricks.runtime.settings import Platform, SettingsInvalid, read_settings
from pydantic import SecretStr, ValidationError

from mathematricks_cli import fleet
from mathematricks_cli.composite import Composite
from mathematricks_cli.desk_mongod import DeskMongod, desk_mongod, is_free
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.profile import sample_cpu
from mathematricks_cli.state import DeskRecord, StateDir, UpOptions

SHADOWS_OWN = "CEREBRO_SHADOW_"
PROFILE = "MATHEMATRICKS_PROFILE"
PAGES = Path(__file__).resolve().parents[4] / "frontend" / "dist"
"""Where a checkout builds the pages."""


class StartFailed(OperatorFault):
    """The desk could not start; the text says why, or which log does."""


def run_embedded(state: StateDir, options: UpOptions, tell: Callable[[DeskRecord], None]) -> None:
    """
    Run the desk of *state* until SIGTERM or SIGINT; call *tell* once it takes work.

    Raises:
        DeskIsUp: Another process runs it already.
        StartFailed: The port is taken, a setting is wrong, or a service did not start.
    """
    started = False

    def on_started() -> None:
        nonlocal started
        started = True
        _settle_memory()
        state.tell(record)
        tell(record)

    with state.held(), desk_mongod(state) as mongod, _signals_ignored():
        await_port(options.port, options.host)
        usual = usual_settings(options.paper_cash, options.port) | {"FRONTEND_API_PRINT_FIRST_PASSWORD": "true"}
        for name, value in usual.items():
            os.environ.setdefault(name, value)
        platform = platform_of(state, mongod, options)
        record = record_of(platform, mongod, options)
        configure_logging("desk", platform.log_level)
        bus = MemoryBus()
        apps = create_apps(platform, bus) + ([shadow_app(options.shadow, platform, bus)] if options.shadow else [])
        desk = Composite(apps, fleet.FRONTEND, on_started)
        if os.environ.get(PROFILE):
            sample_cpu()
        _serve(desk, options)
    if not started:
        raise StartFailed(f"The desk did not start; the last lines of {state.log_path} say why")


def platform_of(state: StateDir, mongod: DeskMongod, options: UpOptions) -> Platform:
    """Return what all services of this desk are told alike; the environment may say more."""
    try:
        return Platform(
            mongo_url=SecretStr(mongod.url),
            deployment_key=SecretStr(state.deployment_key()),
            demo=options.demo,
            pubsub_project=None,
            service_urls={},
        )
    except ValidationError as error:
        wrong = [f"MATHEMATRICKS_{fault['loc'][0]}".upper() for fault in error.errors(include_input=False)]
        raise StartFailed(f"These settings are wrong: {', '.join(wrong)}") from error


def usual_settings(paper_cash: Mapping[str, str], port: int) -> dict[str, str]:
    """Return what services are told on one's own machine, unless the environment says otherwise."""
    cash = {"EXECUTION_PAPER_CASH": paper_cash["USD"]} if "USD" in paper_cash else {}
    pages = {"FRONTEND_API_FRONTEND_DIR": str(PAGES)} if PAGES.parent.is_dir() else {}
    over_https = "FRONTEND_API_PLAIN_HTTP" in os.environ
    origin = {} if over_https else {"FRONTEND_API_PUBLIC_ORIGIN": f"http://localhost:{port}"}
    return {"FRONTEND_API_PLAIN_HTTP": "true", **origin, **pages, **cash}


def create_apps(platform: Platform, bus: Bus) -> list[FastAPI]:
    """Return every service's app, in the order in which they start; raise ``StartFailed``."""
    services = [fleet.load(name) for name in fleet.START_ORDER]
    try:
        return [create_app(service, read_settings(service.settings, platform), bus) for service in services]
    except SettingsInvalid as wrong:
        raise StartFailed(str(wrong)) from wrong


def shadow_app(version: str, platform: Platform, bus: Bus) -> FastAPI:
    """Return a Cerebro of *version* that waits to be promoted; raise ``StartFailed`` where its settings are wrong."""
    from cerebro.service import service_of

    service, before = service_of(version), dict(os.environ)
    os.environ.update(shadow_settings(version, before))
    try:
        return create_app(service, read_settings(service.settings, platform), bus)
    except SettingsInvalid as wrong:
        raise StartFailed(str(wrong)) from wrong
    finally:
        os.environ.clear()
        os.environ.update(before)


def shadow_settings(version: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a shadow is told beside the rest: ``CEREBRO_SHADOW_MARGIN_LIMIT`` is its ``CEREBRO_MARGIN_LIMIT``."""
    own = {
        name.replace(SHADOWS_OWN, "CEREBRO_", 1): value
        for name, value in environment.items()
        if name.startswith(SHADOWS_OWN)
    }
    return own | {"CEREBRO_VERSION": version, "CEREBRO_SHADOW": "true"}


def record_of(platform: Platform, mongod: DeskMongod, options: UpOptions) -> DeskRecord:
    """Return what the desk tells about itself."""
    url = f"http://{options.host}:{options.port}"
    return DeskRecord(
        pid=os.getpid(),
        mode="embedded",
        bus="memory",
        demo=options.demo,
        url=url,
        urls=dict.fromkeys(fleet.START_ORDER, url),
        mongo_url=mongod.url,
        mongo_database=platform.mongo_database,
        pids={"mongod": mongod.pid} if mongod.pid else {},
        paper_cash=options.paper_cash,
    )


def _serve(desk: Composite, options: UpOptions) -> None:
    config = uvicorn.Config(
        desk,
        host=options.host,
        port=options.port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=20,
    )
    LeavingServer(config, desk.apps).run()


def await_port(port: int, host: str, patience: float = 2.0) -> None:
    """Return once *port* can be listened on (a killed desk may hold it a moment); raise ``StartFailed``."""
    deadline = time.monotonic() + patience
    while not is_free(port, host):
        if time.monotonic() > deadline:
            raise StartFailed(f"Port {port} is taken by another program; choose one with --port")
        time.sleep(0.05)


@contextmanager
def _signals_ignored() -> Iterator[None]:
    # uvicorn drains on these signals, and then raises them again for whoever handled them before it.
    before = {sign: signal.signal(sign, lambda *_: None) for sign in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _settle_memory() -> None:
    """What the start allocated lives as long as the process: keep it out of every later collection."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
