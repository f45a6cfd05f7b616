"""Simulations for tests: short histories, plain settings, and the real ones where they lie beside the checkout."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from cerebro.adapters.sheets import table_of
from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.reading import Options, read_backtest
from cerebro.domain.backtests.record import measure
from cerebro.domain.policy import Policy
from cerebro.domain.simulation.job import DeskSettings, Job, Member, Run, changed
from cerebro.domain.simulation.simulating import simulate
from mathematricks.contracts.allocations import OptimizationTerms
from mathematricks.contracts.sandbox import Scenario, SimulatedSettings, SimulationResult

from support.returns import real_backtests

FIRST = date(2020, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def a_member(name: str = "Trend", seed: int = 1, days: int = 400, **but: Any) -> Member:
    """Weekdays of returns that drift upwards, drawn by *seed*; ``late`` days after 2020-01-01."""
    late, wild, drift = but.pop("late", 0), but.pop("wild", 0.01), but.pop("drift", 0.0006)
    dates = np.busday_offset(np.datetime64(FIRST + late, "D"), np.arange(days), roll="forward")
    values = np.random.default_rng(seed).normal(drift, wild, days)
    usual: dict[str, Any] = {"margin": 0.1, "alpha": 0.01}
    return Member(name, tuple(dates.astype(int).tolist()), tuple(values.tolist()), **usual | but)


def a_job(*members: Member, settings: SimulatedSettings | None = None, before: bool = True, **run: Any) -> Job:
    """A job over *members* (three if none are given), monthly; *run* changes how."""
    members = members or tuple(a_member(name, seed) for seed, name in enumerate(("Trend", "Carry", "Value")))
    now = DeskSettings(OptimizationTerms(), Policy())
    usual: dict[str, Any] = {
        "scenario": Scenario(),
        "reoptimise": "monthly",
        "trades": "monthly",
        "equity": 1_000_000.0,
        "cost": 0.0002,
        "delay_minutes": 0.0,
    }
    return Job(members, now if before else None, changed(now, settings or SimulatedSettings()), Run(**usual | run))


def result_of(job: Job) -> SimulationResult:
    """What comes of *job*."""
    return simulate(job, lambda progress, stage: None)


def real_members() -> tuple[Member, ...]:
    """The strategies that developers really sent."""
    members = []
    for path in sorted(real_backtests().glob("*.csv")):
        backtest = read_backtest(table_of(path.name, path.read_bytes()), Options())
        assert not isinstance(backtest, Asked)
        measured = measure(path.stem, backtest)
        days = tuple(measured.series.days.astype(int).tolist())
        values = tuple(measured.series.values.tolist())
        members.append(Member(path.stem, days, values, measured.margin_per_unit, measured.alpha.value))
    return tuple(members)
