"""Allocations: how much of the equity each strategy may use."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from mathematricks.contracts.base import Id, Instant, Message

AllocationStatus = Literal["PENDING_APPROVAL", "ACTIVE", "ARCHIVED", "REJECTED"]
Percent = Annotated[Decimal, Field(ge=0, le=200, description="Per cent of equity")]


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
