"""Look: ask a venue what became of an order, by our id, and record what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from mathematricks.contracts.orders import OrderRecord

from execution.domain.orders import ExecType, Happened
from execution.ports import BrokerFill, BrokerOrderState, BrokerUnavailable, Change, Ports, Recorded
from execution.steps.booking import order_id_of
from execution.steps.submitting import venue_of

EVENT_OF = {
    "WORKING": ExecType.NEW,
    "CANCELLED": ExecType.CANCELLED,
    "REJECTED": ExecType.REJECTED,
    "EXPIRED": ExecType.EXPIRED,
}
"""What a state at the venue says happened; FILLED is told by the fills themselves."""
BEFORE_IT_WAS_ASKED = timedelta(minutes=1)
"""Clocks differ: fills are looked for from a little before the order was sent."""


async def ask_venue(order: OrderRecord, ports: Ports) -> BrokerOrderState | None:
    """
    Return the newest attempt of *order* as its venue has it; None where a completed query shows that it has not.

    The order by our id, else its executions and the open orders: an order can be gone and its fills not.
    Raise ``BrokerUnavailable`` where any part of the question stays unanswered.
    """
    broker, attempt = venue_of(order, ports), order.attempts[-1]
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            state = await broker.find(order.account, attempt.client_order_id)
            if state is not None and (state.fills or not state.filled):
                return state
            since = attempt.begun_at - BEFORE_IT_WAS_ASKED
            fills = [f for f in await broker.executions(order.account, since) if _is_of(f, attempt.client_order_id)]
            working = [
                o for o in await broker.open_orders(order.account) if o.client_order_id == attempt.client_order_id
            ]
    except TimeoutError as silence:
        raise BrokerUnavailable("no answer in time") from silence
    return _pieced_together(order, state or next(iter(working), None), fills)


async def catch_up(order: OrderRecord, ports: Ports) -> tuple[BrokerOrderState | None, list[Recorded]]:
    """Record what the venue knows of *order* and we do not; return its answer and what was recorded."""
    state = await ask_venue(order, ports)
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


def _is_of(fill: BrokerFill, client_order_id: str) -> bool:
    return fill.client_order_id == client_order_id


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
