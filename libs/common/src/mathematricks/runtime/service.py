"""A service is data: what it consumes, publishes, owns, serves and schedules, and how it connects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter
from starlette.types import ASGIApp

from mathematricks.contracts.base import Collection, Topic
from mathematricks.messaging.bus import Bus
from mathematricks.runtime.failpoints import failpoint
from mathematricks.runtime.loops import Every, Loops, OnDeath, Run, crash
from mathematricks.runtime.settings import ServiceSettings
from mathematricks.storage.mongo import Database, answers, noting_databases

__all__ = ["Every", "Run", "Running", "Service", "crash", "running"]

log = structlog.get_logger(__name__)

USUAL_LANES = 200
LARGEST_BODY = 1 << 20
DRAIN_WITHIN = 20.0
"""Seconds that handlers get to finish at the end; what is left is delivered again."""


@dataclass(frozen=True)
class Service:
    """
    One service, whole. Importing it connects to nothing.

    Attributes:
        settings: Everything the service can be told.
        connect: ``connect(settings, bus)`` yields the service's ports and closes them in reverse.
        on_start: Runs before the service subscribes: reconcile with the truth, rebuild caches.
        on_leaving: Runs when the process is told to stop, before open answers are waited for.
        consumes: Topic to ``handler(message, ports)``.
        streams: Loops that live as long as the process; one that ends kills it (crash-only).
        middleware: What every request and answer passes, outermost last: ``wrap(app, settings=…)``.
        lanes: Topic name to the number of messages handled at once, where the usual 200 is wrong.
        largest_body: Bytes of a request; a longer one is refused with 413.
    """

    name: str
    settings: type[ServiceSettings]
    connect: Callable[[Any, Bus], AbstractAsyncContextManager[Any]]
    consumes: Mapping[Topic[Any], Callable[[Any, Any], Awaitable[None]]] = field(default_factory=dict)
    publishes: tuple[Topic[Any], ...] = ()
    owns: tuple[Collection, ...] = ()
    on_start: Run | None = None
    on_leaving: Callable[[Any], None] | None = None
    jobs: tuple[Every, ...] = ()
    streams: tuple[Run, ...] = ()
    routes: tuple[APIRouter, ...] = ()
    middleware: tuple[Callable[..., ASGIApp], ...] = ()
    lanes: Mapping[str, int] = field(default_factory=dict)
    largest_body: int = LARGEST_BODY


@dataclass
class Running:
    """A started service: its ports, and whether it should be given work."""

    service: Service
    bus: Bus
    ports: Any
    ready: bool = False
    stores: tuple[Database, ...] = ()
    loops: Loops | None = None

    def leave(self) -> None:
        """End what would not end by itself: the process is told to stop."""
        if self.service.on_leaving:
            self.service.on_leaving(self.ports)

    def alive(self) -> bool:
        """Whether every stream lives and the event loop turns."""
        return self.loops is None or self.loops.alive()

    async def missing(self) -> str | None:
        """Return what keeps the service from taking work; None: nothing."""
        if not self.ready:
            return "starting or stopping"
        if not await self.bus.ready():
            return "the bus does not answer"
        if not all(await asyncio.gather(*(answers(store) for store in self.stores))):
            return "the store does not answer"
        return None


@asynccontextmanager
async def running(
    service: Service, settings: ServiceSettings, bus: Bus, on_death: OnDeath = crash
) -> AsyncIterator[Running]:
    """Start *service*, yield it ready, and drain it: finish what is in hand, then close in reverse."""
    async with AsyncExitStack() as stack:
        with noting_databases() as stores:
            ports = await stack.enter_async_context(service.connect(settings, bus))
        if service.on_start:
            await service.on_start(ports)
        loops = Loops(service.name, on_death)
        state = Running(service, bus, ports, stores=tuple(stores), loops=loops)
        stack.push_async_callback(_drain, state, loops)
        loops.start(ports, service.streams, service.jobs)
        for topic, handler in service.consumes.items():
            lanes = service.lanes.get(topic.name, USUAL_LANES)
            await bus.subscribe(topic, service.name, partial(_with_ports, handler, ports), concurrency=lanes)
        state.ready = True
        log.info("service.ready", name=service.name)
        yield state


async def _drain(state: Running, loops: Loops) -> None:
    state.ready = False
    try:
        async with asyncio.timeout(DRAIN_WITHIN):
            await state.bus.drain(state.service.name)
    except TimeoutError:
        log.error("service.not_drained", name=state.service.name, seconds=DRAIN_WITHIN)
    await loops.stop()
    log.info("service.stopped", name=state.service.name)


async def _with_ports(handler: Callable[[Any, Any], Awaitable[None]], ports: Any, message: Any) -> None:
    await handler(message, ports)
    await failpoint("delivery.handled")
