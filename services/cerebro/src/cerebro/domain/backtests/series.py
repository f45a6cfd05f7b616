"""A strategy's returns, from its backtest and its days of live trading."""

from __future__ import annotations

import numpy as np
from mathematricks.contracts.backtests import BacktestRecord, DailyReturn
from mathematricks.quant.returns import Series, extend


def returns_of(record: BacktestRecord) -> Series:
    """Return the strategy's whole history: its backtest, and on the days that it has traded live, those returns."""
    return extend(_series(record.strategy_id, record.daily_returns), _series(record.strategy_id, record.live_returns))


def _series(name: str, returns: tuple[DailyReturn, ...]) -> Series:
    days = np.array([one.day.date() for one in returns], dtype="datetime64[D]")
    return Series(name, days, np.array([one.value for one in returns], dtype=float))
