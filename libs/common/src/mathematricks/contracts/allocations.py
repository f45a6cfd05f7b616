"""Allocations: how much of the equity each strategy may use."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mathematricks.contracts.base import Id, Instant, Message

AllocationStatus = Literal["PENDING_APPROVAL", "ACTIVE", "ARCHIVED", "REJECTED"]
MOST_ALLOCATED = Decimal(200)
"""Per cent of equity that all strategies together may use: leverage of two."""

Percent = Annotated[
    Decimal, Field(ge=0, le=MOST_ALLOCATED, max_digits=20, decimal_places=12, description="Per cent of equity")
]
StrategyName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f$.][^\x00-\x1f]*$")]


class PortfolioAllocation(Message):
    """One allocation document; at most one is ACTIVE."""

    allocation_id: Id
    allocations: dict[str, Percent]
    status: AllocationStatus
    metrics: dict[str, Any] = Field(default_factory=dict)
    approved_by: str | None = None
    reason: str = ""
    created_at: Instant
    updated_at: Instant


class CustomAllocation(Message):
    """An allocation that a portfolio manager sets by hand; it becomes ACTIVE at once."""

    allocations: dict[StrategyName, Percent] = Field(
        max_length=1000, examples=[{"SPX_1-D_Opt": "13.25", "Forex": "6.54"}]
    )
    reason: Annotated[str, Field(max_length=2000)] = ""
    approved_by: Annotated[str, Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _within_the_leverage_limit(self) -> CustomAllocation:
        total = sum(self.allocations.values(), Decimal(0))
        if total > MOST_ALLOCATED:
            raise ValueError(f"the allocations sum to {total} %; at most {MOST_ALLOCATED} % may be allocated")
        return self
