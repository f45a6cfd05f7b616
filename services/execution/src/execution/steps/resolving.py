"""Resolve: an order in doubt is asked about until its venue has it, or has twice been seen without it."""

from __future__ import annotations

from datetime import datetime

from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.orders import ExecType, Happened
from execution.ports import BrokerUnavailable, Change, Ports
from execution.steps.following import follow, record_and_follow
from execution.steps.looking import catch_up
from execution.steps.submitting import WrongVenue
from execution.steps.telling import alert_of


async def resolve(order: OrderRecord, ports: Ports) -> None:
    """
    Ask the venue about *order* once, and record what follows from the answer.

    Nothing is ever sent again here: an order that is proven absent goes back to PENDING, where every
    check is made anew before another attempt (RULES 7).
    """
    if order.order_id in ports.in_flight or not order.attempts:
        return
    ports.looked_at[order.order_id] = ports.clock.now()
    if order.status is OrderStatus.SUBMITTING:
        lapsed = Happened(ExecType.LOST, ports.clock.now(), "whoever claimed it did not come back")
        order = (await record_and_follow(Change(order.order_id, lapsed), ports)).after or order
    try:
        state, recorded = await catch_up(order, ports)
    except (BrokerUnavailable, WrongVenue) as silence:
        await _unanswered(order, str(silence), ports)
        return
    for done in recorded:
        await follow(done, ports)
    if state is None:
        await _absent(order, ports)


async def _absent(order: OrderRecord, ports: Ports) -> None:
    """Once proves little: the order may still be on its way. Twice, a call's time-out apart, is proof."""
    now, attempt = ports.clock.now(), order.attempts[-1]
    if attempt.absent_at is None:
        seen = attempt.model_copy(update={"absent_at": now})
        noted = Happened(ExecType.NOTED, now, but={"attempts": (*order.attempts[:-1], seen)})
        await ports.record(Change(order.order_id, noted))
    elif now - attempt.absent_at >= ports.policy.call_timeout:
        event = Happened(ExecType.ABSENT, now, "the venue does not have it", attempt.number)
        await record_and_follow(Change(order.order_id, event), ports)


async def _unanswered(order: OrderRecord, silence: str, ports: Ports) -> None:
    if not _long_silent(order, ports.clock.now(), ports):
        return
    if order.purpose != "entry":
        await alert_of(
            order, ports, "critical", "exit.unknown", f"Nobody knows what became of an exit: {silence}"[:500]
        )
    elif order.status is OrderStatus.UNKNOWN:
        event = Happened(ExecType.GIVEN_UP, ports.clock.now(), f"parked: {silence}"[:500])
        parked = await record_and_follow(Change(order.order_id, event), ports)
        title = f"An entry of {order.instrument} is parked: the venue does not answer"
        await alert_of(parked.after or order, ports, "critical", "order.parked", title)


def _long_silent(order: OrderRecord, now: datetime, ports: Ports) -> bool:
    return now - order.attempts[-1].begun_at > ports.policy.park_after
