"""Submit and cancel: the two calls that reach a venue. What comes back is recorded, whatever it is."""

from __future__ import annotations

import asyncio

import structlog
from mathematricks.contracts.orders import OrderRecord, OrderStatus
from mathematricks.runtime.failpoints import failpoint
from prometheus_client import Histogram

from execution.domain.orders import PROTECTIVE, ExecType, Happened
from execution.domain.protection import oco_group
from execution.domain.venues import refuse_account
from execution.ports import Broker, BrokerOrder, BrokerRejected, BrokerUnavailable, Change, Ports, Recorded

log = structlog.get_logger(__name__)

FILLS_COME_WITHIN = 0.05
"""Seconds."""
SIGNAL_TO_SUBMIT = Histogram(
    "signal_to_submit_seconds",
    "From a signal's receipt to the call of the venue",
    buckets=(0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 5, 30, 120),
)


class WrongVenue(Exception):
    """An order was about to reach a venue that its mode forbids; it did not."""


async def submit(order: OrderRecord, ports: Ports) -> Recorded:
    """
    Hand the newest attempt of *order*, which this process has claimed, to its venue; record the answer.

    No answer in time, or one that says nothing, leaves it UNKNOWN: it may have arrived.
    """
    called = ports.clock.now()
    log.info("order.submitted", order_id=order.order_id, attempt=order.attempts[-1].number)
    if order.submitted_at is None:
        ports.submitted[order.order_id] = called
        SIGNAL_TO_SUBMIT.observe((called - order.received_at).total_seconds())
    ports.in_flight.add(order.order_id)
    try:
        event = await _handed_over(order, ports)
        if event.type is ExecType.NEW and (told := await _told_by_its_fills(order, ports)) is not None:
            return told
        return await ports.record(Change(order.order_id, event))
    finally:
        ports.in_flight.discard(order.order_id)


async def _told_by_its_fills(order: OrderRecord, ports: Ports) -> Recorded | None:
    """A market order's fills come at once, and say all that its acknowledgement would: one write less."""
    if order.order_type != "MARKET":
        return None
    await asyncio.sleep(FILLS_COME_WITHIN)
    current = ports.blotter.find(order.order_id)
    return Recorded(current, current) if current is not None and current.status is not order.status else None


async def cancel_at_venue(order: OrderRecord, ports: Ports) -> None:
    """Ask the venue to cancel the newest attempt; the outcome comes as an event, and no answer is asked again."""
    if not order.attempts:
        return
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            await venue_of(order, ports).cancel(order.account, order.attempts[-1].client_order_id)
            await failpoint("execution.cancel_asked")
    except (BrokerUnavailable, TimeoutError) as silence:
        log.warning("order.cancel_unanswered", order_id=order.order_id, reason=str(silence))
    except BrokerRejected as refusal:
        event = Happened(ExecType.CANCEL_REJECTED, ports.clock.now(), str(refusal)[:500])
        await ports.record(Change(order.order_id, event))


def venue_of(order: OrderRecord, ports: Ports) -> Broker:
    """Return the broker of *order*'s account; raise ``WrongVenue`` where paper and live would meet (RULES 9)."""
    account = ports.brokers.account(order.account)
    refusal = refuse_account(order.mode, order.account, account, allow_live=ports.policy.allow_live)
    if refusal is not None:
        raise WrongVenue(refusal)
    return ports.brokers.of(order.account)


async def _handed_over(order: OrderRecord, ports: Ports) -> Happened:
    number = order.attempts[-1].number
    try:
        async with asyncio.timeout(ports.policy.call_timeout.total_seconds()):
            await venue_of(order, ports).submit(as_asked(order))
            await failpoint("execution.submitted")
    except (BrokerRejected, WrongVenue) as no:
        return Happened(ExecType.REJECTED, ports.clock.now(), str(no)[:500], number)
    except (BrokerUnavailable, TimeoutError) as silence:
        return Happened(ExecType.LOST, ports.clock.now(), f"no answer: {silence}"[:500], number)
    except Exception as broken:
        log.exception("order.submit_broke", order_id=order.order_id)
        return Happened(ExecType.LOST, ports.clock.now(), f"no answer: {type(broken).__name__}", number)
    return Happened(ExecType.NEW, ports.clock.now(), None, number)


def as_asked(order: OrderRecord) -> BrokerOrder:
    """Return the newest attempt of *order* as its venue takes it."""
    attempt = order.attempts[-1]
    grouped = order.purpose in PROTECTIVE and order.lot is not None
    return BrokerOrder(
        client_order_id=attempt.client_order_id,
        account=order.account,
        contract=order.contract,
        side=order.side,
        quantity=attempt.quantity,
        order_type=order.order_type,
        limit_price=order.limit_price,
        stop_price=order.stop_price,
        time_in_force=order.time_in_force,
        oco_group=oco_group(order, order.lot or "") if grouped else None,
    )


async def ask_cancel(order: OrderRecord, ports: Ports, event: Happened) -> Recorded:
    """
    Record that *order* is to be cancelled (a CANCEL_ASKED event), and ask its venue where that may hold it.

    One that was never sent is over at once; one that is being sent is cancelled as soon as it works.
    """
    recorded = await ports.record(Change(order.order_id, event))
    after = recorded.after
    at_venue = (OrderStatus.PENDING_CANCEL, OrderStatus.UNKNOWN, OrderStatus.PARKED)
    if after is not None and after.status in at_venue:
        await cancel_at_venue(after, ports)
    return recorded
