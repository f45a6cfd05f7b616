"""Simulating from the command line: options become a job, its result a document."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cerebro.domain.backtests.record import Measured
from cerebro.domain.policy import Policy
from cerebro.domain.simulation.job import DeskSettings, Job, Member, Run, changed
from cerebro.domain.simulation.simulating import simulate
from mathematricks.contracts.allocations import OptimizationTerms
from mathematricks.contracts.sandbox import SimulationRequest, SimulationResult
from mathematricks.quant.returns import SeriesError
from pydantic import ValidationError

from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.returns_files import Said, measured_files


def simulate_files(files: Sequence[Path], said: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a desk over the strategies of *files* would have come to, beside one with the usual settings."""
    try:
        wanted = SimulationRequest.model_validate(asked)
        members = [_member(one) for one in measured_files(files, Said(**said))]
        begun = time.perf_counter()
        result = simulate(_job(wanted, members), lambda progress, stage: None)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise OperatorFault(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from wrong
    except (SeriesError, ValueError) as why:
        raise OperatorFault(str(why)) from why
    took = round((time.perf_counter() - begun) * 1000, 1)
    return result.model_copy(update={"milliseconds": took}).model_dump(mode="json")


def lines_of(found: Mapping[str, Any]) -> list[str]:
    """Return the result in words: the figures side by side, then what each strategy brought."""
    result = SimulationResult.model_validate(found)
    after, before = result.after, result.before
    names = ("total_return", "annual_return", "volatility", "sharpe", "max_drawdown", "cvar", "mean_leverage")
    head = f"{'':18}{'as asked':>14}" + (f"{'as it is':>14}{'difference':>14}" if before else "")
    rows = [head]
    for name in (*names, "turnover"):
        row = f"{name:18}{getattr(after.figures, name):14.4f}"
        rows.append(row + (f"{getattr(before.figures, name):14.4f}{result.difference[name]:14.4f}" if before else ""))
    brought = [
        f"{one.strategy_id:18}{one.gain:14,.0f}  {one.share:7.1%} of the gain, {one.mean_weight:6.1%} of equity at work"
        for one in after.contributions
    ]
    figures = after.figures
    span = f"{figures.first} to {figures.last}: {figures.days} days, {len(after.reallocations)} allocations"
    spread = [f"{name}: {one.low:.4f} … {one.high:.4f}" for name, one in result.paths.items() if name in names]
    told = [f"{figures.decided} decisions, {figures.refused} refused {after.refusals or ''}", *result.notes]
    return [span, *rows, *brought, *spread, *told, f"{result.milliseconds:,.0f} ms"]


def _member(one: Measured) -> Member:
    days = tuple(one.series.days.astype("datetime64[D]").astype(int).tolist())
    alpha = one.alpha.value
    expected = alpha if alpha is not None and 0 < alpha < 10 else None
    return Member(one.series.name, days, tuple(one.series.values.tolist()), one.margin_per_unit, expected)


def _job(wanted: SimulationRequest, members: Sequence[Member]) -> Job:
    run = Run(
        wanted.scenario,
        wanted.reoptimise,
        wanted.trades or wanted.reoptimise,
        wanted.equity,
        wanted.cost,
        wanted.delay_minutes,
        wanted.weights,
    )
    usual = DeskSettings(OptimizationTerms(), Policy())
    return Job(tuple(members), usual if wanted.compare else None, changed(usual, wanted.settings), run)
