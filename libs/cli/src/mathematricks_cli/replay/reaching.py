"""Reaching the bus of a running desk from the operator's command."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mathematricks.messaging.operations import NoSuchSubscription, Operations, operations

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.stack import EMULATOR, PROJECT
from mathematricks_cli.state import StateDir

IN_MEMORY = (
    "This desk is one process and its bus lies in its memory: what it owes, it publishes again by itself "
    "every second, what it could not handle too. `up --processes` runs it over Pub/Sub."
)


@asynccontextmanager
async def bus_of(state: StateDir) -> AsyncIterator[Operations]:
    """Yield what works on the Pub/Sub of the desk in *state*; raise ``OperatorFault`` where it has none."""
    if state.desk().bus != "pubsub":
        raise OperatorFault(IN_MEMORY)
    os.environ.setdefault("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{state.port(EMULATOR)}")
    try:
        async with operations(os.environ.get("MATHEMATRICKS_PUBSUB_PROJECT", PROJECT)) as found:
            yield found
    except NoSuchSubscription as unknown:
        raise OperatorFault(str(unknown)) from unknown
