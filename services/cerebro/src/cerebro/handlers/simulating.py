"""Simulations: what is asked is put together whole, waits its turn, and is computed beside the desk."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from typing import Any

import structlog
from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.sandbox import (
    ENDED,
    HypotheticalStrategy,
    SandboxProgress,
    SandboxRecord,
    SandboxSummary,
    SimulationRequest,
)
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.quant.returns import Series, SeriesError
from mathematricks.runtime.errors import Refusal

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.reading import Options, read_backtest
from cerebro.domain.backtests.record import measure
from cerebro.domain.backtests.series import returns_of
from cerebro.domain.proposal import FEWEST_DAYS, used
from cerebro.domain.simulation.job import DeskSettings, Job, Member, Run, changed, job_hash, job_text
from cerebro.handlers.ports import Ports
from cerebro.handlers.proposing import select
from cerebro.return_ports import Ended

log = structlog.get_logger(__name__)

MOST_WAITING = 20
"""Simulations that may wait; one more is refused."""
LARGEST_JOB = 8 << 20


async def ask_for_simulation(wanted: SimulationRequest, by: str, ports: Ports) -> SandboxSummary:
    """
    Record a simulation that waits to be computed.

    Raises:
        Refusal: 400 nothing to simulate, or a file is no table; 422 a question about a file; 503 too many wait.
    """
    waiting = [one for one in await ports.sandbox.runs.newest(500) if one.status not in ENDED]
    if len(waiting) >= MOST_WAITING:
        raise Refusal(503, f"{len(waiting)} simulations wait already; try again in a moment")
    real, excluded = await _real(wanted, ports)
    new = await asyncio.to_thread(lambda: [_hypothetical(one, ports) for one in wanted.hypothetical])
    if known := {one.name for one in real} & {one.name for one in new}:
        raise Refusal(400, f"The desk has a strategy of this name already: {', '.join(sorted(known))}")
    if not real and not new:
        raise Refusal(400, f"No strategy takes part: {_reasons(excluded)}")
    record = await asyncio.to_thread(_record, wanted, by, ((*real, *new), excluded), ports)
    await ports.sandbox.runs.add(record)
    ports.sandbox.woken.set()
    log.info("simulation.asked", run_id=record.run_id, by=by, strategies=len(record.inputs))
    return SandboxSummary(**record.model_dump(exclude={"job", "result"}))


async def cancel_simulation(run_id: str, by: str, ports: Ports) -> SandboxProgress:
    """End a simulation; refuse with 404 an unknown one, 409 one that has ended otherwise."""
    sandbox = ports.sandbox
    if await sandbox.runs.end(run_id, Ended("CANCELLED", ports.world.clock.now(), f"{by} cancelled it")):
        if task := sandbox.hand.get(run_id):
            task.cancel()
        log.info("simulation.cancelled", run_id=run_id, by=by)
    known = await sandbox.runs.find(run_id)
    if known is None:
        raise Refusal(404, "There is no such simulation")
    if known.status != "CANCELLED":
        raise Refusal(409, f"It is {known.status} already")
    return progress_of(known)


def progress_of(run: SandboxSummary) -> SandboxProgress:
    """Return how far *run* is."""
    return SandboxProgress(**{name: getattr(run, name) for name in SandboxProgress.model_fields})


async def _real(wanted: SimulationRequest, ports: Ports) -> tuple[list[Member], dict[str, str]]:
    """Return the desk's own strategies that take part, and why others do not."""
    records = {one.strategy_id: one for one in await ports.backtests.all()}
    configured = {one.strategy_id: one for one in await ports.runs.strategies()}
    if wanted.strategies is None:
        included, excluded = select(list(configured.values()), records)
    else:
        included, excluded = _named(wanted.strategies, configured, records)
    return [_member(record, configured[name]) for name, record in included.items()], excluded


def _named(
    names: tuple[str, ...], configured: Mapping[str, StrategyConfiguration], records: Mapping[str, BacktestRecord]
) -> tuple[dict[str, BacktestRecord], dict[str, str]]:
    """Return the histories of the strategies named, whether or not the nightly optimisation takes them."""
    told = {
        name: one.model_copy(update={"include_in_optimization": True, "status": "ACTIVE"})
        for name, one in configured.items()
        if name in names
    }
    included, excluded = select(list(told.values()), records)
    return included, excluded | {name: "the desk has no such strategy" for name in names if name not in configured}


def _member(record: BacktestRecord, configured: StrategyConfiguration) -> Member:
    alpha = configured.expected_alpha
    expected = float(alpha) if alpha is not None else record.expected_alpha
    return _as_member(returns_of(record), record.margin_per_unit, expected)


def _hypothetical(one: HypotheticalStrategy, ports: Ports) -> Member:
    file = one.file
    try:
        options = Options(file.units, file.dates, file.return_column, ports.world.clock.now().date())
        backtest = read_backtest(ports.tables(file.name, file.content), options)
        if isinstance(backtest, Asked):
            raise Refusal(422, f"{one.strategy_id}: {backtest.question}")
        measured = measure(one.strategy_id, backtest)
    except (ValueError, SeriesError) as why:
        raise Refusal(400, f"{one.strategy_id}: {why}") from why
    if measured.series.days.size < FEWEST_DAYS:
        raise Refusal(400, f"{one.strategy_id} has {measured.series.days.size} days; {FEWEST_DAYS} are needed")
    margin = measured.margin_per_unit if one.margin_per_unit is None else one.margin_per_unit
    alpha = measured.alpha.value if one.expected_alpha is None else one.expected_alpha
    return _as_member(measured.series, margin, alpha, hypothetical=True)


def _as_member(series: Series, margin: float | None, alpha: float | None, *, hypothetical: bool = False) -> Member:
    days = tuple(series.days.astype("datetime64[D]").astype(int).tolist())
    expected = alpha if alpha is not None and 0 < alpha < 10 else None
    return Member(series.name, days, tuple(series.values.tolist()), margin, expected, hypothetical)


def _record(
    wanted: SimulationRequest, by: str, takes: tuple[tuple[Member, ...], dict[str, str]], ports: Ports
) -> SandboxRecord:
    members, excluded = takes
    now, rules = ports.world.clock.now(), ports.world.rules
    text = job_text(_job(wanted, members, DeskSettings(rules.proposal, rules.policy)))
    packed = zlib.compress(text)
    if len(packed) > LARGEST_JOB:
        raise Refusal(400, "These histories are too long to simulate together")
    return SandboxRecord(
        run_id=derive_id("x", now.isoformat(), by, job_hash(text)),
        status="QUEUED",
        stage="waiting",
        name=wanted.name or f"{wanted.settings.method or rules.proposal.method}, {wanted.scenario.kind}",
        reason=wanted.reason,
        asked_by=by,
        code_version=rules.code_version,
        inputs={one.name: used(one.series(), one.margin) for one in members},
        excluded=excluded,
        inputs_hash=job_hash(text),
        asked=_asked(wanted),
        created_at=now,
        job=packed,
    )


def _job(wanted: SimulationRequest, members: tuple[Member, ...], now: DeskSettings) -> Job:
    run = Run(
        scenario=wanted.scenario,
        reoptimise=wanted.reoptimise,
        trades=wanted.trades or wanted.reoptimise,
        equity=wanted.equity,
        cost=wanted.cost,
        delay_minutes=wanted.delay_minutes,
        weights=wanted.weights,
    )
    compared = wanted.compare and not all(one.hypothetical for one in members)
    return Job(members, now if compared else None, changed(now, wanted.settings), run)


def _asked(wanted: SimulationRequest) -> dict[str, Any]:
    told = wanted.model_dump(mode="json", exclude={"hypothetical"}, exclude_unset=True)
    files = [
        {"strategy_id": one.strategy_id, "file": one.file.name, "margin_per_unit": one.margin_per_unit}
        for one in wanted.hypothetical
    ]
    return told | ({"hypothetical": files} if files else {})


def _reasons(excluded: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in excluded.items()) or "the desk has none"
