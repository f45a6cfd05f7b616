"""Optimise over the strategies' histories and propose what comes out; keep the run so that it can be made again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from mathematricks.contracts.allocations import (
    Certificate,
    OptimizationPicture,
    OptimizationRequest,
    OptimizationRun,
    OptimizationTerms,
    PortfolioAllocation,
    Reproduction,
)
from mathematricks.contracts.backtests import BacktestRecord
from mathematricks.contracts.base import derive_id
from mathematricks.contracts.strategies import StrategyConfiguration
from mathematricks.quant.correlation import correlation
from mathematricks.quant.returns import SeriesError
from mathematricks.runtime.errors import Refusal

from cerebro.domain.allocation.answers import Answer, Infeasible, Unproved
from cerebro.domain.approval import Act, propose, totals
from cerebro.domain.backtests.series import returns_of
from cerebro.domain.picture import pictured
from cerebro.domain.proposal import FEWEST_DAYS, Problem, packed, problem_of, shares_of, solve, unpacked, used
from cerebro.handlers.ports import Ports

log = structlog.get_logger(__name__)

NIGHTLY = "the nightly proposal"
LEASE = timedelta(minutes=15)
MOST_KEPT = 8 << 20
"""Bytes of compressed returns kept with a run; of larger ones only the hash."""
TRIES = 5
Included = dict[str, BacktestRecord]


@dataclass(frozen=True)
class Asked:
    """Who wants an optimisation, why, and with what terms."""

    by: str
    reason: str
    terms: OptimizationTerms


async def optimise_now(wanted: OptimizationRequest, by: str, ports: Ports) -> OptimizationRun:
    """Run an optimisation and return it; where it has an answer, that is the latest recommendation now."""
    told = wanted.model_dump(exclude={"reason"}, exclude_none=True)
    return await _run(Asked(by, wanted.reason, ports.world.rules.proposal.model_copy(update=told)), ports)


async def propose_nightly(ports: Ports) -> None:
    """Propose an allocation for the day that begins; whichever process comes first does it, once."""
    now = ports.world.clock.now()
    name = f"nightly-proposal:{now:%Y-%m-%d}"
    if ports.is_shadow() or not await ports.runs.take(name, now + LEASE, now):
        return
    run = await _run(Asked(NIGHTLY, "", ports.world.rules.proposal), ports)
    await ports.runs.finish(name)
    log.info("allocation.nightly", run_id=run.run_id, outcome=run.outcome, excluded=run.excluded)


async def reproduce(run_id: str, ports: Ports) -> Reproduction:
    """Make a run again from what it kept; refuse with 404 an unknown one, 400 one that kept no answer to compare."""
    run, problem = await _kept(run_id, ports)
    answer = await asyncio.to_thread(solve, problem)
    now = _weights(answer) if isinstance(answer, Answer) else {}
    intact = problem.hash() == run.inputs_hash
    changed = await _changed(run, ports)
    return Reproduction(
        run_id=run_id, same=now == run.weights, inputs_intact=intact, then=run.weights, now=now, changed_since=changed
    )


async def picture(run_id: str, ports: Ports) -> OptimizationPicture:
    """Return a run's pictures, drawn from the returns that it kept; refuse as ``reproduce`` does."""
    run, problem = await _kept(run_id, ports)
    active = await ports.allocations.active()
    return await asyncio.to_thread(pictured, run_id, problem, run.weights, active.allocations if active else None)


async def _kept(run_id: str, ports: Ports) -> tuple[OptimizationRun, Problem]:
    run = await ports.runs.find(run_id)
    if run is None:
        raise Refusal(404, "There is no such run")
    if run.outcome != "OPTIMAL" or not run.panel:
        raise Refusal(400, f"The run ended {run.outcome} and kept no weights to compare with")
    names = tuple(run.weights)
    margins = {name: one.margin_per_unit for name, one in run.inputs.items() if one.margin_per_unit is not None}
    return run, Problem(names, unpacked(run.panel, len(names)), run.terms, margins, run.margin_limit)


async def _run(asked: Asked, ports: Ports) -> OptimizationRun:
    started, began = ports.world.clock.now(), time.perf_counter()
    records = {one.strategy_id: one for one in await ports.backtests.all()}
    included, excluded = select(await ports.runs.strategies(), records)
    limit = float(ports.world.rules.policy.margin_limit)
    found = await asyncio.to_thread(_solved, included, asked.terms, limit)
    run = OptimizationRun(
        run_id=derive_id("r", started.isoformat(), asked.by, asked.reason, asked.terms.model_dump_json()),
        terms=asked.terms,
        margin_limit=limit,
        excluded=excluded,
        code_version=ports.world.rules.code_version,
        asked_by=asked.by,
        reason=asked.reason,
        started_at=started,
        milliseconds=round((time.perf_counter() - began) * 1000, 3),
        **found,
    )
    return await _proposed(run, ports)


def select(
    strategies: Sequence[StrategyConfiguration], records: Mapping[str, BacktestRecord]
) -> tuple[Included, dict[str, str]]:
    """Return the histories that take part, and why each other strategy does not."""
    included: Included = {}
    excluded: dict[str, str] = {}
    for one in strategies:
        record = records.get(one.strategy_id)
        if not one.include_in_optimization:
            excluded[one.strategy_id] = "include_in_optimization is off"
        elif one.status != "ACTIVE":
            excluded[one.strategy_id] = f"its status is {one.status}"
        elif record is None:
            excluded[one.strategy_id] = "it has no backtest: mathematricks ingest-backtest"
        elif returns_of(record).days.size < FEWEST_DAYS:
            excluded[one.strategy_id] = f"its history has fewer than {FEWEST_DAYS} days"
        else:
            included[one.strategy_id] = record
    return included, excluded


def _solved(included: Included, terms: OptimizationTerms, margin_limit: float) -> dict[str, Any]:
    """Return the fields of the run that its inputs alone decide."""
    if not included:
        return {"outcome": "NOTHING_TO_OPTIMIZE", "why": "No strategy takes part; `excluded` says why."}
    margins = {name: one.margin_per_unit for name, one in included.items() if one.margin_per_unit is not None}
    series = [returns_of(record) for record in included.values()]
    inputs = {one.name: used(one, margins.get(one.name)) for one in series}
    try:
        problem = problem_of(series, terms, margins, margin_limit)
    except SeriesError as why:
        return {"outcome": "INFEASIBLE", "why": str(why), "inputs": inputs}
    panel = packed(problem.values)
    kept = {"panel": panel if len(panel) <= MOST_KEPT else b"", "days": problem.values.shape[0]}
    return {"inputs": inputs, "inputs_hash": problem.hash(), **kept, **_answered(problem)}


def _answered(problem: Problem) -> dict[str, Any]:
    try:
        answer = solve(problem)
    except (Unproved, ValueError) as why:
        return {"outcome": "UNPROVED", "why": str(why)}
    if isinstance(answer, Infeasible):
        return {"outcome": "INFEASIBLE", "why": f"{', '.join(answer.which)}: {answer.why}"}
    proof = answer.proof
    return {
        "outcome": "OPTIMAL",
        "weights": _weights(answer),
        "objective": answer.objective,
        "certificate": Certificate(
            primal=proof.primal, dual=proof.dual, gap=proof.gap, violation=proof.violation, method=proof.method
        ),
        "measures": {name: float(value) for name, value in answer.measures.items()},
        "binding": answer.binding,
        "prices": {name: float(value) for name, value in answer.prices.items()},
        "correlation": tuple(tuple(float(cell) for cell in row) for row in correlation(problem.values)),
    }


def _weights(answer: Answer) -> dict[str, float]:
    return dict(zip(answer.names, map(float, answer.weights), strict=True))


async def _proposed(run: OptimizationRun, ports: Ports) -> OptimizationRun:
    """Record *run*, and what it proposes if it has an answer."""
    if run.outcome != "OPTIMAL":
        await ports.runs.add(run)
        return run
    proposal = _proposal(run)
    run = run.model_copy(update={"allocation_id": proposal.allocation_id})
    await ports.runs.add(run)
    act = Act(run.asked_by, run.started_at, run.reason)
    for _ in range(TRIES):
        waiting = await ports.allocations.newest(100, "PENDING_APPROVAL")
        if await ports.allocations.apply(propose(proposal, waiting, act)):
            return run
    raise Refusal(503, "Others change allocations all the time; try again in a moment")


def _proposal(run: OptimizationRun) -> PortfolioAllocation:
    shares = shares_of(run.weights)
    at: datetime = run.started_at
    named = {"method": run.terms.method, "expected_sharpe": run.measures.get("sharpe")}
    return PortfolioAllocation(
        allocation_id=derive_id("a", run.run_id),
        allocations=shares,
        status="PENDING_APPROVAL",
        metrics={**run.measures, **totals(shares.values()), **named},
        reason=run.reason or f"{run.terms.method} over {run.days} days",
        run_id=run.run_id,
        created_at=at,
        updated_at=at,
    )


async def _changed(run: OptimizationRun, ports: Ports) -> tuple[str, ...]:
    changed = []
    for name, then in run.inputs.items():
        record = await ports.backtests.find(name)
        if record is None or used(returns_of(record), record.margin_per_unit) != then:
            changed.append(name)
    return tuple(changed)
