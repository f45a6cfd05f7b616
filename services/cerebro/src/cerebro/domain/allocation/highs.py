"""Small linear programs with HiGHS: passed whole, started from a basis, read back as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from mathematricks.quant.returns import Floats
from numpy.typing import NDArray

TOLERANCE = 1e-10
INFINITY = highspy.kHighsInf
BASIC = int(highspy.HighsBasisStatus.kBasic)
LOWER = int(highspy.HighsBasisStatus.kLower)
UPPER = int(highspy.HighsBasisStatus.kUpper)
ZERO = int(highspy.HighsBasisStatus.kZero)
STATUSES = {int(one): one for one in highspy.HighsBasisStatus.__members__.values()}
Statuses = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Columns:
    """A matrix column by column (starts, row indices, values), with each column's cost and bounds."""

    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats
    cost: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class Basis:
    """Where each column and row stands: the statuses of HiGHS as numbers."""

    columns: Statuses
    rows: Statuses


@dataclass(frozen=True, eq=False)
class Optimum:
    """Values of the columns, duals of the rows (maximising: ≥ 0 for a binding upper limit), and the basis."""

    values: Floats
    duals: Floats
    basis: Basis
    pivots: int


def program(columns: Columns, row_upper: Floats, row_lower: Floats | None = None) -> highspy.Highs:
    """Return the program ``maximise cost·x`` with rows at most *row_upper*, ready to run on one thread."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns.cost.size, row_upper.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = columns.cost, columns.lower, columns.upper
    lp.row_lower_ = np.full(row_upper.size, -INFINITY) if row_lower is None else row_lower
    lp.row_upper_ = row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = columns.starts, columns.rows, columns.values
    lp.sense_ = highspy.ObjSense.kMaximize
    highs = quiet()
    highs.passModel(lp)
    return highs


def quiet() -> highspy.Highs:
    """Return a silent solver on one thread, at the tolerance that a proof needs."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("primal_feasibility_tolerance", TOLERANCE)
    highs.setOptionValue("dual_feasibility_tolerance", TOLERANCE)
    return highs


def start_from(highs: highspy.Highs, basis: Basis) -> None:
    """Start from *basis* if it is one; otherwise from scratch."""
    given = highspy.HighsBasis()
    given.col_status = [STATUSES[one] for one in basis.columns.tolist()]
    given.row_status = [STATUSES[one] for one in basis.rows.tolist()]
    given.valid = True
    highs.setBasis(given)


def best_values(highs: highspy.Highs) -> Floats | None:
    """Return the values alone of the optimum that the solver claims: the rest costs a fifth as much as solving."""
    highs.run()
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return np.array(highs.getSolution().col_value) if optimal else None


def run(highs: highspy.Highs) -> Optimum | None:
    """Return the optimum that the solver claims; None if it claims none. Nothing here proves it."""
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution, basis = highs.getSolution(), highs.getBasis()
    return Optimum(
        np.array(solution.col_value),
        np.array(solution.row_dual),
        Basis(np.array(basis.col_status, dtype=np.int8), np.array(basis.row_status, dtype=np.int8)),
        highs.getInfo().simplex_iteration_count,
    )


def dense(matrix: Floats, cost: Floats, lower: Floats, upper: Floats) -> Columns:
    """Return a dense *matrix* as columns."""
    rows, columns = matrix.shape
    starts = np.arange(columns + 1, dtype=np.int32) * rows
    indices = np.tile(np.arange(rows, dtype=np.int32), columns)
    return Columns(starts.astype(np.int32), indices, matrix.T.ravel(), cost, lower, upper)
