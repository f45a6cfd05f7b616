"""What optimising and the risk gate need of the world: returns, as kept and as aligned, and the runs made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from mathematricks.contracts.allocations import OptimizationRun, OptimizationSummary
from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.risk import PortfolioRisk
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

    async def keep(self, record: BacktestRecord) -> None:
        """Keep *record* instead of the one before, whose live returns stay."""


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
