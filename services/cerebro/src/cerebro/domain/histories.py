"""From each strategy's returns to the one aligned history that CVaR is computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from mathematricks.contracts.base import derive_id
from mathematricks.quant.returns import Days, Floats, Panel, Series, SeriesError, align

from cerebro.domain.tail_risk import History

ENOUGH = 252
"""Days that a strategy's returns, and the window common to all, must cover to say anything (RULES 12)."""


def common_history(series: Sequence[Series]) -> Panel | None:
    """
    Return the returns of as many strategies as have a common window of 252 days; None: of none.

    Where the window is too short, the strategy with the fewest days is left out, and its entries say so.
    """
    left = sorted((one for one in series if one.days.size >= ENOUGH), key=lambda one: (-one.days.size, one.name))
    while left:
        try:
            panel = align(sorted(left, key=lambda one: one.name))
        except SeriesError:
            panel = None
        if panel is not None and panel.days.size >= ENOUGH:
            return panel
        left.pop()
    return None


def history_of(panel: Panel) -> History:
    """Return *panel* as decisions know it: by the hash of its content."""
    return History(history_id(panel.names, panel.days, panel.values), panel.names, np.asfortranarray(panel.values))


def history_id(names: Sequence[str], days: Days, values: Floats) -> str:
    """Return the id of aligned returns: the same content, the same id."""
    content = hashlib.sha256("\x1f".join(names).encode())
    content.update(days.astype("datetime64[D]").astype("<i8").tobytes())
    content.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    return derive_id("h", content.hexdigest())
