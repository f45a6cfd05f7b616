"""Live returns: what a strategy makes with real money becomes its newest returns, a day at a time, once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from cerebro.domain.backtests.series import returns_of
from cerebro.handlers.living import note_live_returns
from cerebro.handlers.recovery import recover
from mathematricks.contracts.accounts import AccountState, SubLedger
from mathematricks.contracts.backtests import BacktestPeriod, BacktestRecord, DailyReturn
from mathematricks.storage.mongo import Database
from support.cerebro_world import Around, a_state, around
from support.signals import NOON

DAY = timedelta(days=1)
MIDNIGHT = NOON.replace(hour=0, minute=5)


def a_live_state(realized: Any = 0, commission: Any = 0, unrealized: Any = 0, **but: Any) -> AccountState:
    ledger = SubLedger(
        strategy_id="Trend",
        realized_pnl=Decimal(realized),
        commission=Decimal(commission),
        realized_today=Decimal(0),
        unrealized_pnl=Decimal(unrealized),
    )
    usual: dict[str, Any] = {"equity": Decimal(100_000), "mode": "LIVE"}
    return a_state("IBKR_Main", **usual | but).model_copy(update={"sub_ledgers": (ledger,)})


@pytest.fixture
async def desk(db: Database) -> Around:
    one = around(db)
    one.clock.at = MIDNIGHT
    await one.register()
    await one.ports.backtests.keep(a_backtest())
    one.accounts.known = [a_live_state()]
    await recover(one.ports)
    await one.ports.standings.refresh(MIDNIGHT)
    await one.allot(Trend=20)
    return one


def a_backtest() -> BacktestRecord:
    returns = tuple(
        DailyReturn(day=MIDNIGHT.replace(minute=0) - number * DAY, value=0.001) for number in range(5, 0, -1)
    )
    return BacktestRecord(
        strategy_id="Trend",
        mean_return_daily=0,
        volatility_daily=0,
        sharpe_ratio=0,
        max_drawdown=0,
        margin_per_unit=None,
        expected_alpha=None,
        expected_alpha_sample=0,
        expected_alpha_explained="",
        backtest_period=BacktestPeriod(start="2026-01-01", end="2026-01-05", days=5),
        file="a.csv",
        file_hash="0",
        synced_by="Ann",
        synced_at=NOON,
        daily_returns=returns,
    )


async def the_next_day(desk: Around, state: AccountState, days: int = 1) -> int:
    desk.clock.at += days * DAY
    desk.accounts.known = [state]
    return await note_live_returns(desk.ports)


async def lived(desk: Around) -> list[tuple[int, float]]:
    record = await desk.ports.backtests.find("Trend")
    assert record is not None
    return [((one.day - MIDNIGHT.replace(minute=0)).days, one.value) for one in record.live_returns]


async def test_a_day_is_what_was_made_net_and_open_over_the_capital_it_began_with(desk):
    assert await note_live_returns(desk.ports) == 0

    assert await the_next_day(desk, a_live_state(realized=500, commission=20, unrealized=-80)) == 1
    assert await the_next_day(desk, a_live_state(realized=500, commission=20, unrealized=-180)) == 1

    assert await lived(desk) == [(0, pytest.approx(400 / 20_000)), (1, pytest.approx(-100 / 20_000))]


async def test_it_is_noted_once_however_often_and_by_however_many_it_is_asked(desk):
    await note_live_returns(desk.ports)
    other = desk.another()
    await recover(other.ports)
    other.accounts.known = [a_live_state(realized=100)]

    await the_next_day(desk, a_live_state(realized=100))
    again = await note_live_returns(desk.ports)
    elsewhere = await note_live_returns(other.ports)

    assert (again, elsewhere) == (0, 0)
    assert len(await lived(desk)) == 1


async def test_a_live_day_counts_before_the_backtests_and_a_newer_file_leaves_it(desk):
    await note_live_returns(desk.ports)
    await the_next_day(desk, a_live_state(realized=200))
    record = a_backtest()
    same_day = DailyReturn(day=MIDNIGHT.replace(minute=0), value=-0.5)
    await desk.ports.backtests.keep(record.model_copy(update={"daily_returns": (*record.daily_returns, same_day)}))

    kept = await desk.ports.backtests.find("Trend")

    assert kept is not None
    assert kept.live_mark is not None
    assert returns_of(kept).values[-1] == pytest.approx(0.01)
    assert returns_of(kept).days.size == 6


async def test_days_that_the_desk_missed_are_given_to_the_last_of_them(desk):
    await note_live_returns(desk.ports)

    await the_next_day(desk, a_live_state(realized=200), days=3)

    assert await lived(desk) == [(2, pytest.approx(0.01))]


async def test_paper_results_are_no_live_returns(desk):
    paper = a_live_state(realized=900, mode="PAPER")
    desk.accounts.known = [paper.model_copy(update={"account": "paper:IBKR_Main"})]

    await note_live_returns(desk.ports)
    await the_next_day(desk, paper)

    assert await lived(desk) == []
