"""
The allocation's optimisers against their peers, on the same instances in the same run.

    python tests/bench/quant.py [--large]

Every line says its instance, our time and the peer's, their ratio, how far the objectives are apart and the gap
of our own proof. Instances are synthetic and seeded: three common Student-t(4) factors and noise of the same
kind. A peer that would take more than a minute (500 × 10,000) is only asked with ``--large``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import cvxpy as cp
import numpy as np
from cerebro.domain.allocation import band as bands
from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Answer
from cerebro.domain.allocation.constraints import Constraints, polytope
from cerebro.domain.allocation.leverage import Room
from cerebro.domain.allocation.scenarios import Scenarios
from cerebro.domain.allocation.sharpe import max_sharpe
from cerebro.domain.allocation.tail_methods import frontier, max_return_cvar
from cerebro.domain.allocation.tail_problem import TailProblem
from mathematricks.quant.covariance import sample_covariance
from scipy.optimize import minimize

SIZES = ((10, 1_250), (50, 2_500), (200, 5_000), (500, 10_000))
SEED = 20240601


def history(strategies: int, days: int) -> Any:
    """Return a days × strategies history of fat-tailed returns."""
    rng = np.random.default_rng(SEED + strategies)
    spread = rng.uniform(0.06, 0.35, strategies) / np.sqrt(252)
    factors = rng.standard_t(4, (days, 3)) @ (rng.normal(0, 0.45, (3, strategies)) + np.array([[0.25], [0.0], [0.0]]))
    raw = factors + rng.standard_t(4, (days, strategies))
    raw = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    return raw * spread + rng.uniform(0.2, 1.4, strategies) * spread / np.sqrt(252)


def instance(strategies: int, days: int, share: float) -> tuple[Scenarios, float]:
    """Return scenarios and a limit: a share of the CVaR of the four highest means at half of the equity each."""
    past = Scenarios(tuple(f"s{one}" for one in range(strategies)), history(strategies, days), 0.95)
    greedy = np.zeros(strategies)
    greedy[np.argsort(-past.mean)[:4]] = 0.5
    return past, share * past.cvar(greedy)


def best_of(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return the shortest time in milliseconds, and the last result."""
    took, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        took = min(took, (time.perf_counter() - start) * 1000)
    return took, result


def by_cvxpy(past: Scenarios, limit: float, cap: float) -> float:
    """Return the objective of the program as a user of cvxpy writes it, by HiGHS."""
    weights, edge = cp.Variable(past.mean.size), cp.Variable()
    excess = cp.Variable(past.values.shape[0])
    rows = [excess >= 0, excess >= -past.values @ weights - edge, edge + cp.sum(excess) / past.tail <= limit]
    bounds = [weights >= 0, weights <= cap, cp.sum(weights) <= 2]
    return float(cp.Problem(cp.Maximize(past.mean @ weights), rows + bounds).solve(solver=cp.HIGHS))


def by_full_program(past: Scenarios, limit: float, cap: float) -> float:
    """Return the objective of the textbook program passed straight to HiGHS, at tolerances of 1e-10."""
    problem = TailProblem(past, past.mean, polytope(past.names, past.mean, Constraints(cap=cap)), limit)
    band = bands.band_around(problem, np.zeros(past.mean.size))
    band.near[:], band.deep[:], band.open[:] = True, False, True
    what = bands.seen(problem, band)
    limits = np.concatenate([[0.0], problem.polytope.limits, np.zeros(what.days.size)])
    solver = highs.program(bands.columns_of(problem, what, 100.0), limits)
    solver.setOptionValue("presolve", "choose")
    found = highs.run(solver)
    return float(past.mean @ found.values[: past.mean.size]) if found else float("nan")


def say(name: str, ours: float, peer: float | None = None, note: str = "") -> None:
    """Print one line."""
    ratio = f"{peer:10.1f} ms {peer / ours:9.1f}x" if peer is not None else " " * 24
    print(f"{name:44}{ours:9.2f} ms {ratio}  {note}", flush=True)


def allocations(large: bool) -> None:
    """CVaR at four sizes, cold and warm."""
    for strategies, days in SIZES:
        past, limit = instance(strategies, days, 0.6)
        _ = past.mean
        took, answer = best_of(lambda past=past, limit=limit: max_return_cvar(past, Constraints(), limit))
        peer = None
        apart = ""
        if strategies < 500 or large:
            start = time.perf_counter()
            value = by_cvxpy(past, limit, 0.5)
            peer = (time.perf_counter() - start) * 1000
            apart = f"apart {abs(value / answer.objective - 1):.0e}, "
        say(f"CVaR {strategies}×{days}, against cvxpy+HiGHS", took, peer, f"{apart}gap {answer.proof.gap:.0e}")
        warm, _ = best_of(
            lambda past=past, limit=limit, answer=answer: max_return_cvar(
                past, Constraints(), limit * 0.97, answer.warm
            )
        )
        say("  warm: the limit 3 % lower", warm)


def hard_instances() -> None:
    """Many strategies held: caps of 5 %, limits at 30 % and 5 % of the greedy portfolio's CVaR."""
    for strategies, days in ((50, 2_500), (200, 5_000)):
        for share in (0.30, 0.05):
            past, limit = instance(strategies, days, share)
            few = Constraints(cap=0.05)
            took, answer = best_of(lambda past=past, limit=limit, few=few: max_return_cvar(past, few, limit), 2)
            start = time.perf_counter()
            value = by_full_program(past, limit, 0.05)
            peer = (time.perf_counter() - start) * 1000
            note = f"apart {abs(value / answer.objective - 1):.0e}, gap {answer.proof.gap:.0e}, "
            held = int((answer.weights > 1e-9).sum())
            say(f"hard {strategies}×{days} at {share:.0%}, against HiGHS", took, peer, f"{note}{held} held")


def frontiers() -> None:
    """Fifty limits, each from the one before."""
    past, limit = instance(200, 5_000, 0.6)
    limits = np.linspace(0.2, 1.2, 50) * limit
    took, answers = best_of(lambda: frontier(past, Constraints(), limits.tolist()), 1)
    gap = max(one.proof.gap for one in answers if isinstance(one, Answer))
    say("frontier of 50 limits, 200×5,000", took, None, f"largest gap {gap:.0e}")


def sharpes(large: bool) -> None:
    """Max-Sharpe against SLSQP with the exact gradient."""
    for strategies in (50, 200, *([500] if large else [])):
        past, _ = instance(strategies, 2_500, 0.6)
        covariance = sample_covariance(past.values)
        room = Room(past.names, past.mean, Constraints())
        took, answer = best_of(lambda covariance=covariance, room=room: max_sharpe(covariance, room))
        start = time.perf_counter()
        value = _by_slsqp(covariance, past.mean)
        peer = (time.perf_counter() - start) * 1000
        say(f"max-Sharpe {strategies}, against SLSQP", took, peer, f"apart {value / answer.objective - 1:.0e}")


def _by_slsqp(covariance: Any, mean: Any) -> float:
    def ratio(weights: Any) -> tuple[float, Any]:
        covered = covariance @ weights
        spread, earned = np.sqrt(weights @ covered), mean @ weights
        return -earned / spread, -(mean / spread - earned * covered / spread**3)

    start = np.full(mean.size, 1.0 / mean.size)
    total = {"type": "ineq", "fun": lambda w: 2 - w.sum(), "jac": lambda w: -np.ones(w.size)}
    options = {"maxiter": 1000, "ftol": 1e-12}
    found = minimize(ratio, start, jac=True, bounds=[(0, 0.5)] * mean.size, constraints=total, options=options)
    return float(-found.fun * np.sqrt(252))


if __name__ == "__main__":
    everything = "--large" in sys.argv
    allocations(everything)
    hard_instances()
    frontiers()
    sharpes(everything)
