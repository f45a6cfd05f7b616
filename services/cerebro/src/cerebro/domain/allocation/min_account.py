"""The smallest account that a set of strategies can trade in whole lots, and which strategies fit an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Infeasible

EXACT = 1e-9
MOST_LOTS = 1e6


@dataclass(frozen=True)
class Lot:
    """
    One strategy and the least it can trade.

    Attributes:
        notional, margin: Of one lot, in account currency; *lots* is the least number of them.
        gain: Mean daily return per unit of weight, to choose between strategies that do not all fit.
    """

    name: str
    notional: float
    margin: float
    lots: int = 1
    gain: float = 0.0


@dataclass(frozen=True)
class AccountRules:
    """Shares of equity: most margin, most notional together, most of one strategy, and how far from the weights."""

    margin_limit: float = 0.40
    leverage: float = 2.0
    cap: float = 0.5
    tolerance: float | None = None


@dataclass(frozen=True)
class SmallestAccount:
    """The least equity, the lots of each strategy in it, and the rules that forbid a smaller one."""

    equity: float
    lots: dict[str, int]
    binding: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """What fits an account of *equity*: the strategies and their lots, and their mean daily gain in money."""

    equity: float
    lots: dict[str, int]
    gain: float


def smallest_account(
    lots: Sequence[Lot], rules: AccountRules, weights: Sequence[float] | None = None
) -> SmallestAccount | Infeasible:
    """
    Return the least equity with which every strategy trades at least its lots, within *rules*.

    Args:
        weights: Target shares of equity. With a tolerance t each strategy's notional must be within
            (1 ± t) × weight × equity; without one it must only not exceed weight × equity, as Cerebro rounds down.

    An integer program, solved to no gap: minimise the equity over whole numbers of lots.
    """
    if weights is not None and any(weight <= 0 for weight in weights):
        return Infeasible(("weights",), "A strategy with no weight never has room for a lot.")
    names, matrix, limits = _rows(lots, rules, weights)
    size = len(lots)
    scale = max(max(one.notional, one.margin) for one in lots) or 1.0
    columns = highs.dense(
        matrix / np.append(np.full(size, scale), 1.0),  # the equity in units of the largest lot
        np.concatenate([np.zeros(size), [-1.0]]),
        np.concatenate([[one.lots for one in lots], [0.0]]).astype(float),
        np.concatenate([np.full(size, MOST_LOTS), [highs.INFINITY]]),
    )
    found = _whole(highs.program(columns, limits), size)
    if found is None:
        return Infeasible(("lots",), "No account is large enough for these lots within these rules.")
    counts = np.round(found[:size])
    equity, binding = _least_equity(names, matrix, counts)
    return SmallestAccount(equity, {one.name: int(n) for one, n in zip(lots, counts, strict=True)}, binding)


def strategies_that_fit(lots: Sequence[Lot], rules: AccountRules, equity: float) -> Fit:
    """Return the strategies, and whole lots of each, that gain most in an account of *equity*; each may be left out."""
    size = len(lots)
    notional = np.array([one.notional for one in lots])
    margin = np.array([one.margin for one in lots])
    least = np.array([float(one.lots) for one in lots])
    most = np.floor(rules.cap * equity / np.where(notional > 0, notional, np.inf) + EXACT)
    most = np.where(notional > 0, most, np.floor(rules.margin_limit * equity / np.maximum(margin, EXACT)))
    most = np.where(most >= least, most, 0.0)
    # lots − most × chosen ≤ 0 and least × chosen − lots ≤ 0: none, or at least the least
    matrix = np.vstack(
        [
            np.concatenate([margin, np.zeros(size)]),
            np.concatenate([notional, np.zeros(size)]),
            np.hstack([np.eye(size), -np.diag(most)]),
            np.hstack([-np.eye(size), np.diag(least)]),
        ]
    )
    limits = np.concatenate([[rules.margin_limit * equity, rules.leverage * equity], np.zeros(2 * size)])
    gains = np.array([one.gain for one in lots]) * notional
    scale = equity if equity > 0 else 1.0
    matrix[:2], limits[:2] = matrix[:2] / scale, limits[:2] / scale
    cost = np.concatenate([gains / (np.abs(gains).max() or 1.0), np.zeros(size)])
    columns = highs.dense(matrix, cost, np.zeros(2 * size), np.concatenate([most, np.ones(size)]))
    found = _whole(highs.program(columns, limits), 2 * size)
    if found is None:
        raise ArithmeticError("holding nothing always fits")
    counts = np.round(found[:size])
    chosen = {one.name: int(n) for one, n in zip(lots, counts, strict=True) if n > 0}
    return Fit(equity, chosen, float(gains @ counts))


def account_curve(lots: Sequence[Lot], rules: AccountRules, equities: Sequence[float]) -> tuple[Fit, ...]:
    """Return which strategies fit at each equity."""
    return tuple(strategies_that_fit(lots, rules, equity) for equity in equities)


def _rows(
    lots: Sequence[Lot], rules: AccountRules, weights: Sequence[float] | None
) -> tuple[list[str], Floats, Floats]:
    """Return rows over (lots…, equity): each is homogeneous, so that the equity follows from the lots."""
    notional = np.array([one.notional for one in lots])
    margin = np.array([one.margin for one in lots])
    size = len(lots)
    names = ["margin", "leverage"]
    rows = [np.append(margin, -rules.margin_limit), np.append(notional, -rules.leverage)]
    for number, one in enumerate(lots):
        own = np.zeros(size)
        own[number] = one.notional
        share = rules.cap if weights is None else min(rules.cap, weights[number] * (1 + (rules.tolerance or 0.0)))
        names.append(f"room for {one.name}")
        rows.append(np.append(own, -share))
        if weights is not None and rules.tolerance is not None:
            names.append(f"weight of {one.name}")
            rows.append(np.append(-own, weights[number] * (1 - rules.tolerance)))
    return names, np.array(rows), np.zeros(len(rows))


def _least_equity(names: list[str], matrix: Floats, counts: Floats) -> tuple[float, tuple[str, ...]]:
    """Return the least equity for whole *counts*, exactly, and the rows that ask for it."""
    asked = [
        (float(row[:-1] @ counts / -row[-1]), name) for name, row in zip(names, matrix, strict=True) if row[-1] < 0
    ]
    equity = max(need for need, _ in asked)
    return equity, tuple(name for need, name in asked if need >= equity * (1 - EXACT))


def _whole(solver: highspy.Highs, columns: int) -> Floats | None:
    """Return the optimum with the first *columns* whole, or None; the gap is closed entirely."""
    for column in range(columns):
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    solver.setOptionValue("presolve", "on")
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-9)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)
