"""An allocation set by hand becomes the ACTIVE one."""

from __future__ import annotations

from decimal import Decimal

import structlog
from mathematricks.contracts.allocations import CustomAllocation, PortfolioAllocation
from mathematricks.contracts.base import derive_id

from cerebro.handlers.ports import Ports

log = structlog.get_logger(__name__)


async def activate_custom(wanted: CustomAllocation, ports: Ports) -> PortfolioAllocation:
    """Record *wanted* as ACTIVE and archive the allocation before; both or neither."""
    now = ports.world.clock.now()
    total = sum(wanted.allocations.values(), Decimal(0))
    said = ",".join(f"{name}={percent}" for name, percent in sorted(wanted.allocations.items()))
    allocation = PortfolioAllocation(
        allocation_id=derive_id("a", now.isoformat(), wanted.approved_by, wanted.reason, said),
        allocations=wanted.allocations,
        status="ACTIVE",
        metrics={"total_allocation_pct": total, "leverage_ratio": total / 100},
        approved_by=wanted.approved_by,
        reason=wanted.reason,
        created_at=now,
        updated_at=now,
    )
    await ports.allocations.activate(allocation)
    log.info("allocation.activated", allocation_id=allocation.allocation_id, strategies=len(wanted.allocations))
    return allocation
