"""One function per message: an order to carry out, a command about one, an event from a venue."""

from __future__ import annotations

from contextlib import suppress

from mathematricks.contracts.base import to_instant
from mathematricks.contracts.orders import OrderCommand, OrderRecord, OrderStatus, OrderTombstone, TradingOrder
from mathematricks.runtime.failpoints import failpoint

from execution.domain.orders import ExecType, Happened, last_attempt
from execution.domain.submission import first_record
from execution.ports import BrokerEvent, BrokerUnavailable, Change, Ports
from execution.steps.booking import order_id_of
from execution.steps.exiting import shares_of
from execution.steps.following import cancel, follow, go, record_and_follow
from execution.steps.looking import EVENT_OF, catch_up, change_of, find_order
from execution.steps.reporting import note_use
from execution.steps.starting import ask_again


async def on_order(order: TradingOrder, ports: Ports) -> None:
    """
    Claim the order, then carry out what it may do: go to its venue, wait, or end.

    A redelivered order finds its record: it is never claimed twice, and what is on record is
    published again. The intent is durable before the venue is called (RULES 7).
    """
    note_use(order.contract, ports)
    await go((await _as_record(order, ports),), ports)


async def on_command(command: OrderCommand, ports: Ports) -> None:
    """Cancel the order, wherever it is; one that has not arrived is cancelled as it arrives."""
    order = await find_order(command.order_id, ports)
    if order is None:
        now = to_instant(command.given_at)
        ports.blotter.tombstones[command.order_id] = command.command_id
        grave = OrderTombstone(order_id=command.order_id, command_id=command.command_id, kept_at=now)
        await ports.orders.bury(grave)
        await failpoint("execution.buried")
        order = ports.blotter.find(command.order_id)
    if order is not None and command.command_id not in order.commands:
        await cancel(order, _asked_by(command, ports), ports)


async def on_broker_event(event: BrokerEvent, ports: Ports) -> None:
    """Record what a venue tells unasked, and do what follows from it; ask it where it may not have been heard."""
    if event.kind == "reconnected":
        await ask_again(event.account, ports)
        return
    if (overtaken := _ended_before_its_fills(event, ports)) is not None:
        await _take_its_fills_first(overtaken, ports)
        return
    change = _change(event, ports)
    if change is not None:
        await record_and_follow(change, ports)


def _ended_before_its_fills(event: BrokerEvent, ports: Ports) -> OrderRecord | None:
    """
    Return the order whose end overtook fills of it; None where nothing is missing.

    Told as it is, the end would let go of the margin and the exits that those fills still need.
    """
    order_id, attempt = order_id_of(event.client_order_id)
    order = ports.blotter.find(order_id) if order_id is not None and event.filled else None
    if order is None or event.filled is None or event.status == "WORKING" or attempt != last_attempt(order):
        return None
    return order if order.attempts[-1].filled < event.filled else None


async def _take_its_fills_first(order: OrderRecord, ports: Ports) -> None:
    """A venue that does not answer now is asked again: the order lives until it has said what became of it."""
    with suppress(BrokerUnavailable):
        _, recorded = await catch_up(order, ports)
        for done in recorded:
            await follow(done, ports)


async def _as_record(order: TradingOrder, ports: Ports) -> OrderRecord:
    """An exit of several lots is split over them on arrival, so that each lot knows what is left of it."""
    record = first_record(order, ports.worker, ports.clock.now())
    unsplit = bool(order.closes) and not record.shares and order.quantity is not None
    if unsplit and order.order_id not in ports.blotter:
        return record.model_copy(update={"shares": await shares_of(record, ports)})
    return record


def _asked_by(command: OrderCommand, ports: Ports) -> Happened:
    return Happened(
        ExecType.CANCEL_ASKED,
        ports.clock.now(),
        "cancelled as asked",
        ends_as=OrderStatus.CANCELLED,
        command=command.command_id,
    )


def _change(event: BrokerEvent, ports: Ports) -> Change | None:
    """A status concerns an order of ours or nobody; a fill is always booked."""
    if event.fill is not None:
        return change_of(event.fill, ports)
    order_id, attempt = order_id_of(event.client_order_id)
    kind = ExecType.CANCEL_REJECTED if event.kind == "cancel_rejected" else EVENT_OF.get(event.status or "")
    if order_id is None or kind is None:
        return None
    return Change(order_id, Happened(kind, ports.clock.now(), event.reason[:500] or None, attempt))
