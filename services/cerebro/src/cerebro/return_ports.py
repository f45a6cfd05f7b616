"""What optimising and the risk gate need of the world: returns, as kept and as aligned, and the runs made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from mathematricks.contracts.allocations import OptimizationRun, OptimizationSummary
from mathematricks.contracts.backtests import BacktestRecord, DailyReturn, LiveMark
from mathematricks.contracts.risk import PortfolioRisk
from mathematricks.contracts.sandbox import RunStatus, SandboxRecord, SandboxRun, SandboxSummary, SimulationResult
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.quant.returns import Panel

from cerebro.domain.backtests.cells import Cell
from cerebro.domain.tail_risk import History


class Runs(Protocol):
    """Optimisations as they were run, and who may take part."""

    async def strategies(self) -> Sequence[StrategyConfiguration]:
        """Return every strategy of the registry, by id."""

    async def add(self, run: OptimizationRun) -> None:
        """Record *run*."""

    async def find(self, run_id: str) -> OptimizationRun | None:
        """Return the run with this id."""

    async def newest(self, limit: int) -> Sequence[OptimizationSummary]:
        """Return the newest runs, without their returns."""

    async def take(self, name: str, until: datetime, now: datetime) -> bool:
        """Take the lease *name*; False where it is held or done. Not finished by *until*, it may be taken again."""

    async def finish(self, name: str) -> None:
        """Note that what the lease was for is done."""


class Backtests(Protocol):
    """One record per strategy; a newer file takes the place of the older."""

    async def find(self, strategy_id: str) -> BacktestRecord | None:
        """Return the strategy's record."""

    async def all(self) -> Sequence[BacktestRecord]:
        """Return every strategy's record, by id."""

    async def names(self) -> Sequence[str]:
        """Return which strategies have a record, by id."""

    async def keep(self, record: BacktestRecord) -> None:
        """Keep *record* instead of the one before, whose live returns stay."""

    async def lived(self, strategy_id: str, mark: LiveMark, known: LiveMark | None, made: DailyReturn | None) -> bool:
        """Put *mark* in the place of *known*, with the return *made* since; False where another did."""


Tables = Callable[[str, bytes], Sequence[Sequence[Cell]]]
"""A file's name and content as rows of cells; raises ``ValueError`` for what is no table."""


class Histories(Protocol):
    """Aligned returns, each kept under the hash of its content."""

    async def marks(self) -> object:
        """Return what differs whenever some strategy's returns do."""

    async def keep(self, history: History, panel: Panel, now: datetime) -> None:
        """Keep *history*, made of *panel*, unless it is kept already."""

    async def find(self, history_id: str) -> History | None:
        """Return a kept history."""

    async def tell(self, risk: PortfolioRisk) -> None:
        """Record how a portfolio's book stands."""


class Simulations(Protocol):
    """Simulations as they were asked for, with how far each is."""

    async def add(self, record: SandboxRecord) -> None:
        """Record one that waits."""

    async def find(self, run_id: str) -> SandboxRun | None:
        """Return the simulation with this id, without what it is computed from."""

    async def newest(self, limit: int) -> Sequence[SandboxSummary]:
        """Return the newest, without their curves."""

    async def claim(self, runner: str, now: datetime) -> tuple[str, bytes] | None:
        """Take the oldest that waits: its id and its job; None: none waits."""

    async def beat(self, run_id: str, runner: str, told: Told) -> bool:
        """Record how far it is; False where it is not *runner*'s to run any more."""

    async def end(self, run_id: str, told: Ended) -> bool:
        """Record how it ended; False where it had ended before."""

    async def abandoned(self, before: datetime, now: datetime) -> Sequence[str]:
        """End as INTERRUPTED what nobody was heard to run since *before*; return their ids."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far a simulation is, a fraction, and what it does."""

    progress: float
    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How a simulation ended, when and why, and what came of it."""

    status: RunStatus
    at: datetime
    why: str = ""
    result: SimulationResult | None = None


class SimulationFailed(Exception):
    """A simulation did not come to its end; the text says why."""


class Workshop(Protocol):
    """Where simulations are computed: beside the desk, never in it."""

    async def compute(self, job: bytes, heard: Callable[[float, str], Awaitable[None]]) -> SimulationResult:
        """
        Return what comes of *job*, telling *heard* how far it is; cancelled, it leaves nothing running.

        Raises:
            SimulationFailed: It did not come to its end.
        """


@dataclass(frozen=True)
class Sandbox:
    """Simulations, where they are computed, and what this process has in hand of them."""

    runs: Simulations
    workshop: Workshop
    runner: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    hand: dict[str, asyncio.Task[None]] = field(default_factory=dict)
