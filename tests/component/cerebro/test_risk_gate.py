"""The CVaR gate on real records: returns come in, entries are held to them, the book's risk is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from cerebro.domain.decision import redecide
from cerebro.handlers.watching import watch
from mathematricks.storage.mongo import Database
from support.cerebro import an_update
from support.cerebro_world import Around, around
from support.signals import a_signal

DAYS = 300


async def keep_returns(db: Database, name: str, seed: int, scale: float) -> None:
    """Put a strategy's returns on record, as a synced backtest would."""
    first, dice = datetime(2024, 1, 1, tzinfo=UTC), np.random.default_rng(seed)
    returns = [
        {"day": first + timedelta(days=day), "value": float(value)}
        for day, value in enumerate(dice.normal(0.0005, scale, DAYS))
    ]
    nothing = dict.fromkeys(("margin_per_unit", "expected_alpha"))
    period = {"start": "2024-01-01", "end": "2024-10-26", "days": DAYS}
    measures = dict.fromkeys(("mean_return_daily", "volatility_daily", "sharpe_ratio", "max_drawdown"), 0.0)
    told = {"expected_alpha_sample": 0, "expected_alpha_explained": "unknown", "file": "a.csv", "synced_by": "a test"}
    document = measures | nothing | told | {"strategy_id": name, "backtest_period": period, "synced_at": first}
    document |= {"daily_returns": returns, "live_returns": [], "file_hash": str(seed)}
    await db.strategy_backtest_data.replace_one({"_id": name}, {"_id": name, **document}, upsert=True)


async def a_desk(db: Database) -> Around:
    desk = around(db)
    await desk.register()
    await desk.allot(Trend=100)
    desk.ports.keepers["paper"].see(an_update(equity=Decimal(100_000)))
    return desk


async def test_an_entry_is_held_to_the_books_cvar_and_the_decision_can_be_made_again(db: Database) -> None:
    desk = await a_desk(db)
    await keep_returns(db, "Trend", 1, 0.05)
    await desk.ports.returns.refresh()

    decision, _ = await desk.ports.desk.decide(a_signal(quantity=Decimal(400), account_equity=Decimal(100_000)))

    assert decision.reason == "cvar"
    (record,) = await desk.decisions()
    history = await desk.ports.histories.find(desk.ports.returns.current.history_id)
    assert redecide(record["inputs"], history) == record["output"]


async def test_newer_returns_hold_from_the_next_entry_on(db: Database) -> None:
    desk = await a_desk(db)
    await keep_returns(db, "Trend", 1, 0.05)
    await desk.ports.returns.refresh()
    before = desk.ports.returns.current

    await keep_returns(db, "Trend", 2, 0.001)
    await desk.ports.returns.refresh()

    decision, _ = await desk.ports.desk.decide(a_signal(quantity=Decimal(400), account_equity=Decimal(100_000)))
    assert decision.reason != "cvar"
    assert desk.ports.returns.current.history_id != before.history_id
    assert await desk.ports.histories.find(before.history_id) is not None


async def test_the_books_cvar_is_told_with_who_contributes_and_loudly_near_its_limit(db: Database) -> None:
    desk = await a_desk(db)
    await keep_returns(db, "Trend", 1, 0.05)
    await desk.ports.returns.refresh()
    await desk.ports.desk.decide(a_signal(quantity=Decimal(400), account_equity=Decimal(100_000)))

    await watch(desk.ports)
    await watch(desk.ports)

    risk = await db.portfolio_risk.find_one({"_id": "paper"})
    assert risk is not None
    assert 0.0195 < risk["cvar"] <= 0.02
    assert risk["contributions"] == {"Trend": risk["cvar"]}
    assert [(key, severity) for key, severity, _ in desk.sent.alarms] == [("cvar.paper", "critical")]
