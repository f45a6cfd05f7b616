"""A strategy's backtest is read, measured and kept; what is unclear is asked."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime

import structlog
from mathematricks.contracts.backtests import (
    BacktestFile,
    BacktestPeriod,
    BacktestRecord,
    BacktestSummary,
    DailyReturn,
    RefusedLine,
)

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.reading import Backtest, Options, read_backtest
from cerebro.domain.backtests.record import Measured, measure
from cerebro.handlers.ports import Ports

log = structlog.get_logger(__name__)


async def sync_backtest(strategy_id: str, file: BacktestFile, by: str, ports: Ports) -> BacktestSummary | Asked:
    """
    Keep what *file* says of the strategy, or return the question that must be answered first.

    Raises:
        ValueError: the file is no table.
    """
    read = await asyncio.to_thread(_read, strategy_id, file, ports)
    if isinstance(read, Asked):
        return read
    backtest, measured = read
    record = _record(backtest, measured, (file, by, ports.world.clock.now()))
    await ports.backtests.keep(record)
    log.info("backtest.kept", strategy_id=strategy_id, days=record.backtest_period.days, refused=len(record.refused))
    return BacktestSummary(**record.model_dump(exclude={"daily_returns", "live_returns", "live_mark"}))


def _read(strategy_id: str, file: BacktestFile, ports: Ports) -> tuple[Backtest, Measured] | Asked:
    options = Options(file.units, file.dates, file.return_column, ports.world.clock.now().date())
    backtest = read_backtest(ports.tables(file.name, file.content), options)
    return backtest if isinstance(backtest, Asked) else (backtest, measure(strategy_id, backtest))


def _record(backtest: Backtest, measured: Measured, sent: tuple[BacktestFile, str, datetime]) -> BacktestRecord:
    file, by, now = sent
    days = measured.series.days.tolist()
    return BacktestRecord(
        strategy_id=measured.series.name,
        mean_return_daily=measured.mean,
        volatility_daily=measured.volatility,
        sharpe_ratio=measured.sharpe,
        max_drawdown=measured.max_drawdown,
        margin_per_unit=measured.margin_per_unit,
        expected_alpha=measured.alpha.value,
        expected_alpha_sample=measured.alpha.sample,
        expected_alpha_explained=measured.alpha.explained,
        backtest_period=BacktestPeriod(start=days[0].isoformat(), end=days[-1].isoformat(), days=len(days)),
        notes=measured.notes,
        refused=tuple(RefusedLine(row=one.row, reason=one.reason) for one in backtest.refused[:1000]),
        file=file.name,
        file_hash=hashlib.sha256(file.content).hexdigest(),
        synced_by=by,
        synced_at=now,
        daily_returns=tuple(
            DailyReturn(day=datetime(day.year, day.month, day.day, tzinfo=UTC), value=value)
            for day, value in zip(days, measured.series.values.tolist(), strict=True)
        ),
    )
