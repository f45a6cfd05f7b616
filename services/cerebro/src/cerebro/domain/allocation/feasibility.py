"""Whether the constraints can be met at all, and if not, which of them are in conflict."""

from __future__ import annotations

import numpy as np
from mathematricks.quant.returns import Floats

from cerebro.domain.allocation import highs
from cerebro.domain.allocation.answers import Infeasible
from cerebro.domain.allocation.constraints import Polytope

MET = 1e-9


def feasible_weights(polytope: Polytope) -> Floats | Infeasible:
    """
    Return weights that satisfy every row of *polytope*, or the rows that cannot be met together.

    Rows that forbid holding nothing may be passed at a price; the least total that must be paid is 0 if and
    only if there are feasible weights, and its duals name the rows that stand against each other.
    """
    strategies = polytope.upper.size
    if polytope.holds_nothing():
        return np.zeros(strategies)
    rows, helping = polytope.matrix.shape[0], polytope.helping.shape[1]
    elastic = -np.eye(rows)[:, polytope.limits < 0]
    matrix = np.hstack([polytope.matrix, polytope.helping, elastic])
    count = elastic.shape[1]
    columns = highs.dense(
        matrix,
        np.concatenate([np.zeros(strategies + helping), -np.ones(count)]),
        np.zeros(strategies + helping + count),
        np.concatenate([polytope.upper, polytope.helping_upper, np.full(count, highs.INFINITY)]),
    )
    found = highs.run(highs.program(columns, polytope.limits))
    if found is None:
        raise ArithmeticError("the solver found neither weights nor a conflict")
    if found.values[strategies + helping :].sum() <= MET * (1 + float(np.abs(polytope.limits).max())):
        return np.clip(found.values[:strategies], 0.0, polytope.upper)
    return _conflict(polytope, np.abs(found.duals))


def _conflict(polytope: Polytope, prices: Floats) -> Infeasible:
    names = [
        name
        for name, price in zip(polytope.names, prices, strict=True)
        if price > MET and not name.startswith("sold of")
    ]
    reduced = polytope.matrix.T @ prices
    if bool(np.any((reduced < -MET) & (polytope.upper > 0))):
        names.append("cap")
    return Infeasible(tuple(names), f"No weights satisfy {' and '.join(names)} together.")
