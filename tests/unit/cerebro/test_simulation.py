"""Simulations: the desk's own decisions and optimisers over history, repeatable, and blind to what comes later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cerebro.domain.allocation.answers import Answer
from cerebro.domain.proposal import problem_of, solve
from cerebro.domain.simulation.calendar import first_days
from cerebro.domain.simulation.job import job_from, job_text
from cerebro.domain.simulation.simulating import NothingToSimulate
from cerebro.domain.simulation.world import NoWorld, world_of
from mathematricks.contracts.sandbox import Scenario, SimulatedSettings
from mathematricks.quant import measures
from mathematricks.quant.returns import Series
from support.simulations import a_job, a_member, real_members, result_of


def test_the_same_job_gives_the_same_result_also_after_a_walk_through_its_text() -> None:
    job = a_job(scenario=Scenario(kind="bootstrapped", seed=5, days=400), delay_minutes=5.0)

    assert result_of(job) == result_of(job_from(job_text(job)))


def test_nothing_is_decided_by_what_comes_later() -> None:
    job = a_job(before=False)
    cut = 330
    later = [replace(one, values=(*one.values[:cut], *(-value for value in one.values[cut:]))) for one in job.members]

    then, now = result_of(job).after, result_of(replace(job, members=tuple(later))).after
    day = np.datetime64(job.members[0].days[cut], "D")
    known = [place for place, one in enumerate(then.curve.days) if np.datetime64(one) < day]

    assert len(known) > 50
    assert [then.curve.equity[place] for place in known] == [now.curve.equity[place] for place in known]
    same = [one for one in then.reallocations if np.datetime64(one.day) <= day]
    assert same == list(now.reallocations[: len(same)])
    assert then.figures.final_equity != now.figures.final_equity


def test_an_allocation_is_what_the_nightly_optimisation_says_of_the_days_before() -> None:
    job = a_job(a_member("A", 1, 430), a_member("B", 2, late=40), before=False)
    told = result_of(job).after.reallocations[-1]
    day = np.datetime64(told.day)

    before = [_until(one.series(), day) for one in job.members]
    answer = solve(problem_of(before, job.after.terms, {"A": 0.1, "B": 0.1}, 0.4))

    assert isinstance(answer, Answer)
    assert told.weights == pytest.approx(dict(zip(answer.names, answer.weights, strict=True)), abs=1e-9)


def _until(series: Series, day: np.datetime64) -> Series:
    before = series.days < day
    return Series(series.name, series.days[before], series.values[before])


def test_a_strategy_joins_after_252_days_and_leaves_with_its_last() -> None:
    old, young = a_member("Old", 1, 700), a_member("Young", 2, 330, late=100)

    after = result_of(a_job(old, young, before=False)).after
    brought = {one.strategy_id: one for one in after.contributions}
    first = np.datetime64(young.days[252], "D")
    held = [one.day for one in after.reallocations if "Young" in one.weights]

    assert np.datetime64(brought["Young"].joined) >= first
    assert min(np.datetime64(one) for one in held) >= first
    assert max(np.datetime64(one) for one in held) <= np.datetime64(young.days[-1], "D")
    assert brought["Young"].days_held <= 330 - 252
    assert after.figures.first == str(np.datetime64(old.days[252], "D"))


def test_equity_is_the_start_and_what_each_strategy_brought() -> None:
    result = result_of(a_job(cost=0.001, delay_minutes=3.0, trades="weekly"))
    for side in (result.before, result.after):
        assert side is not None
        gains = sum(one.gain for one in side.contributions)
        assert side.figures.final_equity == pytest.approx(1_000_000 + gains, rel=1e-12)
        assert sum(one.share for one in side.contributions) == pytest.approx(1)
        assert side.figures.costs == pytest.approx(sum(one.costs for one in side.contributions))
    assert result.difference["sharpe"] == 0.0


def test_fixed_weights_without_costs_earn_what_they_must() -> None:
    one = a_member("A", 4, 300, margin=0.0)
    after = result_of(
        a_job(one, before=False, cost=0.0, weights={"A": 0.5}, trades="yearly", reoptimise="yearly")
    ).after

    equity = 1_000_000.0
    days = np.array(one.days, dtype="datetime64[D]")
    renewed = first_days(days, "yearly") | {252}
    for place in range(252, 300):
        if place in renewed:
            at_work = equity // 2
        equity += at_work * one.values[place]
        at_work *= 1 + one.values[place]

    assert after.figures.final_equity == pytest.approx(equity, rel=1e-6)
    assert after.figures.decided == 3, "it opened, and at New Year closed and opened"


def test_the_gate_of_each_signal_shrinks_what_the_book_cannot_bear() -> None:
    wild = tuple(a_member(name, seed, wild=0.05) for seed, name in enumerate(("A", "B", "C")))
    weights = {"A": 0.6, "B": 0.6, "C": 0.6}

    tight = result_of(a_job(*wild, before=False, weights=weights)).after
    loose = result_of(a_job(*wild, before=False, weights=weights, settings=SimulatedSettings(cvar_limit=1.0))).after

    assert tight.shrunk.get("cvar", 0) + sum(tight.refusals.values()) > 0
    assert "cvar" not in loose.shrunk
    assert tight.figures.mean_leverage < loose.figures.mean_leverage


def test_strategies_that_move_together_get_less_below_the_threshold() -> None:
    one = a_member("A", 3)
    twin = replace(one, name="B")
    weights = {"A": 0.3, "B": 0.3}

    strict = result_of(a_job(one, twin, before=False, weights=weights)).after
    lax = result_of(
        a_job(one, twin, before=False, weights=weights, scenario=Scenario(), settings=_threshold(0.99999))
    ).after

    assert {**strict.refusals, **strict.shrunk}
    assert strict.figures.mean_leverage < lax.figures.mean_leverage + 1e-9


def _threshold(level: float) -> SimulatedSettings:
    return SimulatedSettings(correlation_threshold=level)


def test_margin_is_held_to_its_limit_on_the_day_of_every_decision() -> None:
    heavy = tuple(a_member(name, seed, margin=0.9) for seed, name in enumerate(("A", "B")))

    after = result_of(a_job(*heavy, before=False, weights={"A": 0.5, "B": 0.5})).after

    assert set(after.shrunk) & {"account_margin", "overall_margin"} or "MARGIN_LIMIT" in after.refusals
    assert after.figures.mean_margin < 0.45


def test_a_slow_desk_loses_entries_to_the_slippage_rule_and_a_lower_threshold_loses_more() -> None:
    members = tuple(a_member(name, seed, alpha=0.004) for seed, name in enumerate(("A", "B", "C")))
    slow = {"delay_minutes": 10.0, "trades": "weekly", "before": False}

    usual = result_of(a_job(*members, **slow)).after
    strict = result_of(a_job(*members, **slow, settings=SimulatedSettings(slippage_limit=0.05))).after

    assert 0 < usual.refusals["SLIPPAGE_EXCEEDED"] < strict.refusals["SLIPPAGE_EXCEEDED"]


def test_a_delay_past_the_age_of_a_signal_refuses_every_entry() -> None:
    after = result_of(a_job(before=False, delay_minutes=16.0)).after

    assert set(after.refusals) == {"STALE"}
    assert after.figures.total_return == 0


def test_blocks_are_drawn_of_all_strategies_together() -> None:
    members = [a_member("A", 1).series(), a_member("B", 2).series()]
    drawn = world_of(members, Scenario(kind="bootstrapped", seed=9, block=10, days=500))
    again = world_of(members, Scenario(kind="bootstrapped", seed=9, block=10, days=500))
    other = world_of(members, Scenario(kind="bootstrapped", seed=9, block=10, days=500), path=1)

    rows = {tuple(row) for row in np.column_stack([one.values for one in members])}
    assert {tuple(row) for row in drawn.values} <= rows
    assert drawn.values.shape == (500, 2)
    assert np.array_equal(drawn.values, again.values)
    assert not np.array_equal(drawn.values, other.values)
    inside = np.array([tuple(row) in rows for row in drawn.values])
    assert inside.all()


def test_a_stressed_world_is_wilder_worse_and_more_alike() -> None:
    members = [a_member(name, seed, 800).series() for seed, name in enumerate(("A", "B", "C"))]
    world = world_of(members, Scenario(kind="stressed", volatility=2.0, haircut=0.5, correlation=0.7))
    plain = world_of(members, Scenario())

    assert world.values.std(axis=0) == pytest.approx(2 * plain.values.std(axis=0))
    assert world.values.mean(axis=0) == pytest.approx(plain.values.mean(axis=0) / 2, abs=1e-4)
    assert np.corrcoef(world.values.T)[0, 1] > np.corrcoef(plain.values.T)[0, 1] + 0.3
    crashed = world_of(members, Scenario(kind="stressed", crashes=7, crash=8.0))
    assert int((crashed.values < -7.9 * plain.values.std(axis=0)).all(axis=1).sum()) == 7
    assert np.array_equal(world_of(members, Scenario(kind="stressed")).on, plain.on)


def test_several_paths_show_the_middle_one_and_how_far_they_spread() -> None:
    ends = []
    job = a_job(scenario=Scenario(kind="bootstrapped", seed=2, days=330, paths=3))
    result = result_of(job)
    for path in range(3):
        world = world_of([one.series() for one in job.members], job.run.scenario, path)
        ends.append(world.values.sum())

    spread = result.paths["final_equity"]
    assert len(set(ends)) == 3
    assert spread.low <= spread.middle <= spread.high
    assert result.after.figures.final_equity == pytest.approx(spread.middle)


def test_the_figures_are_those_of_the_equity_curve() -> None:
    figures = (after := result_of(a_job(before=False)).after).figures
    equity = np.array([1_000_000.0, *after.curve.equity])
    returns = np.diff(equity) / equity[:-1]

    assert figures.days == len(after.curve.days) == returns.size
    assert figures.sharpe == pytest.approx(float(measures.sharpe(returns)), rel=1e-4)
    assert figures.cvar == pytest.approx(float(measures.cvar(returns, 0.95)), rel=1e-4)
    assert figures.max_drawdown == pytest.approx(min(after.curve.drawdown), abs=1e-6)


def test_too_little_history_is_said() -> None:
    with pytest.raises(NothingToSimulate):
        result_of(a_job(a_member(days=200)))
    with pytest.raises(NoWorld, match="share"):
        result_of(a_job(a_member("A", 1, 300), a_member("B", 2, 300, late=300), scenario=Scenario(kind="bootstrapped")))


def test_a_lost_strategy_takes_what_it_lost_and_nothing_more() -> None:
    one = a_member("A", 4, 300, margin=0.0)
    ruined = replace(one, values=(*one.values[:280], -1.0, *([0.5] * 19)))

    after = result_of(
        a_job(ruined, before=False, weights={"A": 0.5}, cost=0.0, trades="yearly", reoptimise="yearly")
    ).after

    assert after.curve.equity[28] < after.curve.equity[27] * 0.6
    assert len(set(after.curve.equity[28:])) == 1
    assert after.curve.leverage[-1] == 0


def test_the_real_strategies_walk_through_their_whole_history() -> None:
    result = result_of(a_job(*real_members(), settings=SimulatedSettings(cvar_limit=0.01)))
    before, after = result.before, result.after

    assert before is not None
    assert len(after.contributions) == 6
    assert len(after.reallocations) > 100
    assert {one.outcome for one in after.reallocations} == {"OPTIMAL"}
    assert max(one.gap or 0 for one in after.reallocations) <= 1e-9
    assert (after.figures.first, after.figures.last) == (before.figures.first, before.figures.last)
    assert after.figures.cvar < before.figures.cvar
    assert {one.strategy_id: one.joined for one in after.contributions}["SPX_0DE_Opt"] > "2022-12-31"
