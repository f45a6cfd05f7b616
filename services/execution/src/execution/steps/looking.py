"""Look: ask a venue what became of an order, by our id, and record what it says."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from mathematricks.contracts.orders import OrderRecord

from execution.domain.orders import ExecType, Happened
from execution.ports import Broker, BrokerFill, BrokerOrderState, BrokerUnavailable, Change, Ports, Recorded
from execution.steps.booking import order_id_of
from execution.steps.submitting import venue_of

T = TypeVar("T")
Answers = dict[str, BrokerOrderState | None]
"""By order id; None: the venue does not have it."""

ASKED_AT_ONCE = 10
EVENT_OF = {
    "WORKING": ExecType.NEW,
    "CANCELLED": ExecType.CANCELLED,
    "REJECTED": ExecType.REJECTED,
    "EXPIRED": ExecType.EXPIRED,
}
"""What a state at the venue says happened; FILLED is told by the fills themselves."""
BEFORE_IT_WAS_ASKED = timedelta(minutes=1)
"""Clocks differ: fills are looked for from a little before the order was sent."""


async def find_order(order_id: str, ports: Ports) -> OrderRecord | None:
    """Return an order of ours, from memory or from the records."""
    return ports.blotter.find(order_id) or next(iter(await ports.orders.load([order_id])), None)


async def ask_venue(account: str, orders: Sequence[OrderRecord], ports: Ports) -> Answers:
    """
    Return the newest attempt of each of *orders*, all of one account, as its venue has it.

    None where completed queries show that it has not: of the order by our id, and of the executions
    and the open orders, for an order can be gone and its fills not. An order about which any
    question stayed unanswered is missing from the answer.
    """
    broker = venue_of(orders[0], ports)
    patience = asyncio.Semaphore(ASKED_AT_ONCE)

    async def find(order: OrderRecord) -> BrokerOrderState | None:
        async with patience:
            return await _in_time(broker.find(account, order.attempts[-1].client_order_id), ports)

    found = await asyncio.gather(*(find(order) for order in orders), return_exceptions=True)
    _raise_bugs(found)
    answers = {
        o.order_id: state for o, state in zip(orders, found, strict=True) if not isinstance(state, BaseException)
    }
    unseen = [o for o in orders if o.order_id in answers and not _tells_fills(answers[o.order_id])]
    try:
        return answers | (await _search(broker, unseen, answers, ports) if unseen else {})
    except BrokerUnavailable:
        return {name: state for name, state in answers.items() if name not in {order.order_id for order in unseen}}


async def catch_up(order: OrderRecord, ports: Ports) -> tuple[BrokerOrderState | None, list[Recorded]]:
    """
    Record what the venue knows of *order* and we do not; return its answer and what was recorded.

    Raise ``BrokerUnavailable`` where it did not answer.
    """
    answers = await ask_venue(order.account, [order], ports)
    if order.order_id not in answers:
        raise BrokerUnavailable("no answer in time")
    state = answers[order.order_id]
    return state, await take_state(state, ports) if state is not None else []


async def take_state(state: BrokerOrderState, ports: Ports) -> list[Recorded]:
    """Record a venue's view of one of our orders: its fills, then its state."""
    order_id, attempt = order_id_of(state.client_order_id)
    recorded = [await ports.record(change_of(fill, ports)) for fill in state.fills]
    if (event := EVENT_OF.get(state.status)) is not None and order_id is not None:
        happened = Happened(event, ports.clock.now(), state.reason[:500] or None, attempt)
        recorded.append(await ports.record(Change(order_id, happened)))
    return recorded


def change_of(fill: BrokerFill, ports: Ports) -> Change:
    """Return the change that a venue's fill makes: of the order it names, or of none."""
    order_id, attempt = order_id_of(fill.client_order_id)
    return Change(order_id, Happened(ExecType.TRADE, ports.clock.now(), None, attempt), fill)


async def _search(broker: Broker, orders: Sequence[OrderRecord], answers: Answers, ports: Ports) -> Answers:
    """Look for orders the venue does not find by their ids, in one question for all of them."""
    account = orders[0].account
    since = min(order.attempts[-1].begun_at for order in orders) - BEFORE_IT_WAS_ASKED
    fills = await _in_time(broker.executions(account, since), ports)
    working = await _in_time(broker.open_orders(account), ports)
    by_id: dict[str | None, list[BrokerFill]] = defaultdict(list)
    for fill in fills:
        by_id[fill.client_order_id].append(fill)
    open_now = {state.client_order_id: state for state in working}
    found: Answers = {}
    for order in orders:
        name = order.attempts[-1].client_order_id
        found[order.order_id] = _pieced_together(order, answers[order.order_id] or open_now.get(name), by_id[name])
    return found


async def _in_time(call: Coroutine[Any, Any, T], ports: Ports) -> T:
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            return await call
    except TimeoutError as silence:
        raise BrokerUnavailable("no answer in time") from silence


def _raise_bugs(found: Sequence[object]) -> None:
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, BrokerUnavailable):
            raise each


def _tells_fills(state: BrokerOrderState | None) -> bool:
    return state is not None and (bool(state.fills) or not state.filled)


def _pieced_together(
    order: OrderRecord, state: BrokerOrderState | None, fills: Sequence[BrokerFill]
) -> BrokerOrderState | None:
    if state is None and not fills:
        return None
    attempt = order.attempts[-1]
    filled = sum(fill.quantity for fill in fills) if fills else state.filled if state else attempt.filled
    status = state.status if state else "FILLED" if filled >= attempt.quantity else "CANCELLED"
    reason = state.reason if state else "no longer working at the venue"
    return BrokerOrderState(
        attempt.client_order_id, order.account, status, attempt.quantity, attempt.filled, reason, tuple(fills)
    )
