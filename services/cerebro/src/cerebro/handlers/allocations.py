"""Allocations are set by hand, or proposed and then approved or rejected; each act once, by whom, when and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from mathematricks.contracts.allocations import Approval, CustomAllocation, Deed, PortfolioAllocation, Rejection
from mathematricks.contracts.base import derive_id
from mathematricks.runtime.errors import Refusal

from cerebro.domain.approval import Act, Change, NotPending, approve, done_already, reject, set_by_hand, totals
from cerebro.handlers.ports import Ports

log = structlog.get_logger(__name__)

TRIES = 20


async def activate_custom(wanted: CustomAllocation, ports: Ports) -> PortfolioAllocation:
    """Record *wanted* as ACTIVE and archive the allocation before; both or neither."""
    now, key = ports.world.clock.now(), wanted.idempotency_key
    said = ",".join(f"{name}={percent}" for name, percent in sorted(wanted.allocations.items()))
    allocation = PortfolioAllocation(
        allocation_id=derive_id("a", key or now.isoformat(), wanted.approved_by, wanted.reason, said),
        allocations=wanted.allocations,
        status="ACTIVE",
        metrics=dict(totals(wanted.allocations.values())),
        approved_by=wanted.approved_by,
        reason=wanted.reason,
        created_at=now,
        updated_at=now,
    )
    act = Act(wanted.approved_by, now, wanted.reason, key)

    async def attempt() -> tuple[Change, ...]:
        return set_by_hand(allocation, await ports.allocations.active(), act)

    return await _once(allocation.allocation_id, "set", act, attempt, ports)


async def approve_recommendation(wanted: Approval, by: str, ports: Ports) -> PortfolioAllocation:
    """
    Make a recommendation ACTIVE from the next signal on, and return it.

    Raises:
        Refusal: 404 there is none, 400 it does not wait for approval, 409 the key was used for something else.
    """
    act = Act(by, ports.world.clock.now(), wanted.reason, wanted.idempotency_key)
    meant = await _meant(wanted.allocation_id, act.key, ports)

    async def attempt() -> tuple[Change, ...]:
        return _or_refuse(approve(await _known(meant, ports), await ports.allocations.active(), act), "approved")

    return await _once(meant, "approved", act, attempt, ports)


async def reject_recommendation(wanted: Rejection, by: str, ports: Ports) -> PortfolioAllocation:
    """Reject a recommendation and return it; refusals as for an approval."""
    act = Act(by, ports.world.clock.now(), wanted.reason, wanted.idempotency_key)
    meant = await _meant(wanted.allocation_id, act.key, ports)

    async def attempt() -> tuple[Change, ...]:
        return _or_refuse(reject(await _known(meant, ports), act), "rejected")

    return await _once(meant, "rejected", act, attempt, ports)


async def latest_recommendation(ports: Ports) -> PortfolioAllocation:
    """Return what waits for approval; refuse with 404 where nothing does."""
    waiting = await ports.allocations.newest(1, "PENDING_APPROVAL")
    if not waiting:
        raise Refusal(404, "No recommendation waits for approval; POST /api/portfolio/allocations/optimize makes one")
    return waiting[0]


Attempt = Callable[[], Awaitable[tuple[Change, ...]]]


async def _once(allocation_id: str, deed: Deed, act: Act, attempt: Attempt, ports: Ports) -> PortfolioAllocation:
    """Do it unless this very act was done; whoever was faster is looked at before it is tried again."""
    for _ in range(TRIES):
        if used := await _used(act.key, ports):
            return _same_act(used, allocation_id, deed, act.key)
        try:
            changes = await attempt()
        except Refusal:
            if used := await _used(act.key, ports):  # the same act, sent twice, was done a moment ago
                return _same_act(used, allocation_id, deed, act.key)
            raise
        if await ports.allocations.apply(changes):
            log.info("allocation." + deed, allocation_id=allocation_id, by=act.by)
            return changes[-1].after
    raise Refusal(503, "Others change allocations all the time; try again in a moment")


def _same_act(used: PortfolioAllocation, allocation_id: str, deed: Deed, key: str | None) -> PortfolioAllocation:
    if used.allocation_id == allocation_id and done_already(used, deed, key):
        return used
    raise Refusal(409, "This idempotency key was used for another change; take a new one")


async def _meant(allocation_id: str | None, key: str | None, ports: Ports) -> str:
    """Return which allocation is meant: the one named, what the key was used on, or the latest recommendation."""
    if allocation_id is not None:
        return allocation_id
    if used := await _used(key, ports):
        return used.allocation_id
    waiting = await ports.allocations.newest(1, "PENDING_APPROVAL")
    meant = waiting[0] if waiting else await _used(key, ports) or await latest_recommendation(ports)
    return meant.allocation_id


async def _used(key: str | None, ports: Ports) -> PortfolioAllocation | None:
    return await ports.allocations.by_key(key) if key else None


async def _known(allocation_id: str, ports: Ports) -> PortfolioAllocation:
    found = await ports.allocations.find(allocation_id)
    if found is None:
        raise Refusal(404, "There is no such allocation")
    return found


def _or_refuse(changes: tuple[Change, ...] | NotPending, done: str) -> tuple[Change, ...]:
    if isinstance(changes, NotPending):
        raise Refusal(400, f"It is {changes.status}; only what is PENDING_APPROVAL can be {done}")
    return changes
