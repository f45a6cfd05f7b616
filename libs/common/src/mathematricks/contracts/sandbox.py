"""Simulations: what is asked of the sandbox, how far it is, and what came of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from mathematricks.contracts.allocations import Fraction, Method, OptimizationTerms, SeriesUsed, Why
from mathematricks.contracts.backtests import BacktestFile, IsoDay
from mathematricks.contracts.base import Id, Instant, Message
from mathematricks.contracts.strategies import StrategyId

Cadence = Literal["weekly", "monthly", "quarterly", "yearly"]
ScenarioKind = Literal["historical", "bootstrapped", "stressed"]
RunStatus = Literal["QUEUED", "RUNNING", "DONE", "FAILED", "CANCELLED", "INTERRUPTED"]
ENDED: frozenset[str] = frozenset({"DONE", "FAILED", "CANCELLED", "INTERRUPTED"})
MOST_STRATEGIES = 50


class SimulatedSettings(Message):
    """The desk's settings to try; what is not said stays as the desk has it."""

    method: Method | None = None
    confidence: Annotated[float, Field(ge=0.5, lt=1)] | None = Field(None, description="Of the optimiser and the gate")
    cvar_limit: Fraction | None = Field(None, description="Of the optimiser and the gate, a share of equity per day")
    drawdown: Fraction | None = Field(None, description="Of max_cagr_drawdown")
    cap: Fraction | None = Field(None, description="Most of one strategy, a share of equity")
    leverage: Annotated[float, Field(gt=0, le=2)] | None = Field(None, description="Most of all together")
    invested: Annotated[float, Field(ge=0, le=2)] | None = Field(None, description="Least of all together")
    margin_limit: Fraction | None = Field(None, description="Share of equity that margin may tie up")
    correlation_threshold: Annotated[float, Field(ge=0, lt=1)] | None = None
    slippage_limit: Fraction | None = Field(None, description="Share of the expected alpha that may be gone")


class HypotheticalStrategy(Message):
    """A strategy that the desk does not have: its daily returns as a file, and what cannot be read from it."""

    strategy_id: StrategyId
    file: BacktestFile
    margin_per_unit: Annotated[float, Field(ge=0, le=10)] | None = Field(None, description="Null: as the file says")
    expected_alpha: Annotated[float, Field(gt=0, lt=10)] | None = Field(None, description="Null: as the file says")


class Scenario(Message):
    """
    The days that are lived through.

    ``historical``: as they were. ``bootstrapped``: days that all strategies share, drawn in blocks. ``stressed``:
    as they were, but wilder, more alike, with a worse mean, and with crashes.
    """

    kind: ScenarioKind = "historical"
    start: IsoDay | None = Field(None, description="First day traded; what was before is only learnt from")
    end: IsoDay | None = None
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0
    block: Annotated[int, Field(ge=1, le=1000, description="Days drawn together")] = 21
    days: Annotated[int, Field(ge=300, le=20_000)] | None = Field(None, description="Drawn; null: as many as there are")
    paths: Annotated[int, Field(ge=1, le=50, description="Histories drawn; the curve shown is the middle one's")] = 1
    volatility: Annotated[float, Field(gt=0, le=10, description="Times as wild")] = 1.0
    haircut: Annotated[float, Field(ge=0, le=2, description="Part of the mean return that is lost")] = 0.0
    correlation: Annotated[float, Field(ge=0, le=1, description="Pull towards the common move")] = 0.0
    crashes: Annotated[int, Field(ge=0, le=1000, description="Days on which every strategy falls")] = 0
    crash: Annotated[float, Field(ge=0, le=50, description="How far: in the strategy's own daily deviations")] = 6.0

    @model_validator(mode="after")
    def _of_its_kind(self) -> Scenario:
        if self.kind != "bootstrapped" and self.paths > 1:
            raise ValueError("only a bootstrapped scenario has several paths")
        if self.start and self.end and self.start >= self.end:
            raise ValueError("the scenario ends before it starts")
        return self


class SimulationRequest(Message):
    """One simulation: settings and strategies tried over a scenario, beside the desk as it is."""

    name: Annotated[str, Field(max_length=200)] = ""
    reason: Why = ""
    settings: SimulatedSettings = SimulatedSettings()
    scenario: Scenario = Scenario()
    strategies: Annotated[tuple[StrategyId, ...], Field(max_length=MOST_STRATEGIES)] | None = Field(
        None, description="Of the desk's own; null: those that the nightly optimisation takes"
    )
    hypothetical: Annotated[tuple[HypotheticalStrategy, ...], Field(max_length=20)] = ()
    weights: dict[StrategyId, Annotated[float, Field(ge=0, le=2)]] | None = Field(
        None, max_length=MOST_STRATEGIES, description="Kept for the whole time instead of optimising; shares of equity"
    )
    reoptimise: Cadence = "monthly"
    trades: Cadence | None = Field(None, description="How often strategies close and open anew; null: as reoptimise")
    equity: Annotated[float, Field(ge=1000, le=1e12)] = 1_000_000.0
    cost: Annotated[float, Field(ge=0, le=0.1, description="Fraction of what is traded to change sizes")] = 0.0002
    delay_minutes: Annotated[
        float, Field(ge=0, le=390, description="From signal to decision; the market moves meanwhile, by the seed")
    ] = 0.0
    compare: bool = Field(True, description="Simulate the desk as it is, too")

    @field_validator("hypothetical")
    @classmethod
    def _each_once(cls, given: tuple[HypotheticalStrategy, ...]) -> tuple[HypotheticalStrategy, ...]:
        if len({one.strategy_id for one in given}) < len(given):
            raise ValueError("two hypothetical strategies have the same name")
        return given


class SimulatedFigures(Message):
    """What a simulated desk came to; everything but money, days and counts is a fraction."""

    days: int
    first: IsoDay
    last: IsoDay
    final_equity: float
    total_return: float
    annual_return: float = Field(description="Compound, per 252 days")
    volatility: float = Field(description="Per year of 252 days")
    sharpe: float
    max_drawdown: float = Field(description="At most 0")
    cvar: float = Field(description="Mean loss of the worst days, a share of equity per day")
    confidence: float = Field(description="Of that CVaR")
    worst_day: float
    mean_leverage: float
    max_leverage: float
    mean_margin: float
    max_margin: float
    turnover: float = Field(description="Traded to change sizes, per year, in equities")
    costs: float = Field(description="Money")
    decided: int
    refused: int


class SimulatedCurve(Message):
    """Days thinned to at most 1,500 points: where each stretch ended, its deepest drawdown, its highest leverage."""

    days: tuple[IsoDay, ...]
    equity: tuple[float, ...]
    drawdown: tuple[float, ...]
    leverage: tuple[float, ...]


class SimulatedContribution(Message):
    """What one strategy brought."""

    strategy_id: Id
    hypothetical: bool = False
    joined: IsoDay | None = Field(description="First day it could be allotted anything; null: never")
    gain: float = Field(description="Money, costs included")
    share: float = Field(description="Of the desk's whole gain")
    costs: float
    mean_weight: float = Field(description="Capital at work, a share of equity, mean of all days")
    days_held: int
    decided: int
    refused: int


class Reallocation(Message):
    """One walk-forward optimisation: what it saw ended the day before."""

    day: IsoDay
    outcome: Literal["OPTIMAL", "INFEASIBLE", "UNPROVED", "KEPT"]
    why: str = ""
    days: int = Field(description="Of the common window it saw")
    weights: dict[str, float]
    turnover: float = Field(description="Σ |change of weight| / 1")
    cvar: float | None = Field(None, description="Planned, per day")
    gap: float | None = Field(None, description="Of its proof")
    binding: tuple[str, ...] = ()


class SettingsUsed(Message):
    """Everything that one side was simulated under."""

    terms: OptimizationTerms
    margin_limit: float
    correlation_threshold: float
    slippage_limit: float


class Simulated(Message):
    """One simulated desk."""

    settings: SettingsUsed
    figures: SimulatedFigures
    curve: SimulatedCurve
    contributions: tuple[SimulatedContribution, ...]
    reallocations: tuple[Reallocation, ...]
    refusals: dict[str, int] = Field(description="Decisions that refused, by reason")
    shrunk: dict[str, int] = Field(description="Entries made smaller, by the cap that did it last")


class Spread(Message):
    """One figure over all paths: its fifth part in a hundred, its middle, and its ninety-fifth."""

    low: float
    middle: float
    high: float


class SimulationResult(Message):
    """Before (the desk as it is) and after (as asked), and after − before of each figure."""

    before: Simulated | None
    after: Simulated
    difference: dict[str, float] = Field(default_factory=dict)
    paths: dict[str, Spread] = Field(default_factory=dict, description="Of the asked desk, where several were drawn")
    notes: tuple[str, ...] = ()
    milliseconds: float


class SandboxProgress(Message):
    """How far a simulation is; it ends as DONE, FAILED, CANCELLED or INTERRUPTED."""

    run_id: Id
    status: RunStatus
    progress: Annotated[float, Field(ge=0, le=1)] = 0.0
    stage: str = ""
    why: str = ""


class SandboxSummary(SandboxProgress):
    """One simulation without its curves."""

    name: str
    reason: Why = ""
    asked_by: str
    code_version: str
    inputs: dict[str, SeriesUsed]
    excluded: dict[str, str] = Field(default_factory=dict, description="Strategies left out, and why")
    inputs_hash: str = Field(description="Of everything that the result depends on")
    asked: dict[str, Any] = Field(description="The request, files left out")
    figures: SimulatedFigures | None = None
    difference: dict[str, float] = Field(default_factory=dict)
    created_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None


class SandboxRun(SandboxSummary):
    """One simulation with all that came of it."""

    result: SimulationResult | None = None


class SandboxRecord(SandboxRun):
    """A simulation as stored, with everything it is computed from, so that whoever runs it gets the same."""

    job: bytes = Field(b"", description="zlib of the job's JSON")
    runner: str = Field("", description="Process that runs it")
    beat_at: Instant | None = Field(None, description="When that process was last heard of")


class SandboxRuns(Message):
    """Simulations, the newest first."""

    items: tuple[SandboxSummary, ...]
