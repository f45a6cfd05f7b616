"""What holds of every allocation."""

from __future__ import annotations

import numpy as np
import pytest
from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.constraints import Constraints, Group, Margins
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.tail_methods import max_return_cvar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.returns import a_history, limit_for, scenarios

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)
caps = st.floats(0.05, 1.0)
shares = st.floats(0.05, 1.2)


def optimum(past, constraints, limit):
    found = max_return_cvar(past, constraints, limit)
    assert isinstance(found, Answer)
    assert found.proof.holds()
    return found


@few
@given(seed=seeds, cap=caps, share=shares, confidence=st.sampled_from([0.9, 0.95, 0.987]))
def test_weights_are_feasible_and_proved(seed, cap, share, confidence):
    past = scenarios(a_history(8, 300, seed), confidence)
    limit = limit_for(past, share)

    found = optimum(past, Constraints(cap=cap), limit)

    assert found.weights.min() >= 0
    assert found.weights.max() <= cap
    assert found.weights.sum() <= 2 * (1 + 1e-12)
    assert past.cvar(found.weights) <= limit * (1 + 1e-12)
    assert found.measures["cvar"] >= found.measures["value_at_risk"]


@few
@given(seed=seeds, share=shares, looser=st.floats(1.0, 2.0))
def test_a_looser_limit_never_lowers_the_optimum(seed, share, looser):
    past = scenarios(a_history(8, 300, seed))
    limit = limit_for(past, share)

    assert optimum(past, Constraints(), limit * looser).objective >= optimum(past, Constraints(), limit).objective * (
        1 - 1e-9
    )


@few
@given(seed=seeds, share=shares, factor=st.floats(0.01, 100))
def test_scaling_returns_and_limit_scales_the_optimum(seed, share, factor):
    past = scenarios(a_history(8, 300, seed))
    limit = limit_for(past, share)

    scaled = optimum(scenarios(past.values * factor), Constraints(), limit * factor)

    assert scaled.objective == pytest.approx(optimum(past, Constraints(), limit).objective * factor, rel=1e-9)


@few
@given(seed=seeds, share=shares)
def test_a_strategy_split_in_two_under_one_cap_changes_nothing(seed, share):
    past = scenarios(a_history(8, 300, seed))
    limit = limit_for(past, share)
    margins = dict.fromkeys(past.names, 0.3)
    twin = Scenarios((*past.names, "twin"), np.column_stack([past.values, past.values[:, 3]]), 0.95)
    split = Constraints(groups=(Group("old s3", ("s3", "twin"), 0.5),), margins=Margins(margins | {"twin": 0.3}, 0.4))

    whole = optimum(past, Constraints(margins=Margins(margins, 0.4)), limit)

    assert optimum(twin, split, limit).objective == pytest.approx(whole.objective, rel=1e-9)


@few
@given(seed=seeds, share=shares)
def test_the_order_of_days_and_strategies_changes_nothing(seed, share):
    past = scenarios(a_history(8, 300, seed))
    limit = limit_for(past, share)
    rng = np.random.default_rng(seed)
    order = rng.permutation(8)
    mixed = Scenarios(tuple(past.names[one] for one in order), past.values[rng.permutation(300)][:, order], 0.95)

    assert optimum(mixed, Constraints(), limit).objective == pytest.approx(
        optimum(past, Constraints(), limit).objective, rel=1e-9
    )
