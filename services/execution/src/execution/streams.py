"""Loops that live as long as the process; one that ends kills it, and the start finds out what is true."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog

from execution.handlers import on_broker_event
from execution.ports import BrokerEvent, Ports
from execution.records import Fenced
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

MOST_TRIES = 5
PAUSE_SECONDS = 0.2


async def listen_to_brokers(ports: Ports) -> None:
    """Handle what every broker tells, in the order of its telling."""
    async with asyncio.TaskGroup() as streams:
        for feed in ports.feeds:
            streams.create_task(_listen(feed, ports))


async def stand_down_when_fenced(ports: Ports) -> None:
    """End once a newer process has taken over: two of us would both believe that they know what is live."""
    await ports.fenced.wait()
    raise Fenced(f"{ports.worker} was replaced by a newer process")


async def _listen(feed: AsyncIterator[BrokerEvent], ports: Ports) -> None:
    async with asyncio.TaskGroup() as events:
        async for event in feed:
            events.create_task(_handle(event, ports))
    raise ConnectionError("a broker's stream ended")


async def _handle(event: BrokerEvent, ports: Ports) -> None:
    """
    Handle *event*; recording it again changes nothing, so a store that hiccups is simply asked again.

    With a store that does not answer we no longer know what is true, and end. An event that alone
    cannot be recorded is left to a person: every other one must go on.
    """
    for attempt in range(1, MOST_TRIES + 1):
        try:
            await on_broker_event(event, ports)
        except Exception:
            log.exception("broker.event_failed", kind=event.kind, attempt=attempt)
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        else:
            return
    await ports.orders.load([event.client_order_id or ""])
    key = f"broker.event_lost:{event.account}:{event.client_order_id}"
    await alert(ports, "critical", key[:200], f"A {event.kind} of {event.account} cannot be recorded")
