"""Whatever strategies repeat, cancel out or stand still, and however few days there are: an answer is proved."""

from __future__ import annotations

import numpy as np
import pytest
from cerebro.domain.allocation.answers import Infeasible
from cerebro.domain.allocation.constraints import Constraints, Group, Turnover
from cerebro.domain.allocation.methods import Wanted, optimise
from hypothesis import given, settings
from hypothesis import strategies as st
from mathematricks.quant.returns import Floats
from support.returns import a_history, scenarios


def copies(past: Floats, dice: np.random.Generator) -> Floats:
    return past[:, dice.integers(0, past.shape[1], dice.integers(1, past.shape[1] + 1))]


def few_days(past: Floats, dice: np.random.Generator) -> Floats:
    return past[: int(dice.integers(2, past.shape[1] + 2))]


def constants(past: Floats, dice: np.random.Generator) -> Floats:
    return np.where(dice.random(past.shape[1]) < 0.5, dice.choice([0.0, 1e-4, -1e-4, 1e-3]), past)


FAMILIES = {
    "twins": lambda past, dice: np.column_stack([past, copies(past, dice)]),
    "nearly twins": lambda past, dice: np.column_stack(
        [past, (1 + 10.0 ** -dice.integers(4, 14) * dice.standard_normal((len(past), 1))) * copies(past, dice)]
    ),
    "shifted twins": lambda past, dice: np.column_stack([past, copies(past, dice) + dice.choice([1e-5, -1e-5, 1e-4])]),
    "leveraged twins": lambda past, dice: np.column_stack([past, dice.uniform(0.3, 3) * copies(past, dice)]),
    "opposites": lambda past, dice: np.column_stack([past, dice.choice([0.0, 1e-4, 1e-3]) - copies(past, dice)]),
    "mixes": lambda past, dice: np.column_stack([past, past @ dice.dirichlet(np.ones(past.shape[1]), 4).T]),
    "constants": constants,
    "few days": few_days,
    "seldom trading": lambda past, dice: past * (dice.random(past.shape) < 0.03),
    "of all sizes": lambda past, dice: past * 10.0 ** dice.integers(-4, 2, past.shape[1]),
}


def asked(names: tuple[str, ...], mean: Floats, dice: np.random.Generator) -> Constraints:
    some = dice.random(4)
    return Constraints(
        cap=float(dice.choice([0.1, 0.3, 0.5, 1.0])),
        leverage=float(dice.choice([1.0, 2.0])),
        invested=float(dice.choice([0.5, 1.0])) if some[0] < 0.6 else 0.0,
        floor=float(np.quantile(mean, 0.6)) * 0.5 if some[1] < 0.4 else None,
        turnover=Turnover(dict.fromkeys(names[:4], 0.1), float(dice.choice([0.2, 1.5]))) if some[2] < 0.3 else None,
        groups=(Group("first", names[:3], 0.4),) if some[3] < 0.3 else (),
    )


@pytest.mark.parametrize("method", ["min_volatility", "max_sharpe"])
@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 100_000), strategies=st.integers(2, 14), days=st.integers(40, 300))
def test_it_is_proved_or_what_stands_against_it_is_named(family, method, seed, strategies, days):
    dice = np.random.default_rng(seed)
    past = scenarios(FAMILIES[family](a_history(strategies, days, seed), dice))

    found = optimise(past, asked(past.names, past.mean, dice), Wanted(method))

    assert found.which if isinstance(found, Infeasible) else found.proof.holds()
