"""Unwind: when one leg of a group fails, cancel the others, close what they filled, and say so."""

from __future__ import annotations

from mathematricks.contracts.orders import OrderRecord, OrderStatus

from execution.domain.controls.switches import in_force, is_at_least
from execution.domain.groups import failure, in_the_way, is_unwound, to_unwind
from execution.domain.orders import ExecType, Happened
from execution.domain.submission import first_record
from execution.ports import Change, Ports
from execution.steps.coalescing import one_at_a_time
from execution.steps.protecting import Cancel, Go
from execution.steps.telling import alert


async def tidy_group(group: tuple[str, str], ports: Ports, go: Go, cancel: Cancel) -> None:
    """If the group *group* has failed, bring it a step nearer to flat."""

    async def tidy() -> None:
        legs = ports.blotter.legs(group)
        if legs and _is_flattened(legs[0], ports):
            return  # the kill switch closes what the legs filled
        reason = failure(legs, ports.clock.now())
        if reason is None and not any(leg.unwinding for leg in legs):
            return
        await _declare_failed(legs, reason or "a leg failed", ports)
        await _undo(ports.blotter.legs(group), (ports, go, cancel))

    await one_at_a_time(f"group:{group}", ports, tidy)


def _is_flattened(leg: OrderRecord, ports: Ports) -> bool:
    controls = ports.oversight.controls
    return controls is not None and is_at_least(in_force(controls, leg.account, leg.strategy_id), "flatten")


async def _declare_failed(legs: list[OrderRecord], reason: str, ports: Ports) -> None:
    """Mark every leg, so that a restart goes on, and raise the alert the first time."""
    marked = {"unwinding": True, "watched": True}
    fresh = [leg for leg in legs if not leg.unwinding]
    for leg in fresh:
        await ports.record(Change(leg.order_id, Happened(ExecType.NOTED, ports.clock.now(), but=marked)))
    if fresh:
        title = f"A group of {len(legs)} legs failed and is undone: {reason}"
        key = f"group.failed:{legs[0].signal_id}"
        await alert(ports, "critical", key, title[:500], signal_id=legs[0].signal_id, account=legs[0].account)


async def _undo(legs: list[OrderRecord], acts: tuple[Ports, Go, Cancel]) -> None:
    ports, go, cancel = acts
    now = ports.clock.now()
    why = "another leg of its group failed"
    for leg in legs:
        if leg.live and leg.ends_as is None:
            await cancel(leg, Happened(ExecType.CANCEL_ASKED, now, why, ends_as=OrderStatus.CANCELLED), ports)
    closers = await ports.orders.of_lots(leg.order_id for leg in legs)
    for order in in_the_way(legs, closers):
        if order.ends_as is None:
            await cancel(order, Happened(ExecType.CANCEL_ASKED, now, why, ends_as=OrderStatus.CANCELLED), ports)
    current = [ports.blotter.find(leg.order_id) or leg for leg in legs]
    for leg in current:
        closing = to_unwind(leg, closers, now)
        if closing is not None:
            await go((first_record(closing, ports.worker, now, lot=leg.order_id),), ports)
    if is_unwound(current, closers):
        for leg in current:
            if leg.watched:
                done = Happened(ExecType.NOTED, now, but={"watched": False})
                await ports.record(Change(leg.order_id, done))
