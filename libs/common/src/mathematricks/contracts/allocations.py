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


Deed = Literal["proposed", "approved", "set", "rejected", "archived"]
Key = Annotated[str, Field(min_length=8, max_length=200, description="The same key again is the same act again")]
Why = Annotated[str, Field(max_length=2000)]


class AllocationEvent(Message):
    """Who did what to an allocation, when and why."""

    at: Instant
    by: Annotated[str, Field(max_length=200)]
    deed: Deed
    reason: Why = ""
    key: Key | None = None


class PortfolioAllocation(Message):
    """One allocation document; at most one is ACTIVE."""

    allocation_id: Id
    allocations: dict[str, Percent]
    status: AllocationStatus
    metrics: dict[str, Any] = Field(default_factory=dict)
    approved_by: str | None = None
    reason: str = ""
    run_id: Id | None = Field(None, description="Optimisation that proposed it; None: set by hand")
    history: tuple[AllocationEvent, ...] = ()
    created_at: Instant
    updated_at: Instant


class CustomAllocation(Message):
    """An allocation that a portfolio manager sets by hand; it becomes ACTIVE at once."""

    allocations: dict[StrategyName, Percent] = Field(
        max_length=1000, examples=[{"SPX_1-D_Opt": "13.25", "Forex": "6.54"}]
    )
    reason: Why = ""
    approved_by: Annotated[str, Field(min_length=1, max_length=200)]
    idempotency_key: Key | None = None

    @model_validator(mode="after")
    def _within_the_leverage_limit(self) -> CustomAllocation:
        total = sum(self.allocations.values(), Decimal(0))
        if total > MOST_ALLOCATED:
            raise ValueError(f"the allocations sum to {total} %; at most {MOST_ALLOCATED} % may be allocated")
        return self


class Approval(Message):
    """Approve a recommendation: the one named, or the latest."""

    allocation_id: Id | None = None
    reason: Why = ""
    idempotency_key: Key | None = None


class Rejection(Message):
    """Reject a recommendation: the one named, or the latest; the reason is kept."""

    allocation_id: Id | None = None
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    idempotency_key: Key | None = None


class Allocations(Message):
    """Allocations, the newest first."""

    items: tuple[PortfolioAllocation, ...]


Method = Literal["max_return_cvar", "min_cvar", "max_sharpe", "min_volatility", "risk_parity", "max_cagr_drawdown"]
Fraction = Annotated[float, Field(gt=0, le=1)]


class OptimizationTerms(Message):
    """What an optimisation is run with; weights and limits are fractions of equity."""

    method: Method = "max_return_cvar"
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95
    cvar_limit: Fraction | None = Field(0.02, description="Most that the mean of the worst days may lose")
    drawdown: Fraction = Field(0.20, description="Of max_cagr_drawdown")
    cap: Fraction = Field(0.5, description="Most of one strategy")
    leverage: Annotated[float, Field(gt=0, le=2)] = Field(2.0, description="Most of all together")
    invested: Annotated[float, Field(ge=0, le=2)] | None = Field(
        None, description="Least of all together; None: 1 where risk alone is minimised, which else is to hold nothing"
    )


class OptimizationRequest(Message):
    """Run an optimisation now; what is not said is as for the nightly one."""

    method: Method | None = None
    confidence: Annotated[float, Field(ge=0.5, lt=1)] | None = None
    cvar_limit: Fraction | None = None
    drawdown: Fraction | None = None
    cap: Fraction | None = None
    leverage: Annotated[float, Field(gt=0, le=2)] | None = None
    invested: Annotated[float, Field(ge=0, le=2)] | None = None
    reason: Why = ""


class SeriesUsed(Message):
    """One strategy's returns as they went into a run."""

    days: int
    first: str
    last: str
    hash: str = Field(description="SHA-256 of its days and returns")
    margin_per_unit: float | None = None


class Certificate(Message):
    """Proof of optimality: no feasible weights can pass *dual*, and these reach *primal*."""

    primal: float
    dual: float
    gap: float
    violation: float
    method: str


class OptimizationSummary(Message):
    """One optimisation: what went in, what came out, and the proof."""

    run_id: Id
    outcome: Literal["OPTIMAL", "INFEASIBLE", "UNPROVED", "NOTHING_TO_OPTIMIZE"]
    why: str = ""
    terms: OptimizationTerms
    margin_limit: float
    inputs: dict[str, SeriesUsed] = Field(default_factory=dict)
    inputs_hash: str = ""
    excluded: dict[str, str] = Field(default_factory=dict, description="Strategies left out, and why")
    weights: dict[str, float] = Field(default_factory=dict, description="Fractions of equity, exact")
    objective: float | None = None
    certificate: Certificate | None = None
    measures: dict[str, float] = Field(default_factory=dict)
    binding: tuple[str, ...] = ()
    prices: dict[str, float] = Field(default_factory=dict, description="Shadow price of each binding limit")
    correlation: tuple[tuple[float, ...], ...] = Field((), description="Of the strategies, in the order of weights")
    allocation_id: Id | None = Field(None, description="What it proposed")
    code_version: str
    asked_by: str
    reason: Why = ""
    started_at: Instant
    milliseconds: float


class OptimizationRun(OptimizationSummary):
    """A run as stored, with the aligned returns, compressed: it can be run again whatever the backtests are now."""

    days: int = 0
    panel: bytes = Field(b"", description="zlib of the aligned returns, days x strategies, little-endian doubles")


class OptimizationRuns(Message):
    """Optimisations, the newest first."""

    items: tuple[OptimizationSummary, ...]


class RiskAndReturn(Message):
    """One way to spread the equity: what its worst days lose on average, and what its days gain; shares of equity."""

    of: Literal["limit", "proposed", "current", "strategy"]
    name: str = ""
    cvar: float
    mean: float


class ReturnBin(Message):
    """How many days returned from *low* up to *high*, as shares of equity."""

    low: float
    high: float
    days: int


class OptimizationPicture(Message):
    """An optimisation seen: what more risk would bring, and how the proposal's days would have been spread."""

    run_id: Id
    confidence: float
    frontier: tuple[RiskAndReturn, ...] = Field((), description="The most that each CVaR can bring, rising")
    beside: tuple[RiskAndReturn, ...] = Field(
        (), description="The proposal, the ACTIVE allocation, each strategy alone"
    )
    bins: tuple[ReturnBin, ...] = Field((), description="Days of the proposal by what they returned, rising")
    days: int = 0
    value_at_risk: float | None = Field(None, description="Loss of the proposal that the tail begins with")
    cvar: float | None = Field(None, description="Mean loss of the proposal's tail")


class Reproduction(Message):
    """A run made again from its stored inputs, beside what it gave then."""

    run_id: Id
    same: bool
    inputs_intact: bool = Field(description="The stored returns have the hash that was recorded")
    then: dict[str, float]
    now: dict[str, float]
    changed_since: tuple[str, ...] = Field((), description="Strategies whose backtest is another one today")


class Lease(Message):
    """Who does something that only one may do at a time, until when."""

    until: Instant
    done: bool = False
