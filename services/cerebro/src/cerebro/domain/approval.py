"""The life of an allocation: PENDING_APPROVAL, then ACTIVE or REJECTED, then ARCHIVED; each step signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from mathematricks.contracts.allocations import AllocationEvent, AllocationStatus, Deed, PortfolioAllocation

NEXT: Mapping[AllocationStatus, frozenset[AllocationStatus]] = {
    "PENDING_APPROVAL": frozenset({"ACTIVE", "REJECTED", "ARCHIVED"}),
    "ACTIVE": frozenset({"ARCHIVED"}),
    "REJECTED": frozenset(),
    "ARCHIVED": frozenset(),
}
"""What an allocation may become; there is no way back."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when and why. *key*: the same key again is the same act again."""

    by: str
    at: datetime
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One document as it will be; *before* is the status it must still have, None: it is new."""

    before: AllocationStatus | None
    after: PortfolioAllocation


@dataclass(frozen=True, slots=True)
class NotPending:
    """Only what waits for approval can be approved or rejected."""

    allocation_id: str
    status: AllocationStatus


def propose(proposal: PortfolioAllocation, waiting: Iterable[PortfolioAllocation], act: Act) -> tuple[Change, ...]:
    """Return the changes that make *proposal* the one recommendation; older ones that wait are archived."""
    older = Act(act.by, act.at, f"superseded by {proposal.allocation_id}")
    fresh = _told(proposal.model_copy(update={"status": "PENDING_APPROVAL"}), "proposed", act)
    return (*(_moved(one, "ARCHIVED", "archived", older) for one in waiting), Change(None, fresh))


def approve(
    allocation: PortfolioAllocation, active: PortfolioAllocation | None, act: Act
) -> tuple[Change, ...] | NotPending:
    """Return the changes that make *allocation* ACTIVE and archive the one that is."""
    if allocation.status != "PENDING_APPROVAL":
        return NotPending(allocation.allocation_id, allocation.status)
    approved = allocation.model_copy(update={"approved_by": act.by})
    return (*_archived(active, allocation, act), _moved(approved, "ACTIVE", "approved", act))


def reject(allocation: PortfolioAllocation, act: Act) -> tuple[Change, ...] | NotPending:
    """Return the change that rejects *allocation*."""
    if allocation.status != "PENDING_APPROVAL":
        return NotPending(allocation.allocation_id, allocation.status)
    return (_moved(allocation, "REJECTED", "rejected", act),)


def set_by_hand(allocation: PortfolioAllocation, active: PortfolioAllocation | None, act: Act) -> tuple[Change, ...]:
    """Return the changes that make a new allocation ACTIVE at once and archive the one that is."""
    fresh = _told(allocation.model_copy(update={"status": "ACTIVE"}), "set", act)
    return (*_archived(active, allocation, act), Change(None, fresh))


def done_already(allocation: PortfolioAllocation, deed: Deed, key: str | None) -> bool:
    """Whether *deed* was done to it under this very *key*."""
    return key is not None and any((event.deed, event.key) == (deed, key) for event in allocation.history)


def totals(shares: Iterable[Decimal]) -> dict[str, Decimal]:
    """Return what the shares, in per cent, come to."""
    total = sum(shares, Decimal(0))
    return {"total_allocation_pct": total, "leverage_ratio": total / 100}


def _archived(active: PortfolioAllocation | None, successor: PortfolioAllocation, act: Act) -> tuple[Change, ...]:
    if active is None:
        return ()
    return (_moved(active, "ARCHIVED", "archived", Act(act.by, act.at, f"{successor.allocation_id} took its place")),)


def _moved(one: PortfolioAllocation, status: AllocationStatus, deed: Deed, act: Act) -> Change:
    assert status in NEXT[one.status], f"{one.status} never becomes {status}"
    return Change(one.status, _told(one.model_copy(update={"status": status}), deed, act))


def _told(one: PortfolioAllocation, deed: Deed, act: Act) -> PortfolioAllocation:
    event = AllocationEvent(at=act.at, by=act.by, deed=deed, reason=act.reason, key=act.key)
    return one.model_copy(update={"history": (*one.history, event), "updated_at": act.at})
