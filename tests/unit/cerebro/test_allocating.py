"""Optimisers: published values, the general solver's answers, and what cannot be met."""

from __future__ import annotations

import numpy as np
import pytest
from cerebro.adapters.sheets import table_of
from cerebro.domain.allocation.answers import Answer, Infeasible
from cerebro.domain.allocation.constraints import Constraints, Group, Margins, Turnover, polytope
from cerebro.domain.allocation.general import solve_generally
from cerebro.domain.allocation.growth import max_cagr_drawdown
from cerebro.domain.allocation.leverage import Room
from cerebro.domain.allocation.min_account import AccountRules, Lot, account_curve, smallest_account
from cerebro.domain.allocation.parity import risk_contributions, risk_parity
from cerebro.domain.allocation.scenarios import scenarios_of
from cerebro.domain.allocation.sharpe import max_sharpe
from cerebro.domain.allocation.tail_methods import frontier, max_return_cvar, min_cvar
from cerebro.domain.allocation.tail_problem import TailProblem
from cerebro.domain.allocation.volatility import Moments, min_volatility
from cerebro.domain.backtests.reading import Options, read_backtest
from cerebro.domain.backtests.record import measure
from mathematricks.quant.covariance import sample_covariance
from mathematricks.quant.returns import align
from support.returns import a_history, limit_for, real_backtests, scenarios

MEAN = np.array([0.0101110, 0.0043532, 0.0137058])
COVARIANCE = np.array(
    [[0.00324625, 0.00022983, 0.00420395], [0.00022983, 0.00049937, 0.00019247], [0.00420395, 0.00019247, 0.00764097]]
)
PAST = scenarios(a_history(30, 800))
TIGHT = limit_for(PAST)
NAMES = PAST.names


def test_rockafellar_and_uryasevs_portfolio_is_reproduced():
    required = Constraints(cap=1, leverage=1, invested=1, floor=0.011)

    found = min_volatility(Moments(("S&P", "bonds", "small"), MEAN, COVARIANCE), required)

    assert isinstance(found, Answer)
    assert found.weights == pytest.approx([0.452013, 0.115573, 0.432414], abs=2e-6)
    assert found.objective**2 == pytest.approx(0.00378529, abs=5e-9)
    assert found.proof.holds()


@pytest.mark.parametrize(
    "constraints",
    [
        Constraints(),
        Constraints(cap=0.05),
        Constraints(invested=1.0),
        Constraints(groups=(Group("metals", NAMES[:8], 0.3),)),
        Constraints(margins=Margins(dict.fromkeys(NAMES, 0.35), 0.4, {NAMES[0]: "A"}, {"A": 0.1})),
        Constraints(turnover=Turnover(dict.fromkeys(NAMES[:10], 0.04), 0.3)),
    ],
    ids=["plain", "small caps", "invested", "group", "margin", "turnover"],
)
@pytest.mark.parametrize("share", [0.6, 0.2])
def test_the_band_reaches_what_the_textbook_program_reaches(constraints, share):
    limit = TIGHT / 0.6 * share
    found = max_return_cvar(PAST, constraints, limit)
    rows = polytope(NAMES, PAST.mean, constraints)

    assert isinstance(found, Answer)
    general = solve_generally(TailProblem(PAST, PAST.mean, rows, limit))

    assert found.objective == pytest.approx(general.proof.primal, rel=1e-9)
    assert found.proof.method == "band"
    assert found.proof.gap < 1e-10
    assert rows.violation(found.weights) < 1e-10
    assert PAST.cvar(found.weights) <= limit * (1 + 1e-12)


def test_the_lowest_cvar_is_that_of_the_textbook_program():
    constraints = Constraints(floor=float(PAST.mean.mean()))
    found = min_cvar(PAST, constraints)
    general = solve_generally(TailProblem(PAST, PAST.mean, polytope(NAMES, PAST.mean, constraints)))

    assert isinstance(found, Answer)
    assert found.objective == pytest.approx(-general.proof.primal, rel=1e-9)


def test_the_shadow_price_of_the_limit_is_what_a_little_more_of_it_earns():
    step = TIGHT * 1e-6
    here, there = (max_return_cvar(PAST, Constraints(), TIGHT + more) for more in (0.0, step))

    assert isinstance(here, Answer)
    assert isinstance(there, Answer)
    assert (there.objective - here.objective) / step == pytest.approx(here.prices["cvar limit"], rel=1e-3)
    assert "cvar limit" in here.binding


def test_a_frontier_solved_warm_is_the_same_as_each_limit_alone():
    limits = [TIGHT * share for share in (0.3, 1.5, 0.9)]

    warm = [one.objective for one in frontier(PAST, Constraints(), limits) if isinstance(one, Answer)]
    cold = [max_return_cvar(PAST, Constraints(), limit) for limit in limits]

    assert warm == pytest.approx([one.objective for one in cold if isinstance(one, Answer)], rel=1e-9)


@pytest.mark.parametrize(
    ("constraints", "limit", "which"),
    [
        (Constraints(invested=1, cap=0.01), 0.02, {"invested", "cap"}),
        (Constraints(floor=1.0), 0.02, {"return floor"}),
        (Constraints(invested=1), 1e-6, {"cvar limit", "invested"}),
        (Constraints(leverage=0.5, turnover=Turnover(dict.fromkeys(NAMES, 0.05), 0.1)), 0.02, {"leverage", "turnover"}),
    ],
)
def test_what_cannot_be_met_together_is_named(constraints, limit, which):
    found = max_return_cvar(PAST, constraints, limit)

    assert isinstance(found, Infeasible)
    assert which <= set(found.which)


@pytest.mark.parametrize(
    ("constraints", "limit"),
    [
        (Constraints(), 0.0),
        (Constraints(cap=0), 0.02),
        (Constraints(caps=dict.fromkeys(NAMES, 0.0)), 0.0),
        (Constraints(groups=(Group("all", NAMES, 0.0),)), 0.02),
    ],
    ids=["no risk", "no cap", "no caps", "no group"],
)
def test_holding_nothing_is_proved_where_nothing_better_is_allowed(constraints, limit):
    most, least = max_return_cvar(PAST, constraints, limit), min_cvar(PAST, constraints)

    for found in (most, least):
        assert isinstance(found, Answer)
        assert found.proof.holds()
        assert found.proof.method != "cvxpy"
        assert found.weights == pytest.approx(np.zeros(30), abs=1e-15)


def test_a_turnover_that_allows_to_sell_everything_needs_no_general_solver():
    kept = Constraints(cap=0.2, turnover=Turnover({NAMES[0]: 0.15, NAMES[3]: 0.16}, 1.0))
    found = max_return_cvar(PAST, kept, TIGHT)

    assert isinstance(found, Answer)
    assert found.proof.method == "band"
    assert found.proof.holds()


@pytest.mark.parametrize("share", [1e-2, 1e-4, 1e-6])
def test_where_only_the_cvar_limit_binds_a_tiny_one_scales_the_answer(share):
    one = max_return_cvar(PAST, Constraints(leverage=1e3, cap=1e3), TIGHT)
    tiny = max_return_cvar(PAST, Constraints(), TIGHT * share)

    assert isinstance(one, Answer)
    assert isinstance(tiny, Answer)
    assert tiny.proof.method == "band"
    assert tiny.proof.holds()
    assert tiny.objective == pytest.approx(one.objective * share, rel=1e-9)


@pytest.mark.parametrize("off", [0.0, 1e-13, -1e-13])
def test_a_limit_at_the_lowest_cvar_there_is_can_be_met(off):
    invested = Constraints(invested=1.0)
    lowest = min_cvar(PAST, invested)
    assert isinstance(lowest, Answer)

    at_it = max_return_cvar(PAST, invested, lowest.objective * (1 + off))
    below = max_return_cvar(PAST, invested, lowest.objective * (1 - 1e-6))

    assert isinstance(at_it, Answer)
    assert at_it.proof.holds()
    assert isinstance(below, Infeasible)
    assert below.which[:2] == ("cvar limit", "invested")


def test_an_arbitrage_that_the_caps_keep_small_is_refused_by_their_name():
    found = max_return_cvar(scenarios(np.abs(PAST.values)), Constraints(cap=0.01), -0.5)

    assert isinstance(found, Infeasible)
    assert set(found.which) == {"cvar limit", "cap"}


def test_the_sharpe_direction_grows_to_the_first_limit_and_says_which():
    covariance = sample_covariance(PAST.values)
    found = max_sharpe(covariance, Room(NAMES, PAST.mean, Constraints(), PAST, TIGHT * 0.1))

    assert isinstance(found, Answer)
    assert found.binding == ("cvar limit",)
    assert PAST.cvar(found.weights) == pytest.approx(TIGHT * 0.1, rel=1e-12)
    assert found.proof.holds()
    for other in np.random.default_rng(1).dirichlet(np.ones(30), 200):
        assert other @ PAST.mean / np.sqrt(other @ covariance @ other) * np.sqrt(252) <= found.objective


@pytest.mark.parametrize(
    "values",
    [
        np.column_stack([PAST.values[:, :6], PAST.values[:, 0], PAST.values[:, 0]]),
        np.column_stack([PAST.values[:, :6], PAST.values[:, :6] @ np.full(6, 1 / 6)]),
        np.column_stack([PAST.values[:, :6], np.zeros(800)]),
    ],
    ids=["alike", "a mix of the others", "one that never moves"],
)
def test_the_sharpe_direction_of_a_singular_covariance_is_proved(values):
    past = scenarios(values)
    found = max_sharpe(sample_covariance(values), Room(past.names, past.mean, Constraints()))
    without = max_sharpe(sample_covariance(values[:, :6]), Room(NAMES[:6], past.mean[:6], Constraints()))

    assert isinstance(found, Answer)
    assert isinstance(without, Answer)
    assert found.proof.holds()
    assert found.objective == pytest.approx(without.objective, rel=1e-8)


def test_where_no_risk_can_be_told_it_is_said_whose():
    steady = np.column_stack([PAST.values[:, :3], np.full(800, 3e-4)])
    few = np.random.default_rng(8).standard_normal((10, 40)) * 0.01
    for method in (max_sharpe, risk_parity):
        one, other = (
            method(sample_covariance(values), Room(past.names, past.mean, Constraints()))
            for values in (steady, few)
            for past in [scenarios(values, 0.8)]
        )
        assert isinstance(one, Infeasible)
        assert one.which == ("volatility of s3",)
        assert isinstance(other, Infeasible)
        assert other.which == ("volatility",)


def test_parity_means_equal_contributions():
    covariance = sample_covariance(PAST.values)
    found = risk_parity(covariance, Room(NAMES, PAST.mean, Constraints()))

    assert isinstance(found, Answer)
    assert risk_contributions(covariance, found.weights) == pytest.approx(np.full(30, 1 / 30), rel=1e-9)


def test_growth_within_a_drawdown_is_proved_and_a_tighter_limit_grows_less():
    past = scenarios(a_history(6, 700))
    found = [max_cagr_drawdown(past, Constraints(), limit) for limit in (0.05, 0.1, 0.3)]

    assert [one.proof.holds() for one in found if isinstance(one, Answer)] == [True] * 3
    objectives = [one.objective for one in found if isinstance(one, Answer)]
    assert objectives == sorted(objectives)
    path = np.concatenate([[0], np.cumsum(past.values @ found[0].weights)])
    assert (np.maximum.accumulate(path) - path).max() <= 0.05 * (1 + 1e-9)


def test_growth_within_a_turnover_is_proved_and_goes_no_farther():
    past = scenarios(a_history(6, 700))
    held = {"s0": 0.15, "s2": 0.1, "s5": 0.2}
    near, far = (max_cagr_drawdown(past, Constraints(turnover=Turnover(held, limit)), 0.3) for limit in (0.3, 10.0))
    free = max_cagr_drawdown(past, Constraints(), 0.3)

    assert isinstance(near, Answer)
    assert isinstance(far, Answer)
    assert isinstance(free, Answer)
    assert near.proof.holds()
    current = np.array([held.get(name, 0.0) for name in past.names])
    assert np.abs(near.weights - current).sum() == pytest.approx(0.3, rel=1e-9)
    assert "turnover" in near.binding
    assert far.objective == pytest.approx(free.objective, rel=1e-8)


def test_a_pair_that_cancels_out_has_no_volatility_and_that_is_proved():
    one = PAST.values[:, 0]
    past = scenarios(np.column_stack([one, 2e-4 - one, PAST.values[:, 1]]))
    found = min_volatility(
        Moments(past.names, past.mean, sample_covariance(past.values)), Constraints(cap=1, leverage=1, invested=1)
    )

    assert isinstance(found, Answer)
    assert found.proof.holds()
    assert found.weights == pytest.approx([0.5, 0.5, 0.0], abs=1e-5)


def test_growth_with_a_least_investment_is_the_best_there_is_or_names_the_drawdown_that_cannot_be_avoided():
    past = scenarios(a_history(6, 700))
    invested = Constraints(invested=1.0)
    free, bound = max_cagr_drawdown(past, Constraints(), 0.3), max_cagr_drawdown(past, invested, 0.3)

    assert isinstance(free, Answer)
    assert isinstance(bound, Answer)
    assert bound.proof.holds()
    assert bound.weights.sum() >= 1 - 1e-9
    assert bound.objective <= free.objective * (1 + 1e-9)
    dice = np.random.default_rng(3)
    drawdowns = []
    for weights in (one for one in dice.dirichlet(np.ones(6), 600) if one.max() <= 0.5):
        path = np.concatenate([[0], np.cumsum(past.values @ weights)])
        drawdowns.append((np.maximum.accumulate(path) - path).max())
    refused = max_cagr_drawdown(past, invested, 0.01)
    assert isinstance(refused, Infeasible)
    assert refused.which == ("drawdown limit",)
    assert float(refused.why.split("than ")[1].split(";")[0]) <= min(drawdowns)


def test_the_six_real_strategies_are_allocated_alike_whatever_the_order_of_rows_and_files():
    folder = real_backtests()

    def panel(shuffled):
        found = []
        for path in sorted(folder.glob("*.csv"), reverse=shuffled):
            table = table_of(path.name, path.read_bytes())
            if shuffled:
                np.random.default_rng(5).shuffle(body := table[1:])
                table = [table[0], *body]
            found.append(measure(path.stem, read_backtest(table, Options())).series)
        return align(found)

    one, other = (max_return_cvar(scenarios_of(panel(way), 0.95), Constraints(), 0.02) for way in (False, True))

    assert isinstance(one, Answer)
    assert isinstance(other, Answer)
    weights = dict(zip(other.names, other.weights, strict=True))
    assert one.weights == pytest.approx([weights[name] for name in one.names], abs=1e-9)
    assert one.proof.gap < 1e-12


def test_the_smallest_account_holds_every_lot_and_not_a_dollar_more():
    lots = [Lot("ES", 250_000, 16_000), Lot("CL", 70_000, 6_000)]

    found = smallest_account(lots, AccountRules())

    assert found.equity == 500_000  # one lot of ES is half of it: the cap
    assert smallest_account(lots, AccountRules(cap=5, leverage=10)).equity == (16_000 + 6_000) / 0.4


def test_lots_near_their_weights_may_need_several_of_the_smaller():
    lots = [Lot("big", 100_000, 1), Lot("small", 30_000, 1)]

    found = smallest_account(lots, AccountRules(tolerance=0.05), [0.4, 0.4])

    assert found.lots == {"big": 1, "small": 3} or found.lots["small"] * 30_000 == pytest.approx(
        found.lots["big"] * 100_000, rel=0.11
    )
    assert all(
        abs(count * size - 0.4 * found.equity) <= 0.05 * 0.4 * found.equity * (1 + 1e-9)
        for count, size in zip(found.lots.values(), (100_000, 30_000), strict=True)
    )


def test_more_capital_never_fits_less():
    lots = [Lot("ES", 250_000, 16_000, gain=0.001), Lot("NQ", 350_000, 22_000, gain=0.002), Lot("CL", 70_000, 6_000)]

    curve = account_curve(lots, AccountRules(), [1e5, 5e5, 1e6, 1e7])

    assert curve[0].lots == {}
    assert [one.gain for one in curve] == sorted(one.gain for one in curve)
    assert {"ES", "NQ"} <= set(curve[-1].lots)
