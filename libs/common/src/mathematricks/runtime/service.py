"""A service is data: what it consumes, publishes, owns, serves and schedules, and how it connects."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.types import ASGIApp

from mathematricks.contracts.base import Collection, Topic
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.settings import ServiceSettings

log = structlog.get_logger(__name__)

Run = Callable[[Any], Awaitable[object]]
"""Takes the service's ports."""


@dataclass(frozen=True)
class Every:
    """A job that runs, waits *interval*, and runs again; a failed run is logged and tried again."""

    interval: timedelta
    run: Run


@dataclass(frozen=True)
class Service:
    """
    One service, whole. Importing it connects to nothing.

    Attributes:
        settings: Everything the service can be told.
        connect: ``connect(settings, bus)`` yields the service's ports and closes them in reverse.
        on_start: Runs before the service subscribes: reconcile with the truth, rebuild caches.
        consumes: Topic to ``handler(message, ports)``.
        streams: Loops that live as long as the process; one that ends kills it (crash-only).
        middleware: What every request and answer passes, outermost last: ``wrap(app, settings=…)``.
    """

    name: str
    settings: type[ServiceSettings]
    connect: Callable[[Any, Bus], AbstractAsyncContextManager[Any]]
    consumes: Mapping[Topic[Any], Callable[[Any, Any], Awaitable[None]]] = field(default_factory=dict)
    publishes: tuple[Topic[Any], ...] = ()
    owns: tuple[Collection, ...] = ()
    on_start: Run | None = None
    jobs: tuple[Every, ...] = ()
    streams: tuple[Run, ...] = ()
    routes: tuple[APIRouter, ...] = ()
    middleware: tuple[Callable[..., ASGIApp], ...] = ()
    lanes: Mapping[str, int] = field(default_factory=dict)
    """Topic name to the number of messages handled at once, where the usual 200 is wrong."""


@dataclass
class Running:
    """A started service: its ports, and whether it should be given work."""

    service: Service
    bus: Bus
    ports: Any
    ready: bool = False


def crash(name: str, error: BaseException | None) -> None:
    """End the process: a dead stream means that we no longer know what is true; the start finds out."""
    log.critical("stream.died", stream=name, error=repr(error), exc_info=error)
    sys.stdout.flush()
    os._exit(70)


@asynccontextmanager
async def running(
    service: Service,
    settings: ServiceSettings,
    bus: Bus,
    on_death: Callable[[str, BaseException | None], None] = crash,
) -> AsyncIterator[Running]:
    """Start *service*, yield it ready, and drain it: finish what is in hand, then close in reverse."""
    async with service.connect(settings, bus) as ports:
        state = Running(service, bus, ports)
        if service.on_start:
            await service.on_start(ports)
        loops = [_watched(stream, ports, on_death) for stream in service.streams]
        loops += [asyncio.create_task(_repeat(job, ports, service.name)) for job in service.jobs]
        for topic, handler in service.consumes.items():
            concurrency = service.lanes.get(topic.name, 200)
            await bus.subscribe(topic, service.name, partial(_with_ports, handler, ports), concurrency=concurrency)
        state.ready = True
        log.info("service.ready", name=service.name)
        try:
            yield state
        finally:
            state.ready = False
            await bus.drain(service.name)
            await _stop(loops)
            log.info("service.stopped", name=service.name)


async def _with_ports(handler: Callable[[Any, Any], Awaitable[None]], ports: Any, message: Any) -> None:
    await handler(message, ports)


def _watched(stream: Run, ports: Any, on_death: Callable[[str, BaseException | None], None]) -> asyncio.Task[Any]:
    async def live() -> None:
        await stream(ports)

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            on_death(getattr(stream, "__name__", "stream"), task.exception())

    task = asyncio.create_task(live())
    task.add_done_callback(ended)
    return task


async def _repeat(job: Every, ports: Any, service: str) -> None:
    while True:
        await asyncio.sleep(job.interval.total_seconds())
        try:
            await job.run(ports)
        except Exception:
            log.exception("job.failed", service=service, job=getattr(job.run, "__name__", "job"))


async def _stop(loops: list[asyncio.Task[Any]]) -> None:
    for loop in loops:
        loop.cancel()
    for loop in loops:
        with suppress(asyncio.CancelledError, Exception):
            await loop
