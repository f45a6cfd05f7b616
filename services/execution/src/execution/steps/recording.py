"""Record: book new executions, apply each event to its order, write what changed. In batches, in order of arrival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mathematricks.contracts.executions import Execution
from mathematricks.contracts.orders import OrderRecord
from mathematricks.runtime.failpoints import failpoint

from execution.domain.orders import apply, is_late
from execution.ports import Change, Ports, Recorded
from execution.steps.booking import book_fill

MOST_TRIES = 5


@dataclass
class _Batch:
    """Changes with their orders as they were, the executions they bring, and the orders as they become."""

    changes: list[Change]
    now: datetime
    before: dict[str, OrderRecord]
    executions: dict[str, Execution] = field(default_factory=dict)
    after: dict[str, OrderRecord] = field(default_factory=dict)


async def write_changes(ports: Ports, changes: list[Change]) -> list[Recorded]:
    """
    Record *changes*; return what each did.

    Executions come first: the state of an order is never ahead of the fills it counts. A fill that
    is on record already changes nothing. An order that was written by someone else meanwhile is
    read again, and its events are applied to what it is now.
    """
    batch = _Batch(changes, _recording_time(ports), await _orders(ports, changes))
    await _add_executions(ports, batch)
    for _ in range(MOST_TRIES):
        recorded = _apply(batch, ports.submitted)
        pairs = [(batch.before[name], after) for name, after in batch.after.items() if after is not batch.before[name]]
        moved = await ports.orders.update(pairs) if pairs else []
        await failpoint("execution.recorded")
        if not moved:
            _take_over(ports, batch)
            return _mark_superseded(recorded)
        batch.before |= {order.order_id: order for order in moved}
    raise RuntimeError(f"orders kept changing under their events: {[order.order_id for order in moved]}")


def _recording_time(ports: Ports) -> datetime:
    """Later than every earlier batch's, so that a snapshot covers a batch whole or not at all."""
    last = max(ports.through.values(), default=None)
    now = ports.clock.now()
    return now if last is None or now > last else last + timedelta(milliseconds=1)


async def _orders(ports: Ports, changes: Sequence[Change]) -> dict[str, OrderRecord]:
    wanted = {change.order_id for change in changes if change.order_id is not None}
    found = {name: order for name in wanted if (order := ports.blotter.find(name)) is not None}
    if missing := wanted - found.keys():
        found |= {order.order_id: order for order in await ports.orders.load(missing)}
    return found


async def _add_executions(ports: Ports, batch: _Batch) -> None:
    """Keep of the batch's fills those that were on no record, and put them on it."""
    for change in batch.changes:
        if (made := change.crossed) is not None:
            batch.executions[made.execution_id] = made.model_copy(update={"recorded_at": batch.now})
        fill = change.fill
        if fill is not None and not ports.blotter.knows(fill.execution_id):
            order = batch.before.get(change.order_id) if change.order_id else None
            batch.executions[fill.execution_id] = book_fill(ports, fill, order, batch.now)
    if batch.executions:
        known = await ports.executions.add(list(batch.executions.values()), batch.now)
        await failpoint("execution.booked")
        ports.blotter.know(known)
        for execution_id in known:
            del batch.executions[execution_id]


def _apply(batch: _Batch, called: Mapping[str, datetime]) -> list[Recorded]:
    batch.after = dict(batch.before)
    left = dict(batch.executions)
    recorded = [_apply_one(batch, change, left) for change in batch.changes]
    for name, after in batch.after.items():
        if after.submitted_at is None and name in called and after is not batch.before[name]:
            batch.after[name] = after.model_copy(update={"submitted_at": called[name]})
    return recorded


def _apply_one(batch: _Batch, change: Change, left: dict[str, Execution]) -> Recorded:
    told = change.fill or change.crossed
    execution = left.pop(told.execution_id, None) if told else None
    order = batch.after.get(change.order_id) if change.order_id else None
    if order is None or (change.fill is not None and execution is None):
        return Recorded(order, order, execution)
    late = execution is not None and is_late(order, change.event.attempt)
    event = replace(change.event, fill=execution) if execution else change.event
    after = apply(order, event)
    if execution is not None:  # whoever asks when the order last changed must not hear of a time before its last fill
        after = after.model_copy(update={"updated_at": max(after.updated_at, execution.recorded_at)})
    batch.after[order.order_id] = after
    return Recorded(order, after, execution, late)


def _take_over(ports: Ports, batch: _Batch) -> None:
    for order in batch.after.values():
        ports.blotter.put(order)
        if order.submitted_at is not None:
            ports.submitted.pop(order.order_id, None)
    for execution in batch.executions.values():
        ports.blotter.book(execution)
        ports.through[execution.account] = batch.now
        ports.stale_accounts.add(execution.account)


def _mark_superseded(recorded: list[Recorded]) -> list[Recorded]:
    newest: dict[str, int] = {}
    for place, done in enumerate(recorded):
        if done.after is not None:
            newest[done.after.order_id] = place
    return [
        replace(done, superseded=True) if done.after is not None and newest[done.after.order_id] != place else done
        for place, done in enumerate(recorded)
    ]
