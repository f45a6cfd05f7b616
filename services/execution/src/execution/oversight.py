"""What watching over the desk needs: the controls in memory, what was sent lately, how everyone stands, its records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.base import Mode
from mathematricks.contracts.controls import Controls, FlattenReport, RiskMarks, Scope
from mathematricks.contracts.reconciliation import ReconciliationReport

from execution.domain.controls.flattening import Flattening
from execution.domain.controls.tape import Tape
from execution.domain.controls.triggers import Level, StrategyResult
from execution.domain.orders import Place


class OversightStore(Protocol):
    """The records of oversight, durable; and account-data's results, read only."""

    async def keep_report(self, report: FlattenReport) -> None:
        """Keep what became of a firing; the newest word on it replaces the older."""

    async def reports(self, limit: int) -> list[FlattenReport]:
        """Return the newest firings that flattened first."""

    async def report(self, generation: int) -> FlattenReport | None:
        """Return what became of one firing."""

    async def keep_marks(self, marks: RiskMarks) -> None:
        """Keep the marks of one scope and mode."""

    async def marks(self) -> list[RiskMarks]:
        """Return the marks of every scope."""

    async def keep_reconciliation(self, report: ReconciliationReport) -> None:
        """Keep the report of a run."""

    async def reconciliations(self, limit: int) -> list[ReconciliationReport]:
        """Return the newest runs first."""

    async def cvar(self, mode: Mode) -> tuple[Decimal, datetime] | None:
        """Return the book's CVaR as Cerebro last reckoned it, and when; None where it never has."""

    async def results(self) -> Sequence[StrategyResult]:
        """Return what each strategy has made on each account, as account-data's books have it."""

    async def strategies(self) -> Mapping[str, str]:
        """Return the strategies in account-data's registry, and the account that each trades on."""


@dataclass
class Oversight:
    """
    What oversight holds in memory; all but the last few things can be read again.

    Attributes:
        controls: As they were last read or changed; claims read their own.
        seen: The newest snapshot of each account, and when it was asked for.
        results: What each strategy has made, as last read; None before that.
        quoted_at: When each instrument that is held was last quoted.
        lost_today: By scope, lost since the UTC day began.
        levels: How far each trigger of each scope has come, so that each step is told once.
        flattening: By generation, the firings that flatten.
        cancelling: Cancellations that are being asked for, by order.
        reconciled_at: When the last scheduled run began.
        unsettled: Places beyond their expiry that a person was told of.
    """

    store: OversightStore
    controls: Controls | None = None
    tape: Tape = field(default_factory=Tape)
    seen: dict[str, tuple[AccountUpdate, datetime]] = field(default_factory=dict)
    results: Sequence[StrategyResult] | None = None
    quoted_at: dict[str, datetime] = field(default_factory=dict)
    lost_today: Mapping[Scope, Decimal] = field(default_factory=dict)
    marks: dict[tuple[Scope, str], RiskMarks] = field(default_factory=dict)
    levels: dict[tuple[Scope, str], Level] = field(default_factory=dict)
    flattening: dict[int, Flattening] = field(default_factory=dict)
    cancelling: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    reconciled_at: datetime | None = None
    unsettled: set[Place] = field(default_factory=set)

    def forget_marks(self, scope: Scope) -> None:
        """Measure *scope* anew: what fired its switch was judged by two people."""
        self.marks = {key: marks for key, marks in self.marks.items() if key[0] != scope}
        self.levels = {key: level for key, level in self.levels.items() if key[0] != scope}
