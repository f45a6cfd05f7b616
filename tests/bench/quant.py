"""
The allocation's optimisers against their peers, on the same instances in the same run.

    python tests/bench/quant.py [--large] [--cpu]

Every line says its instance, our time and the peer's, their ratio, how far the objectives are apart and the gap
of our own proof. Instances are synthetic and seeded: three common Student-t(4) factors and noise of the same
kind. A peer that would take more than a minute (500 × 10,000) is only asked with ``--large``.

skfolio is asked as a second peer where it lies in ``.tools/peers``; it is nobody's dependency:

    .tools/uv/bin/uv pip install --python .venv/bin/python --target .tools/peers skfolio

Timings are the best of several; ``--cpu`` measures the processor's time instead of the wall's, for a machine that
others use, too (then with OPENBLAS_NUM_THREADS=1). The walk needs the real backtests beside the checkout.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
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
from cerebro.domain.caps import Limits, Sized
from cerebro.domain.inputs import Standing
from cerebro.domain.policy import Policy
from cerebro.domain.risk_caps import RISK_CAPS
from cerebro.domain.tail_risk import History, view_of
from mathematricks.contracts.strategies import RiskLimits
from mathematricks.quant.covariance import sample_covariance
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
BACKTESTS = ROOT.parent / "shared/data/backtests"
sys.path += [str(ROOT / "tests"), str(ROOT / ".tools/peers")]
try:
    from skfolio import RiskMeasure
    from skfolio.optimization import MeanRisk, ObjectiveFunction
except ImportError:
    MeanRisk = None
clock = time.process_time if "--cpu" in sys.argv else time.perf_counter
SIZES = ((10, 1_250), (50, 2_500), (200, 5_000), (500, 10_000))
SEED = 20240601
PATIENCE = 90.0
"""Seconds that SLSQP gets."""


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
        start = clock()
        result = work()
        took = min(took, (clock() - start) * 1000)
    return took, result


def by_cvxpy(past: Scenarios, limit: float, cap: float) -> float:
    """Return the objective of the program as a user of cvxpy writes it, by HiGHS."""
    weights, edge = cp.Variable(past.mean.size), cp.Variable()
    excess = cp.Variable(past.values.shape[0])
    rows = [excess >= 0, excess >= -past.values @ weights - edge, edge + cp.sum(excess) / past.tail <= limit]
    bounds = [weights >= 0, weights <= cap, cp.sum(weights) <= 2]
    return float(cp.Problem(cp.Maximize(past.mean @ weights), rows + bounds).solve(solver=cp.HIGHS))


def by_skfolio(past: Scenarios, limit: float) -> float:
    """Return the objective that skfolio reaches with its usual solver."""
    model = MeanRisk(
        objective_function=ObjectiveFunction.MAXIMIZE_RETURN,
        risk_measure=RiskMeasure.CVAR,
        max_cvar=limit,
        cvar_beta=0.95,
        min_weights=0.0,
        max_weights=0.5,
        budget=None,
        max_budget=2.0,
    )
    return float(past.mean @ model.fit(past.values).weights_)


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
            start = clock()
            value = by_cvxpy(past, limit, 0.5)
            peer = (clock() - start) * 1000
            apart = f"apart {abs(value / answer.objective - 1):.0e}, "
        say(f"CVaR {strategies}×{days}, against cvxpy+HiGHS", took, peer, f"{apart}gap {answer.proof.gap:.0e}")
        if MeanRisk is not None and (strategies < 200 or large):
            start = clock()
            value = by_skfolio(past, limit)
            peer = (clock() - start) * 1000
            say("  the same, against skfolio", took, peer, f"apart {abs(value / answer.objective - 1):.0e}")
        warm, _ = best_of(
            lambda past=past, limit=limit, answer=answer: max_return_cvar(
                past, Constraints(), limit * 0.97, answer.warm
            )
        )
        say("  warm: the limit 3 % lower", warm)
        _, other = other_means(past)
        warm, again = best_of(
            lambda other=other, limit=limit, answer=answer: max_return_cvar(other, Constraints(), limit, answer.warm), 5
        )
        say("  warm: other means", warm, None, f"gap {again.proof.gap:.0e}")


def other_means(past: Scenarios) -> tuple[Any, Scenarios]:
    """Return *past* with each mean moved by about a twentieth, and by how much."""
    moved = 0.05 * past.mean * np.random.default_rng(SEED).standard_normal(past.mean.size)
    other = Scenarios(past.names, past.values + moved, past.confidence)
    _ = other.mean
    return moved, other


def hard_instances() -> None:
    """Many strategies held: caps of 5 %, limits at 30 % and 5 % of the greedy portfolio's CVaR."""
    for strategies, days in ((50, 2_500), (200, 5_000)):
        for share in (0.30, 0.05):
            past, limit = instance(strategies, days, share)
            few = Constraints(cap=0.05)
            took, answer = best_of(lambda past=past, limit=limit, few=few: max_return_cvar(past, few, limit), 2)
            start = clock()
            value = by_full_program(past, limit, 0.05)
            peer = (clock() - start) * 1000
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


def sharpes() -> None:
    """Max-Sharpe against SLSQP with the exact gradient, which is stopped after ``PATIENCE``."""
    for strategies in (50, 200, 500):
        past, _ = instance(strategies, 2_500, 0.6)
        covariance = sample_covariance(past.values)
        room = Room(past.names, past.mean, Constraints())
        took, answer = best_of(lambda covariance=covariance, room=room: max_sharpe(covariance, room), 20)
        start = clock()
        value, ended = _by_slsqp(covariance, past.mean)
        peer = (clock() - start) * 1000
        note = f"apart {value / answer.objective - 1:.0e}" + ("" if ended else ", and the ratio is at least that")
        say(f"max-Sharpe {strategies}, against SLSQP", took, peer, note)


def _by_slsqp(covariance: Any, mean: Any) -> tuple[float, bool]:
    """Return the ratio reached, and whether that is where it ended by itself."""
    until = time.monotonic() + PATIENCE
    reached = 0.0

    def ratio(weights: Any) -> tuple[float, Any]:
        nonlocal reached
        covered = covariance @ weights
        spread, earned = np.sqrt(weights @ covered), mean @ weights
        reached = earned / spread
        if time.monotonic() > until:
            raise TimeoutError
        return -reached, -(mean / spread - earned * covered / spread**3)

    start = np.full(mean.size, 1.0 / mean.size)
    total = {"type": "ineq", "fun": lambda w: 2 - w.sum(), "jac": lambda w: -np.ones(w.size)}
    options = {"maxiter": 1000, "ftol": 1e-12}
    try:
        minimize(ratio, start, jac=True, bounds=[(0, 0.5)] * mean.size, constraints=total, options=options)
    except TimeoutError:
        return float(reached * np.sqrt(252)), False
    return float(reached * np.sqrt(252)), True


def gates() -> None:
    """The two caps that look at history, per signal: everything between a sized entry and its room."""
    strategies, days, signals = 50, 2_500, 500
    values = np.asfortranarray(history(strategies, days))
    names = tuple(f"s{one}" for one in range(strategies))
    known, at_work = History("h", names, values), dict.fromkeys(names, Decimal(30_000))
    equity, price = Decimal(1_000_000), Decimal(100)
    standing = Standing("paper:bench", "USD", equity, Decimal(0), Decimal(0), Decimal(1), None)  # type: ignore[arg-type]
    entry = [Sized("X", "BUY", Decimal(1), Decimal(1), price, price, price, Decimal(0))]
    policy = Policy(cvar_limit=Decimal("0.012"))

    def judge() -> int:
        shrunk = 0
        for one in range(signals):
            tail = view_of(known, names[one % strategies], at_work, equity, Decimal(5_000))
            limits = Limits(equity / 2, Decimal(30_000), RiskLimits(), standing, (standing,), policy, tail)
            shrunk += any(allowed.sets < 5_000 for rule in RISK_CAPS for allowed in rule(entry, limits))
        return shrunk

    took, shrunk = best_of(judge, 7)
    say(f"the gate per signal, {strategies}×{days:,}", took / signals, None, f"{shrunk} of {signals} shrunk")


def walks() -> None:
    """The real strategies over their whole history, optimised anew each month, beside the desk as it is."""
    if not BACKTESTS.is_dir():
        print(f"SKIPPED the walk of the real strategies: there are no backtests at {BACKTESTS}", flush=True)
        return
    from mathematricks.contracts.sandbox import SimulatedSettings
    from support.simulations import a_job, real_members, result_of

    job = a_job(*real_members(), settings=SimulatedSettings(cvar_limit=0.01))
    took, result = best_of(lambda: result_of(job))
    figures = result.after.figures
    note = f"{figures.days} days, twice {len(result.after.reallocations)} optimisations, {figures.decided} decisions"
    say("walk of the real strategies, both sides", took, None, note)


if __name__ == "__main__":
    if MeanRisk is None:
        print("SKIPPED skfolio: it is not in .tools/peers (see above)", flush=True)
    everything = "--large" in sys.argv
    allocations(everything)
    hard_instances()
    frontiers()
    sharpes()
    gates()
    walks()
