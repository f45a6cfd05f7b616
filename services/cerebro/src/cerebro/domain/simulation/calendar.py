"""On which days the desk optimises anew, and on which its strategies close and open."""

from __future__ import annotations

import numpy as np
from mathematricks.contracts.sandbox import Cadence
from mathematricks.quant.returns import Days


def first_days(days: Days, cadence: Cadence) -> frozenset[int]:
    """Return the indexes of *days* that are the first of their week, month, quarter or year."""
    period = _period(days, cadence)
    begins = np.flatnonzero(np.concatenate([[True], period[1:] != period[:-1]]))
    return frozenset(int(one) for one in begins)


def _period(days: Days, cadence: Cadence) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if cadence == "weekly":
        weeks: np.ndarray[tuple[int], np.dtype[np.int64]] = (days.astype("datetime64[D]").astype(np.int64) + 3) // 7
        return weeks  # 1970-01-01 was a Thursday: weeks begin on Mondays
    if cadence == "yearly":
        return days.astype("datetime64[Y]").astype(np.int64)
    months = days.astype("datetime64[M]").astype(np.int64)
    return months if cadence == "monthly" else months // 3
