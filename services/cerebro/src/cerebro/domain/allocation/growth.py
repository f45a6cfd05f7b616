"""``max_cagr_drawdown``: the highest compound growth whose worst drawdown stays within a limit."""

from __future__ import annotations

import highspy
import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Answer, Infeasible, Proof, Unproved
from cerebro.domain.allocation.constraints import Constraints, Polytope, polytope
from cerebro.domain.allocation.feasibility import feasible_weights
from cerebro.domain.allocation.reading_proofs import binding_rows, portfolio_measures
from cerebro.domain.allocation.scenarios import Scenarios

MOST_ROUNDS = 200
TOUCHING = 1e-10
NEAR = 1e-7


def max_cagr_drawdown(scenarios: Scenarios, constraints: Constraints, limit: float) -> Answer | Infeasible:
    """
    Return the weights of the highest compound growth, rebalanced daily, whose drawdown is at most *limit*.

    The drawdown is that of the sum of the daily returns, as a fraction of the equity at the start (Chekhlov,
    Uryasev & Zabarankin): so the problem is convex and its answer can be proved. The compounded drawdown
    is among the measures. The objective is the growth per 252 days.

    Raises:
        Unproved: the rounds ended without a proof.
    """
    rows = polytope(scenarios.names, scenarios.mean, constraints)
    start = feasible_weights(rows)
    if isinstance(start, Infeasible):
        return start
    cuts = _Cuts(scenarios, rows, limit)
    if not rows.holds_nothing():
        start, least = _shallowest(cuts)
        if least > limit:
            return Infeasible(("drawdown limit",), f"No weights draw down less than {least:.4f}; the limit is {limit}.")
    weights, proof = _climb(scenarios, cuts, start)
    measured = portfolio_measures(scenarios, weights)
    binding = binding_rows(rows, scenarios.names, weights)
    if cuts.worst(weights)[0] >= limit * (1 - 1e-6):
        binding = ("drawdown limit", *binding)
    return Answer(scenarios.names, weights, measured["annual_return"], proof, {}, measured, binding)


class _Cuts:
    """The outer problem: the polytope, and the drawdowns met so far as rows."""

    def __init__(self, scenarios: Scenarios, rows: Polytope, limit: float) -> None:
        self.rows, self.limit = rows, limit
        self._sums = np.vstack([np.zeros((1, len(scenarios.names))), np.cumsum(scenarios.values, axis=0)])
        self.drops = np.zeros((0, len(scenarios.names)))

    def worst(self, weights: Floats) -> tuple[float, Floats]:
        """Return the worst drawdown at *weights*, and what each unit of weight adds to it."""
        path = self._sums @ weights
        peaks = np.maximum.accumulate(path)
        bottom = int(np.argmax(peaks - path))
        top = int(np.argmax(path[: bottom + 1]))
        return float(peaks[bottom] - path[bottom]), self._sums[top] - self._sums[bottom]

    def add(self, drop: Floats) -> None:
        """Hold this drop to the limit from now on."""
        self.drops = np.vstack([self.drops, drop])

    def system(self) -> tuple[Floats, Floats]:
        """Return the rows over weights and helping variables, and their limits."""
        beside = np.zeros((len(self.drops), self.rows.helping_upper.size))
        matrix = np.vstack([np.hstack([self.rows.matrix, self.rows.helping]), np.hstack([self.drops, beside])])
        return matrix, np.concatenate([self.rows.limits, np.full(len(self.drops), self.limit)])


def _shallowest(cuts: _Cuts) -> tuple[Floats, float]:
    """
    Return the weights with the least drawdown, and a bound that no weights can pass.

    The least drawdown over the drops met so far is a linear program, and its value a lower bound; the worst drop
    at its answer is met next, until the answer's own drawdown is no more than the bound.
    """
    size, helping = cuts.rows.upper.size, cuts.rows.helping_upper.size
    for _ in range(MOST_ROUNDS):
        count = len(cuts.drops)
        plain = np.hstack([cuts.rows.matrix, cuts.rows.helping, np.zeros((len(cuts.rows.limits), 1))])
        deep = np.hstack([cuts.drops, np.zeros((count, helping)), -np.ones((count, 1))])
        cost = np.concatenate([np.zeros(size + helping), [-1.0]])
        upper = np.concatenate([cuts.rows.upper, cuts.rows.helping_upper, [highs.INFINITY]])
        columns = highs.dense(np.vstack([plain, deep]), cost, np.zeros(size + helping + 1), upper)
        found = highs.run(highs.program(columns, np.concatenate([cuts.rows.limits, np.zeros(count)])))
        if found is None:
            raise Unproved("the least drawdown has no optimum")
        weights, least = np.clip(found.values[:size], 0.0, cuts.rows.upper), float(found.values[-1])
        drawdown, drop = cuts.worst(weights)
        if drawdown <= least + TOUCHING * (1 + least):
            return weights, least
        cuts.add(drop)
    raise Unproved(f"{MOST_ROUNDS} rounds left the least drawdown unproved")


def _climb(scenarios: Scenarios, cuts: _Cuts, start: Floats) -> tuple[Floats, Proof]:
    """Solve quadratic models of the growth; each answer is a step, a drop that passes the limit is a new row."""
    values = scenarios.values
    point = start
    for number in range(1, MOST_ROUNDS + 1):
        target = _model_optimum(values, point, cuts)
        drawdown, drop = cuts.worst(target)
        if drawdown > cuts.limit * (1 + TOUCHING):
            cuts.add(drop)
            continue
        point = _step(values, point, target - point)
        exact = _polished(values, point, cuts)
        proof = _proof(values, exact, cuts, number)
        if proof.holds():
            return exact, proof
        deepest, drop = cuts.worst(exact)
        if deepest > cuts.limit * (1 + TOUCHING):
            cuts.add(drop)
    raise Unproved(f"{MOST_ROUNDS} rounds left the growth unproved")


def _polished(values: Floats, point: Floats, cuts: _Cuts) -> Floats:
    """
    Return the optimum of the growth on the rows and bounds that *point* touches, by Newton steps.

    Helping variables are columns like the weights, without a return.
    """
    matrix, limits = cuts.system()
    near = np.concatenate([point, cuts.rows.help_for(point)])
    upper = np.concatenate([cuts.rows.upper, cuts.rows.helping_upper])
    values = np.hstack([values, np.zeros((values.shape[0], near.size - point.size))])
    free = (near > NEAR) & (near < upper - NEAR)
    touched = np.abs(limits - matrix @ near) <= NEAR * (1 + np.abs(limits))
    active = matrix[touched][:, free]
    fixed = np.where(free, 0.0, np.where(near > NEAR, upper, 0.0))
    room = (limits - matrix @ fixed)[touched]
    exact = np.where(free, near, fixed)
    count = int(free.sum())
    for _ in range(6):
        scaled = values[:, free] / (1.0 + values @ exact)[:, None]
        bend = scaled.T @ scaled / values.shape[0]
        system = np.block([[bend, active.T], [active, np.zeros((len(active), len(active)))]])
        step = np.linalg.lstsq(system, np.concatenate([scaled.mean(axis=0), room - active @ exact[free]]), rcond=1e-13)
        exact[free] += step[0][:count]
    return np.clip(exact[: point.size], 0.0, cuts.rows.upper)


def _step(values: Floats, point: Floats, move: Floats) -> Floats:
    length = 1.0
    before = _growth(values, point)
    while length > 1e-9 and _growth(values, point + length * move) < before:
        length /= 2
    return point + length * move if length > 1e-9 else point


def _growth(values: Floats, weights: Floats) -> float:
    returns = values @ weights
    return float(np.log1p(returns).mean()) if returns.min() > -1 else -np.inf


def _model_optimum(values: Floats, point: Floats, cuts: _Cuts) -> Floats:
    """Return the optimum of the growth's second-order model at *point*."""
    wealth = 1.0 / (1.0 + values @ point)
    scaled = values * wealth[:, None]
    slope, bend = scaled.mean(axis=0), scaled.T @ scaled / values.shape[0]
    matrix, limits = cuts.system()
    size, helping = point.size, cuts.rows.helping_upper.size
    scale = 1.0 / float(np.mean(np.diag(bend)) or 1.0)
    cost = np.concatenate([-(slope + bend @ point) * scale, np.zeros(helping)])
    upper = np.concatenate([cuts.rows.upper, cuts.rows.helping_upper])
    columns = highs.dense(matrix, cost, np.zeros(size + helping), upper)
    solver = highs.program(columns, limits)
    solver.changeObjectiveSense(highspy.ObjSense.kMinimize)
    lower = np.tril(bend) * scale
    hessian = highspy.HighsHessian()
    hessian.dim_, hessian.format_ = size + helping, highspy.HessianFormat.kTriangular
    rows = [np.arange(column, size) for column in range(size)]
    starts = np.concatenate([[0], np.cumsum([one.size for one in rows])])
    hessian.start_ = np.concatenate([starts, np.full(helping, starts[-1])]).astype(np.int32)
    hessian.index_ = np.concatenate(rows).astype(np.int32)
    hessian.value_ = np.concatenate([lower[column:, column] for column in range(size)])
    solver.passHessian(hessian)
    found = highs.run(solver)
    if found is None:
        raise Unproved("the quadratic model of the growth has no optimum")
    return np.clip(found.values[:size], 0.0, cuts.rows.upper)


def _proof(values: Floats, point: Floats, cuts: _Cuts, rounds: int) -> Proof:
    """Return the growth, and the most that its tangent allows over the outer problem, by the tangent's duals."""
    slope = values.T @ (1.0 / (1.0 + values @ point)) / values.shape[0]
    matrix, limits = cuts.system()
    size, helping = point.size, cuts.rows.helping_upper.size
    upper = np.concatenate([cuts.rows.upper, cuts.rows.helping_upper])
    cost = np.concatenate([slope, np.zeros(helping)])
    scale = 1.0 / float(np.abs(slope).max() or 1.0)
    found = highs.run(highs.program(highs.dense(matrix, scale * cost, np.zeros(size + helping), upper), limits))
    primal = _growth(values, point)
    if found is None:
        return Proof(primal, np.inf, 0.0, "sequential quadratic", rounds)
    prices = np.maximum(found.duals, 0.0) / scale
    most = float(prices @ limits) + float(np.maximum(cost - matrix.T @ prices, 0) @ upper)
    over = max(cuts.worst(point)[0] / cuts.limit - 1.0, cuts.rows.violation(point), 0.0)
    return Proof(primal, primal + most - float(slope @ point), over, "sequential quadratic", rounds)
