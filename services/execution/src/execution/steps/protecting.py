"""Protect: keep stop-loss and take-profit of an entry in line with what is left of its lot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.controls.switches import in_force, is_at_least
from execution.domain.exits import Lot, held_of, left_of
from execution.domain.orders import PROTECTIVE, ExecType, Happened
from execution.domain.protection import Guard, guard
from execution.domain.submission import first_record
from execution.ports import Change, Claimed, Ports
from execution.steps.coalescing import one_at_a_time

Go = Callable[[tuple[OrderRecord, ...], Ports], Awaitable[list[Claimed]]]
Cancel = Callable[[OrderRecord, Happened, Ports], Awaitable[None]]


async def tidy_lot(entry_id: str, ports: Ports, go: Go, cancel: Cancel) -> None:
    """Cancel protection that no longer fits the lot of *entry_id*, and place what does."""

    async def tidy() -> None:
        known = ports.blotter.find(entry_id)
        if known is not None and _stays_unprotected(known, ports):
            return
        entry = next(iter(await ports.orders.load([entry_id])), None)
        if entry is None or not entry.watched or _stays_unprotected(entry, ports):
            return
        closers = await ports.orders.of_lots([entry_id])
        newer = await _newer_lots(entry, ports)
        there_is = held_of(entry, ports.blotter.held(entry.account, entry.instrument), newer)
        wanted = guard(entry, closers, there_is, ports.clock.now())
        await _bring_about(entry, wanted, closers, (ports, go, cancel))

    await one_at_a_time(f"lot:{entry_id}", ports, tidy)


async def _newer_lots(entry: OrderRecord, ports: Ports) -> list[Lot]:
    """Return the lots that the strategy has opened there since, as far as any is held, in step with the blotter."""
    place = entry.account, entry.instrument
    if entry.strategy_id not in ports.blotter.sub_positions(*place):
        return []
    found = await ports.orders.entries_of(entry.strategy_id, place, since=entry.decided_at)
    newer = [one for one in found if one.side == entry.side and _age(one) > _age(entry)]
    closers = await ports.orders.of_lots(one.order_id for one in newer) if newer else []
    return left_of([ports.blotter.find(one.order_id) or one for one in newer], closers)


def _age(order: OrderRecord) -> tuple[datetime, int, int]:
    return order.decided_at, order.seq, order.leg_index


def _stays_unprotected(entry: OrderRecord, ports: Ports) -> bool:
    """The kill switch takes protection away: it is not made anew while that is in force, nor looked at."""
    controls = ports.oversight.controls
    switch = in_force(controls, entry.account, entry.strategy_id) if controls is not None else None
    return is_at_least(switch, "cancel_resting")


async def _bring_about(
    entry: OrderRecord, wanted: Guard, closers: list[OrderRecord], acts: tuple[Ports, Go, Cancel]
) -> None:
    ports, go, cancel = acts
    now = ports.clock.now()
    for order in closers:
        if order.order_id in wanted.cancel:
            why = "no longer fits what is left of its lot"
            await cancel(order, Happened(ExecType.CANCEL_ASKED, now, why, ends_as=OrderStatus.CANCELLED), ports)
    if entry.live and any(order.purpose in PROTECTIVE and order.filled for order in closers):
        why = "its stop or its target was hit"
        await cancel(entry, Happened(ExecType.CANCEL_ASKED, now, why, ends_as=OrderStatus.CANCELLED), ports)
    if wanted.place:
        pair = tuple(first_record(order, ports.worker, now, lot=entry.order_id) for order in wanted.place)
        await go(pair, ports)
    if wanted.over and not entry.unwinding:
        event = Happened(ExecType.NOTED, now, but={"watched": False})
        await ports.record(Change(entry.order_id, event))
