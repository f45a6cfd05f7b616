"""Follow up: what a recorded change, or a claim, makes necessary. Everything here may be done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.orders import OrderRecord, OrderStatus, OrderTombstone
from mathematricks.runtime.failpoints import failpoint

from execution.domain.groups import group_of
from execution.domain.instruments import has_expired
from execution.domain.orders import ExecType, Happened, is_protected
from execution.domain.submission import GROUP_MISSING, Submit, Wait
from execution.ports import BrokerUnavailable, Change, Claimed, Ports, Recorded
from execution.steps.exiting import size_waiting
from execution.steps.looking import catch_up, find_order
from execution.steps.protecting import tidy_lot
from execution.steps.submitting import WrongVenue, ask_cancel, cancel_at_venue, submit
from execution.steps.telling import alert, alert_of, confirm, publish
from execution.steps.unwinding import tidy_group

log = structlog.get_logger(__name__)

LEGS_ARRIVE_WITHIN = timedelta(milliseconds=300)
AT_WORK = frozenset({OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED})
UNSURE = frozenset({OrderStatus.UNKNOWN, OrderStatus.PARKED})


async def go(unit: tuple[OrderRecord, ...], ports: Ports) -> list[Claimed]:
    """Claim *unit*, and carry out what each of its orders may do."""
    claims = await ports.claim(unit)
    if len(claims) == 1:
        await _carry_out(claims[0], ports)
    else:
        await asyncio.gather(*(_carry_out(claim, ports) for claim in claims))
    return claims


async def revisit(order: OrderRecord, ports: Ports) -> None:
    """Look again at an order that waits: size it if its entries are over, and let it go if it may."""
    waiting = await _surely_waiting(order, ports)
    if waiting is None:
        return
    if waiting.reason == GROUP_MISSING:
        waiting = await _count_legs(waiting, ports)
    if waiting.working_quantity is None:
        sized = await size_waiting(waiting, ports)
        if sized is None:
            await _release(waiting, waiting.waits_for, ports)
            return
        waiting = sized
    await go((waiting,), ports)


async def _count_legs(order: OrderRecord, ports: Ports) -> OrderRecord:
    """A signal's legs are not all entries: after a moment, its decision says how many go together."""
    if ports.clock.now() - order.recorded_at < LEGS_ARRIVE_WITHIN:
        return order
    entries = await ports.decisions.entries(order)
    if not entries or entries == order.total_legs:
        return order
    noted = Happened(ExecType.NOTED, ports.clock.now(), but={"total_legs": entries})
    return (await ports.record(Change(order.order_id, noted))).after or order


async def _surely_waiting(order: OrderRecord, ports: Ports) -> OrderRecord | None:
    """Another attempt needs the venue's word that nothing of the last one is left to come."""
    waiting = _waiting(order.order_id, ports)
    if waiting is None or not waiting.attempts or waiting.attempts[-1].outcome == "ABSENT":
        return waiting
    try:
        _, recorded = await catch_up(waiting, ports)
    except (BrokerUnavailable, WrongVenue):
        return None
    for done in recorded:
        await follow(done, ports)
    return _waiting(order.order_id, ports)


def _waiting(order_id: str, ports: Ports) -> OrderRecord | None:
    order = ports.blotter.find(order_id)
    return order if order is not None and order.status is OrderStatus.PENDING else None


async def follow(recorded: Recorded, ports: Ports) -> None:
    """Tell what was recorded, and do what follows from it."""
    await confirm(recorded, ports)
    before, after = recorded.before, recorded.after
    if after is None:
        await _tell_external(recorded, ports)
        return
    if after is before or before is None:
        return
    if recorded.late:
        title = f"A fill of {after.instrument} came when the order was {before.status}"
        severity: Severity = "warning" if before.status in UNSURE else "critical"
        await alert_of(after, ports, severity, "order.late_fill", title)
    if after.ends_as is not None and after.status in AT_WORK:
        await cancel(after, Happened(ExecType.CANCEL_ASKED, ports.clock.now(), after.reason), ports)
    if after.status is not before.status:
        await _moved(before, after, ports)
    await _look_after(before, after, ports)


async def cancel(order: OrderRecord, asked: Happened, ports: Ports) -> None:
    """Ask for the cancellation of *order* and do what follows."""
    await follow(await ask_cancel(order, ports, asked), ports)


async def _carry_out(claim: Claimed, ports: Ports) -> None:
    order, step = claim.order, claim.step
    if step is None:
        await publish(order, None, ports)
        return
    if isinstance(step, Submit):
        await follow(await submit(order, ports), ports)
        await _obey_tombstone(order, ports)
        return
    if claim.changed:
        await publish(order, None, ports)
    if isinstance(step, Wait):
        await _wait(claim, step, ports)
    else:
        await _moved(order, order, ports)


async def _wait(claim: Claimed, step: Wait, ports: Ports) -> None:
    order = claim.order
    if step.alarming and claim.changed:
        await alert_of(order, ports, "critical", "exit.stuck", f"An exit cannot be sent: {step.reason}"[:500])
    if step.blocked_by:
        await _release(order, step.blocked_by, ports)
    elif order.working_quantity is None:
        await revisit(order, ports)


async def _obey_tombstone(order: OrderRecord, ports: Ports) -> None:
    """A cancellation came while the order was being claimed."""
    command = ports.blotter.tombstones.pop(order.order_id, None)
    current = ports.blotter.find(order.order_id)
    if command is not None and current is not None:
        event = Happened(
            ExecType.CANCEL_ASKED, ports.clock.now(), "cancelled", ends_as=OrderStatus.CANCELLED, command=command
        )
        await cancel(current, event, ports)


async def _release(order: OrderRecord, blocked_by: Sequence[str], ports: Ports) -> None:
    """Cancel what stands in the way of an exit; an entry that has not arrived is cancelled when it does."""
    now = ports.clock.now()
    for blocker_id in blocked_by:
        blocker = await find_order(blocker_id, ports)
        if blocker is None:
            ports.blotter.tombstones[blocker_id] = order.order_id
            grave = OrderTombstone(order_id=blocker_id, command_id=order.order_id, kept_at=to_instant(now))
            await ports.orders.bury(grave)
            await failpoint("execution.buried_by_exit")
        elif blocker.live and not _was_asked(blocker, ports):
            why = f"makes way for exit {order.order_id}"
            event = Happened(ExecType.CANCEL_ASKED, now, why, ends_as=OrderStatus.CANCELLED)
            await cancel(blocker, event, ports)


def _was_asked(order: OrderRecord, ports: Ports) -> bool:
    return order.ends_as is not None and order.updated_at > ports.clock.now() - ports.policy.call_timeout


async def _moved(before: OrderRecord, after: OrderRecord, ports: Ports) -> None:
    """The order is in another state: tell who must know, and wake who waited for its end."""
    if after.status is OrderStatus.PENDING and after.purpose != "entry":
        title = f"An exit of {after.instrument} was not accepted and is tried again: {after.reason}"
        await alert_of(after, ports, "critical", "exit.pursued", title[:500])
    if after.status is OrderStatus.UNKNOWN:
        await alert_of(after, ports, "warning", "order.unknown", f"The venue has not answered about {after.instrument}")
    if after.live:
        return
    log.info("order.ended", order_id=after.order_id, status=after.status.value, filled=str(after.filled))
    if after.attempts and after.attempts[-1].ended_at is None:
        await cancel_at_venue(after, ports)  # an earlier attempt has filled it: the newest must not do so again
    short = after.purpose != "entry" and after.lot is None and after.filled < (after.quantity or after.filled)
    if short and after.ends_as is not None:
        title = f"An exit of {after.instrument} ended with {after.filled} of {after.quantity}"
        await alert_of(after, ports, "warning", "exit.short", title)
    for waiting in ports.blotter.waiters(after.order_id):
        await revisit(waiting, ports)
    ports.blotter.forget_waiters(after.order_id)


async def _look_after(before: OrderRecord, after: OrderRecord, ports: Ports) -> None:
    """Keep protection and groups in line with what the order has become."""
    if after.watched and is_protected(after):
        if after.filled != before.filled or after.live is not before.live:
            await tidy_lot(after.order_id, ports, go, cancel)
    elif after.closes and (after.status is not before.status or after.filled != before.filled):
        if after.lot is not None and not after.live:
            await _wake_exits(after, ports)
        for close in after.closes:
            entry = ports.blotter.find(close.lot)
            if entry is not None and entry.watched and is_protected(entry):
                await tidy_lot(close.lot, ports, go, cancel)
    if after.purpose == "entry" and after.filled != before.filled:
        for lot in ports.blotter.guarded_against(after):
            await tidy_lot(lot, ports, go, cancel)
    group = group_of(after)
    if group is not None and not after.live and after.status is not OrderStatus.FILLED:
        await tidy_group(group, ports, go, cancel)


async def _wake_exits(protective: OrderRecord, ports: Ports) -> None:
    """Protection is gone: exits that waited for that may go, before it is made anew."""
    for order in ports.blotter.live_in(protective.account, protective.instrument):
        waits = order.status is OrderStatus.PENDING and order.lot is None
        if waits and order.next_try_at is None:
            await revisit(order, ports)


async def _tell_external(recorded: Recorded, ports: Ports) -> None:
    fill = recorded.execution
    if fill is None:
        return
    if has_expired(fill.contract, fill.executed_at):
        title = f"{fill.account} settled {fill.quantity} {fill.instrument} at {fill.price}: it has expired"
        await alert(ports, "info", f"execution.settled:{fill.execution_id}", title, account=fill.account)
        return
    title = (
        f"{fill.account} traded {fill.side} {fill.quantity} {fill.instrument} at {fill.price}; nobody here ordered it"
    )
    await alert(ports, "critical", f"execution.external:{fill.execution_id}", title, account=fill.account)


async def record_and_follow(change: Change, ports: Ports) -> Recorded:
    """Record one change and do what follows."""
    recorded = await ports.record(change)
    await follow(recorded, ports)
    return recorded
