"""Allocations: proposed from backtests, approved once, rejected with a reason, in force from the next signal on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from cerebro.handlers.allocations import approve_recommendation, latest_recommendation, reject_recommendation
from cerebro.handlers.proposing import optimise_now, picture, propose_nightly, reproduce
from cerebro.handlers.recovery import recover
from cerebro.handlers.signals import on_signal
from mathematricks.contracts.allocations import Approval, OptimizationRequest, Rejection
from mathematricks.contracts.backtests import BacktestPeriod, BacktestRecord, DailyReturn
from mathematricks.runtime.errors import Refusal
from mathematricks.storage.mongo import Database
from support.cerebro_world import Around, around, numbered
from support.signals import NOON

DAYS = 400
KEY = "the-same-key"


@pytest.fixture
async def desk(db: Database) -> Around:
    one = around(db)
    for place, name in enumerate(("Trend", "Other", "Third")):
        await one.register(strategy_id=name)
        await one.ports.backtests.keep(a_history(name, place))
    await recover(one.ports)
    return one


def a_history(name: str, seed: int, days: int = DAYS, **but: Any) -> BacktestRecord:
    """Days of returns that drift upwards, drawn by *seed*."""
    values = np.random.default_rng(seed).normal(0.0008, 0.01, days)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    returns = tuple(
        DailyReturn(day=first + timedelta(days=number), value=float(value)) for number, value in enumerate(values)
    )
    usual: dict[str, Any] = {
        "strategy_id": name,
        "mean_return_daily": 0.0,
        "volatility_daily": 0.0,
        "sharpe_ratio": 0.0,
        "max_drawdown": 0.0,
        "margin_per_unit": None,
        "expected_alpha": None,
        "expected_alpha_sample": 0,
        "expected_alpha_explained": "",
        "backtest_period": BacktestPeriod(start="2024-01-01", end="2025-01-01", days=days),
        "file": "a.csv",
        "file_hash": "0",
        "synced_by": "Ann",
        "synced_at": NOON,
        "daily_returns": returns,
    }
    return BacktestRecord(**usual | but)


async def optimised(desk: Around, **wanted: Any):
    return await optimise_now(OptimizationRequest(**wanted), "Ann", desk.ports)


async def statuses(desk: Around) -> list[str]:
    return sorted([one["status"] async for one in desk.db.portfolio_allocations.find()])


async def test_an_optimisation_proposes_what_it_can_prove_and_keeps_what_went_in(desk):
    run = await optimised(desk)

    waiting = await latest_recommendation(desk.ports)
    assert (run.outcome, waiting.allocation_id, waiting.run_id) == ("OPTIMAL", run.allocation_id, run.run_id)
    assert run.certificate is not None
    assert run.certificate.gap <= 1e-9
    assert run.measures["cvar"] <= 0.02 * (1 + 1e-9)
    assert set(run.inputs) == {"Trend", "Other", "Third"}
    for name, weight in run.weights.items():
        assert float(waiting.allocations[name]) == pytest.approx(100 * weight, abs=1e-6)
    assert await desk.ports.allocations.active() is None


async def test_a_run_made_again_gives_the_same_weights_though_a_backtest_has_changed(desk):
    run = await optimised(desk)
    await desk.ports.backtests.keep(a_history("Other", 99))

    again = await reproduce(run.run_id, desk.ports)

    assert (again.same, again.inputs_intact, again.changed_since) == (True, True, ("Other",))
    assert again.now == run.weights


async def test_a_run_is_seen_as_a_frontier_and_as_the_days_of_its_answer(desk):
    run = await optimised(desk)

    seen = await picture(run.run_id, desk.ports)

    proposed = next(point for point in seen.beside if point.of == "proposed")
    assert proposed.cvar == pytest.approx(run.measures["cvar"])
    assert [point.name for point in seen.beside if point.of == "strategy"] == list(run.weights)
    risks, gains = [point.cvar for point in seen.frontier], [point.mean for point in seen.frontier]
    assert len(risks) > 5
    assert (risks, gains) == (sorted(risks), sorted(gains))
    assert max(point.mean for point in seen.frontier if point.cvar <= proposed.cvar * 1.2) >= proposed.mean * 0.99
    assert sum(each.days for each in seen.bins) == seen.days == run.days
    assert seen.cvar == proposed.cvar >= seen.value_at_risk
    with pytest.raises(Refusal, match="no such run"):
        await picture("r-unknown", desk.ports)


async def test_strategies_that_take_no_part_are_named_with_the_reason(desk):
    await desk.register(strategy_id="Third", include_in_optimization=False)
    await desk.register(strategy_id="Idle", status="INACTIVE")
    await desk.register(strategy_id="New")
    await desk.register(strategy_id="Young")
    await desk.ports.backtests.keep(a_history("Young", 5, 100))

    run = await optimised(desk)

    assert set(run.weights) == {"Trend", "Other"}
    assert {name: why.split()[-1] for name, why in run.excluded.items()} == {
        "Third": "off",
        "Idle": "INACTIVE",
        "New": "ingest-backtest",
        "Young": "days",
    }


async def test_without_backtests_nothing_is_proposed_and_the_run_says_so(db):
    desk = around(db)
    await desk.register()

    run = await optimised(desk)

    assert run.outcome == "NOTHING_TO_OPTIMIZE"
    with pytest.raises(Refusal) as none:
        await latest_recommendation(desk.ports)
    assert none.value.status == 404


async def test_an_approved_recommendation_holds_from_the_next_signal_on_without_a_restart(desk):
    first, second = numbered(2, account_equity=None)
    await on_signal(first, desk.ports)
    await optimised(desk)
    approved = await approve_recommendation(Approval(reason="looks right"), "Bob", desk.ports)
    await on_signal(second, desk.ports)

    before, after = [one["inputs"] for one in await desk.decisions()]
    assert '"allocation_id":null' in before
    assert f'"allocation_id":"{approved.allocation_id}"' in after
    assert (approved.approved_by, approved.history[-1].reason) == ("Bob", "looks right")


async def test_one_key_is_one_approval_however_often_and_at_once_it_is_sent(desk):
    await desk.allot(Trend=5)
    await optimised(desk)
    wanted = Approval(idempotency_key=KEY)

    answers = await asyncio.gather(*(approve_recommendation(wanted, "Bob", desk.ports) for _ in range(8)))
    late = await approve_recommendation(wanted, "Bob", desk.ports)

    assert {one.allocation_id for one in answers} == {late.allocation_id}
    assert [event.deed for event in late.history] == ["proposed", "approved"]
    assert await statuses(desk) == ["ACTIVE", "ARCHIVED"]


async def test_a_key_used_for_one_thing_cannot_do_another(desk):
    await optimised(desk)
    first = await approve_recommendation(Approval(idempotency_key=KEY), "Bob", desk.ports)
    await optimised(desk, cap=0.3)
    newer = await latest_recommendation(desk.ports)

    wanted = Approval(allocation_id=newer.allocation_id, idempotency_key=KEY)
    with pytest.raises(Refusal) as refused:
        await approve_recommendation(wanted, "Bob", desk.ports)

    assert refused.value.status == 409
    active = await desk.ports.allocations.active()
    assert active is not None
    assert active.allocation_id == first.allocation_id


async def test_only_what_waits_can_be_approved_or_rejected(desk):
    run = await optimised(desk)
    rejected = await reject_recommendation(Rejection(reason="too much of Trend"), "Bob", desk.ports)

    with pytest.raises(Refusal) as spent:
        await approve_recommendation(Approval(allocation_id=run.allocation_id), "Bob", desk.ports)
    with pytest.raises(Refusal) as unknown:
        await approve_recommendation(Approval(allocation_id="a-none"), "Bob", desk.ports)

    assert (spent.value.status, unknown.value.status) == (400, 404)
    last = rejected.history[-1]
    assert (rejected.status, last.by, last.reason) == ("REJECTED", "Bob", "too much of Trend")


async def test_two_people_who_approve_different_recommendations_at_once_leave_one_active(desk):
    await optimised(desk)
    first = await latest_recommendation(desk.ports)
    rival = desk.another()
    answers = await asyncio.gather(
        approve_recommendation(Approval(allocation_id=first.allocation_id), "Ann", desk.ports),
        optimise_now(OptimizationRequest(cap=0.4), "Bob", rival.ports),
        desk.allot(Trend=7),
        return_exceptions=True,
    )

    assert (await statuses(desk)).count("ACTIVE") == 1
    assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in answers)


async def test_a_newer_proposal_takes_the_place_of_the_one_that_waits(desk):
    first = await optimised(desk)
    second = await optimised(desk, cap=0.3)

    waiting = await latest_recommendation(desk.ports)
    old = await desk.ports.allocations.find(first.allocation_id)
    assert waiting.allocation_id == second.allocation_id
    assert old is not None
    assert (old.status, old.history[-1].reason) == ("ARCHIVED", f"superseded by {second.allocation_id}")


async def test_the_nightly_proposal_is_made_by_one_process_once(desk):
    rival = desk.another()
    await recover(rival.ports)

    await asyncio.gather(*(propose_nightly(one.ports) for one in (desk, rival) for _ in range(3)))

    assert await desk.db.portfolio_optimization_runs.count_documents({}) == 1
    assert await statuses(desk) == ["PENDING_APPROVAL"]


async def test_a_nightly_proposal_whose_process_died_is_taken_up_when_its_lease_ends(desk):
    name = f"nightly-proposal:{NOON:%Y-%m-%d}"
    assert await desk.ports.runs.take(name, NOON + timedelta(minutes=15), NOON)
    await propose_nightly(desk.ports)
    assert await desk.db.portfolio_optimization_runs.count_documents({}) == 0

    desk.clock.at = NOON + timedelta(minutes=20)
    await propose_nightly(desk.ports)

    assert await desk.db.portfolio_optimization_runs.count_documents({}) == 1
