"""Return histories for the optimisers' tests: seeded, fat-tailed, with common factors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cerebro.domain.allocation.scenarios import Scenarios
from mathematricks.quant.returns import Floats

BACKTESTS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "backtests"


def a_history(strategies: int = 12, days: int = 600, seed: int = 7) -> Floats:
    """Days × strategies of Student-t returns that share three factors."""
    rng = np.random.default_rng(seed)
    spread = rng.uniform(0.06, 0.35, strategies) / np.sqrt(252)
    factors = rng.standard_t(4, (days, 3)) @ rng.normal(0.1, 0.45, (3, strategies))
    raw = factors + rng.standard_t(4, (days, strategies))
    raw = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    return raw * spread + rng.uniform(0.2, 1.4, strategies) * spread / np.sqrt(252)


def scenarios(values: Floats, confidence: float = 0.95) -> Scenarios:
    """The history as scenarios of strategies ``s0``, ``s1``, …"""
    names = tuple(f"s{number}" for number in range(values.shape[1]))
    return Scenarios(names, np.ascontiguousarray(values), confidence)


def limit_for(one: Scenarios, share: float = 0.6) -> float:
    """A binding limit: a share of the CVaR of the four highest means at half of the equity each."""
    weights = np.zeros(one.mean.size)
    weights[np.argsort(-one.mean)[:4]] = 0.5
    return share * one.cvar(weights)


def real_backtests() -> Path:
    """Where developers' real files lie; a test that needs them is skipped, loudly, where they are not."""
    if not BACKTESTS.is_dir():
        pytest.skip(f"no real backtests at {BACKTESTS}")
    return BACKTESTS
