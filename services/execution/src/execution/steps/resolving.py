"""Resolve: an order in doubt is asked about until its venue has it, or has twice been seen without it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.orders import ExecType, Happened
from execution.ports import Change, Ports
from execution.steps.following import follow, record_and_follow
from execution.steps.looking import Answers, ask_venue, take_state
from execution.steps.submitting import WrongVenue
from execution.steps.telling import alert_of


async def resolve(orders: Sequence[OrderRecord], ports: Ports) -> None:
    """
    Ask the venues about *orders* once, and record what follows from the answers.

    Nothing is ever sent again here: an order that is proven absent goes back to PENDING, where every
    check is made anew before another attempt (RULES 7).
    """
    by_account: dict[str, list[OrderRecord]] = defaultdict(list)
    for order in orders:
        if order.attempts and order.order_id not in ports.in_flight:
            ports.looked_at[order.order_id] = ports.clock.now()
            by_account[order.account].append(order)
    await asyncio.gather(*(_resolve(account, mine, ports) for account, mine in by_account.items()))


async def _resolve(account: str, orders: Sequence[OrderRecord], ports: Ports) -> None:
    doubted = await asyncio.gather(*(_doubt(order, ports) for order in orders))
    try:
        answers = await ask_venue(account, doubted, ports)
    except WrongVenue:
        answers = {}
    await asyncio.gather(*(_heard(order, answers, ports) for order in doubted))


async def _doubt(order: OrderRecord, ports: Ports) -> OrderRecord:
    """A claim that lapsed says no more than that the order may have been sent."""
    if order.status is not OrderStatus.SUBMITTING:
        return order
    lapsed = Happened(ExecType.LOST, ports.clock.now(), "whoever claimed it did not come back")
    return (await record_and_follow(Change(order.order_id, lapsed), ports)).after or order


async def _heard(order: OrderRecord, answers: Answers, ports: Ports) -> None:
    if order.order_id not in answers:
        await _unanswered(order, ports)
    elif (state := answers[order.order_id]) is None:
        await _absent(order, ports)
    else:
        for done in await take_state(state, ports):
            await follow(done, ports)


async def _absent(order: OrderRecord, ports: Ports) -> None:
    """Once proves little: the order may still be on its way. Twice, a call's time-out apart, is proof."""
    now, attempt = ports.clock.now(), order.attempts[-1]
    if attempt.absent_at is None:
        await ports.record(Change(order.order_id, Happened(ExecType.UNSEEN, now, attempt=attempt.number)))
    elif now - attempt.absent_at >= ports.policy.call_timeout:
        event = Happened(ExecType.ABSENT, now, "the venue does not have it", attempt.number)
        await record_and_follow(Change(order.order_id, event), ports)


async def _unanswered(order: OrderRecord, ports: Ports) -> None:
    if not _long_silent(order, ports.clock.now(), ports):
        return
    if order.purpose != "entry":
        await alert_of(order, ports, "critical", "exit.unknown", "Nobody knows what became of an exit")
    elif order.status is OrderStatus.UNKNOWN:
        event = Happened(ExecType.GIVEN_UP, ports.clock.now(), "parked: its venue does not answer")
        parked = await record_and_follow(Change(order.order_id, event), ports)
        title = f"An entry of {order.instrument} is parked: the venue does not answer"
        await alert_of(parked.after or order, ports, "critical", "order.parked", title)


def _long_silent(order: OrderRecord, now: datetime, ports: Ports) -> bool:
    return now - order.attempts[-1].begun_at > ports.policy.park_after
