"""The ACTIVE allocation beside the newest proposal, strategy by strategy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from mathematricks.accounting.position import total
from mathematricks.contracts.allocations import OptimizationSummary, PortfolioAllocation
from mathematricks.contracts.base import Mode
from mathematricks.contracts.money_views import AllocationLine, AllocationView

from dashboard_processor.domain.payouts import CENT, tidy


@dataclass(frozen=True)
class Worth:
    """The equity of each mode that is known, in one currency; LIVE and PAPER are never summed."""

    currency: str
    equity: Mapping[Mode, Decimal]

    def of(self, share: Decimal) -> dict[Mode, Decimal]:
        """Return what *share* percent of each mode's equity is, to the cent, rounded down."""
        return {
            mode: (equity * share / 100).quantize(CENT, rounding=ROUND_DOWN) for mode, equity in self.equity.items()
        }


def allocation_view(
    active: PortfolioAllocation | None,
    proposal: PortfolioAllocation | None,
    run: OptimizationSummary | None,
    worth: Worth,
    now: datetime,
) -> AllocationView:
    """Return both allocations line by line, and the likeness of strategies that *run* was computed with."""
    current = _percents(active)
    proposed = _percents(proposal)
    lines = tuple(
        AllocationLine(
            strategy_id=name,
            current=current.get(name, Decimal(0)) if active else None,
            proposed=proposed.get(name, Decimal(0)) if proposal else None,
            change=proposed.get(name, Decimal(0)) - current.get(name, Decimal(0)) if proposal else None,
            capital=worth.of(active.allocations.get(name, Decimal(0))) if active else {},
        )
        for name in sorted({*current, *proposed})
    )
    return AllocationView(
        allocation_id=active.allocation_id if active else None,
        approved_by=active.approved_by if active else None,
        active_since=active.updated_at if active else None,
        proposal_id=proposal.allocation_id if proposal else None,
        proposed_at=proposal.created_at if proposal else None,
        run_id=run.run_id if run else None,
        currency=worth.currency,
        lines=lines,
        current_total=total(current.values()),
        proposed_total=total(proposed.values()) if proposal else None,
        measures=dict(run.measures) if run else {},
        names=tuple(run.weights) if run and run.correlation else (),
        correlation=run.correlation if run else (),
        as_of=now,
        expected_every=20.0,
    )


def _percents(allocation: PortfolioAllocation | None) -> dict[str, Decimal]:
    """Shares in percent as pages show them: to two decimals."""
    return {name: tidy(share.quantize(CENT)) for name, share in allocation.allocations.items()} if allocation else {}
