"""Enforce: carry out, round by round, what each fired switch has cancelled and closed, and report what became of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import get_args

import structlog
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.controls import FlattenReport, PlaceReport, ScopeKind, Switch
from mathematricks.contracts.executions import UNATTRIBUTED, Execution
from mathematricks.contracts.orders import OrderStatus

from execution.domain.controls.flattening import PREFIX, Flattening, place_report, to_cancel
from execution.domain.orders import ExecType, Happened, Place
from execution.ports import Ports
from execution.records import ExecutionFilter
from execution.steps.flattening import flatten, state_of
from execution.steps.following import cancel
from execution.steps.telling import alert

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
MOST_FILLS = 20_000
LOOKED_AT_AGAIN_AFTER = 0.05
"""Seconds."""


async def enforce(ports: Ports) -> None:
    """
    Bring every fired switch a round further; nothing is done twice, and nothing is ever over for good.

    One after the other, the widest first: two that close the same place must see what the other has done.
    """
    controls = ports.oversight.controls
    for switch in sorted(controls.switches, key=_width) if controls is not None else ():
        try:
            await _enforce(switch, ports)
        except Exception:
            log.exception("switch.unenforced", scope=str(switch.scope), generation=switch.generation)


def _width(switch: Switch) -> int:
    return get_args(ScopeKind).index(switch.scope.kind)


async def _enforce(switch: Switch, ports: Ports) -> None:
    if switch.mode == "freeze_entries":
        return
    if switch.mode == "flatten":
        await state_of(switch, ports)  # counts what lives, before any of it is cancelled
    await _cancel(switch, ports)
    if switch.mode == "flatten":
        await _flatten(switch, ports)


async def _cancel(switch: Switch, ports: Ports) -> None:
    """Ask for the cancellations that are due; what a venue takes long to answer does not hold up the rest."""
    now = ports.clock.now()
    due = to_cancel(switch, ports.blotter.live(), now - ports.policy.call_timeout)
    going = [order for order in due if order.order_id not in ports.oversight.cancelling]
    reason = f"KILL_SWITCH: {switch.mode} is in force for {switch.scope}"
    event = Happened(ExecType.CANCEL_ASKED, now, reason[:500], ends_as=OrderStatus.CANCELLED)
    for order in going:
        task = asyncio.create_task(cancel(order, event, ports))
        ports.oversight.cancelling[order.order_id] = task
        task.add_done_callback(partial(_cancelled, order.order_id, ports))
    if ports.oversight.cancelling:
        await asyncio.wait(ports.oversight.cancelling.values(), timeout=LOOKED_AT_AGAIN_AFTER)


def _cancelled(order_id: str, ports: Ports, task: asyncio.Task[None]) -> None:
    ports.oversight.cancelling.pop(order_id, None)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("switch.uncancelled", order_id=order_id, error=repr(error))


async def _flatten(switch: Switch, ports: Ports) -> None:
    waiting = tuple(await flatten(switch, ports))
    state = ports.oversight.flattening[switch.generation]
    if waiting == state.waiting and state.flat is (not waiting) and waiting:
        return
    if not waiting and state.flat:
        return
    state.waiting, state.flat = waiting, not waiting
    await _report(switch, state, ports)


async def _report(switch: Switch, state: Flattening, ports: Ports) -> None:
    """Keep how far it is; the first time that nothing is left is the time to flat."""
    known = await ports.oversight.store.report(switch.generation)
    now = to_instant(ports.clock.now())
    flat_at = (known.flat_at if known else None) or (now if state.flat else None)
    entries, exits, stops = (known.entries, known.exits, known.stops) if known else state.found
    places = await _places(switch, ports) if state.flat else ()
    report = FlattenReport(
        **{name: getattr(switch, name) for name in ("generation", "scope", "fired_by", "fired_at", "reason", "drill")},
        entries=entries,
        exits=exits,
        stops=stops,
        places=places,
        reversed=sum(place.reversed for place in places),
        waiting=state.waiting[:50],
        flat_at=flat_at,
        seconds_to_flat=_seconds(switch.fired_at, flat_at),
    )
    await ports.oversight.store.keep_report(report)
    if state.flat and (known is None or known.flat_at is None):
        came_to = f"{len(places)} positions, {report.reversed} reversed"
        title = f"{switch.scope} is flat after {report.seconds_to_flat} s: {came_to}"
        log.info("flatten.done", generation=switch.generation, seconds=str(report.seconds_to_flat), places=len(places))
        await alert(ports, "info", f"kill_switch.flat:{switch.generation}", title[:500])


def _seconds(since: datetime, until: datetime | None) -> Decimal | None:
    return Decimal(str((until - since).total_seconds())) if until is not None else None


async def _places(switch: Switch, ports: Ports) -> tuple[PlaceReport, ...]:
    """Return what happened since the firing in every place that traded."""
    accounts = {account.account for account in ports.brokers.accounts()}
    if switch.scope.kind == "account":
        accounts &= {switch.scope.name}
    reports: list[PlaceReport] = []
    for account in sorted(accounts):
        done = await ports.executions.newest(ExecutionFilter(account, switch.fired_at), MOST_FILLS)
        by_place: dict[Place, list[Execution]] = defaultdict(list)
        for execution in done:
            by_place[(account, execution.instrument)].append(execution)
        named = await _named(switch, done, ports)
        reports += [_place(switch, place, fills, named, ports) for place, fills in sorted(by_place.items())]
    return tuple(report for report in reports if report.held or report.closed or report.crossed)


async def _named(switch: Switch, done: Sequence[Execution], ports: Ports) -> set[str]:
    """Return the ids of the closing orders of this firing."""
    return {order.order_id for order in await ports.orders.named(f"{PREFIX}{switch.generation}:") if order.attempts}


def _place(switch: Switch, place: Place, done: Sequence[Execution], named: set[str], ports: Ports) -> PlaceReport:
    at_venue = [fill for fill in done if not fill.crossed]
    ours = {fill.execution_id: fill for fill in at_venue if fill.order_id in named}
    crossed = [fill for fill in done if fill.crossed and fill.strategy_id != UNATTRIBUTED]
    if switch.scope.kind == "strategy":
        mine = {fill.execution_id for fill in at_venue if fill.strategy_id == switch.scope.name}
        at_venue = [fill for fill in at_venue if fill.execution_id in mine or fill.execution_id in ours]
        left = ports.blotter.sub_positions(*place).get(switch.scope.name, ZERO)
    else:
        left = ports.blotter.held(*place).venue_net
    report = place_report(place, at_venue, ours, left)
    split = sum((fill.quantity for fill in crossed), ZERO)
    return report.model_copy(update={"crossed": max(ZERO, split - report.closed) / 2})
