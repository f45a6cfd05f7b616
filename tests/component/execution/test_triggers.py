"""The kill switch fires by itself: on losses, margin, rejects, drift and silence; measured all the time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from execution.steps.controlling import ask_for_rearm, rearm, set_limits, set_triggers
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.controls import Rearm, Scope, SetLimits, SetTriggers, Switch, WantedLimits, WantedTriggers
from mathematricks.contracts.topics import TRADING_ORDERS
from mathematricks.storage.mongo import Database
from support.controls import DESK, on_account, on_strategy
from support.execution import AAPL, ACCOUNT, Desk, ScriptedBroker, StillMarket, a_desk, a_quote, an_order

D = Decimal


class RisingAndFalling(ScriptedBroker):
    """A venue whose account is worth what the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.equity, self.margin = D(1_000_000), D(0)

    async def snapshot(self, account: str) -> AccountUpdate:
        told = {"equity": self.equity, "initial_margin": self.margin}
        return (await super().snapshot(account)).model_copy(update=told)


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    async with watched(db, RisingAndFalling()) as running:
        await running.bus.publish(TRADING_ORDERS, an_order())
        await running.until("o1", "FILLED")
        yield running


@asynccontextmanager
async def watched(db: Database, broker: ScriptedBroker) -> AsyncIterator[Desk]:
    """A desk that measures its accounts at every look."""
    market = StillMarket()
    market.quotes["AAPL"] = a_quote()
    async with a_desk(db, broker, market) as running:
        running.ports.policy = replace(running.ports.policy, seen_every=timedelta(0), snapshot_every=timedelta(0))
        yield running


async def set_(desk: Desk, scope: Scope = DESK, **triggers: Any) -> None:
    await set_triggers(SetTriggers(scope=scope, triggers=WantedTriggers(**triggers)), "ann", desk.ports)


async def fired(desk: Desk) -> Switch:
    def found() -> bool:
        return bool(desk.ports.oversight.controls and desk.ports.oversight.controls.switches)

    await desk.wait(found, seconds=20)
    assert desk.ports.oversight.controls is not None
    return desk.ports.oversight.controls.switches[0]


def worth(desk: Desk, equity: int, margin: int = 0) -> None:
    desk.broker.equity, desk.broker.margin = D(equity), D(margin)  # type: ignore[attr-defined]


async def marked(desk: Desk, scope: Scope, peak: int) -> None:
    await desk.wait(lambda: (m := desk.ports.oversight.marks.get((scope, "PAPER"))) is not None and m.peak == peak)


@pytest.mark.parametrize("scope", [DESK, on_account(ACCOUNT)])
async def test_a_fall_from_the_peak_fires_in_the_mode_that_was_set_and_not_before(desk: Desk, scope: Scope):
    await set_(desk, scope, drawdown=D("0.10"), mode="reduce_only")
    worth(desk, 1_200_000)
    await marked(desk, scope, 1_200_000)
    worth(desk, 1_090_000)
    await desk.wait(lambda: any(alert.key == f"trigger.drawdown:{scope}" for alert in desk.alerts), seconds=20)
    early = desk.ports.oversight.controls
    worth(desk, 1_080_000)

    switch = await fired(desk)

    assert early is not None
    assert early.switches == ()
    assert (switch.scope, switch.mode, switch.fired_by) == (scope, "reduce_only", "trigger:drawdown")
    assert switch.reason == "drawdown is 10.00% of 10.00%"


async def test_a_loss_since_the_day_began_fires(desk: Desk):
    await marked(desk, on_account(ACCOUNT), 1_000_000)
    await set_(desk, on_account(ACCOUNT), day_loss=D("0.05"))
    worth(desk, 950_000)

    assert (await fired(desk)).fired_by == "trigger:day_loss"


async def test_marks_survive_a_restart_and_are_made_anew_by_re_arming(db: Database):
    broker = RisingAndFalling()
    async with watched(db, broker) as desk:
        await desk.bus.publish(TRADING_ORDERS, an_order())
        await desk.until("o1", "FILLED")
        await set_(desk, drawdown=D("0.10"))
        worth(desk, 1_100_000)
        await marked(desk, DESK, 1_100_000)

    async with watched(db, broker) as restarted:
        worth(restarted, 980_000)
        await fired(restarted)
        await ask_for_rearm(Rearm(), "ann", restarted.ports)
        await rearm(Rearm(), "bob", restarted.ports)
        await marked(restarted, DESK, 980_000)

        await restarted.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
        await restarted.until("o2", "FILLED")


async def test_margin_is_watched_without_anybody_asking_and_its_freeze_lifts_with_it(desk: Desk):
    worth(desk, 1_000_000, 330_000)
    await desk.wait(lambda: any(alert.key.startswith("trigger.margin") for alert in desk.alerts), seconds=20)
    worth(desk, 1_000_000, 400_000)
    switch = await fired(desk)
    worth(desk, 1_000_000, 100_000)
    await desk.wait(lambda: desk.ports.oversight.controls.switches == (), seconds=20)  # type: ignore[union-attr]

    assert (switch.mode, switch.fired_by) == ("freeze_entries", "trigger:margin")
    levels = {(alert.severity, alert.key) for alert in desk.alerts if alert.key.startswith("trigger.margin")}
    assert ("warning", f"trigger.margin:account {ACCOUNT}") in levels


async def test_orders_that_venues_keep_refusing_fire(desk: Desk):
    await set_(desk, on_strategy("momentum"), rejects=D("0.5"), rejects_of=4)
    desk.broker.then("rejected", "rejected", "rejected")
    for number in range(2, 5):
        await desk.bus.publish(TRADING_ORDERS, an_order(order_id=f"o{number}", quantity=D(number)))

    switch = await fired(desk)

    assert (switch.scope, switch.fired_by) == (on_strategy("momentum"), "trigger:rejects")


async def test_a_position_that_nothing_explains_fires(desk: Desk):
    await set_(desk, on_account(ACCOUNT), drift=D("0.01"))
    strange = {"AAPL": (AAPL, D(100) + D(80))}
    desk.broker.positions = lambda account: strange  # type: ignore[method-assign]
    desk.ports.stale_accounts.add(ACCOUNT)

    assert (await fired(desk)).fired_by == "trigger:drift"


async def test_a_venue_that_falls_silent_fires(desk: Desk):
    await set_(desk, on_account(ACCOUNT), stale=1)
    desk.broker.deaf = True

    assert (await fired(desk)).fired_by == "trigger:stale"


async def test_a_quote_that_grows_old_fires(desk: Desk):
    await set_(desk, on_account(ACCOUNT), stale=1)
    del desk.market.quotes["AAPL"]
    desk.ports.market.named = lambda name: desk.market.instrument(AAPL)  # type: ignore[method-assign]

    assert (await fired(desk)).fired_by == "trigger:stale"


async def test_the_books_cvar_fires(desk: Desk, db: Database):
    risk = {"portfolio": "paper", "as_of": desk.ports.clock.now(), "equity": D(1), "at_work": {}, "cvar": 0.031}
    risk |= {"limit": 0.02, "confidence": 0.95, "contributions": {}, "unknown": [], "history_id": "h"}
    await db.portfolio_risk.insert_one({"_id": "paper", **risk})
    await set_(desk, cvar=D("0.03"))

    assert (await fired(desk)).reason == "cvar is 3.10% of 3.00%"


async def test_the_days_loss_of_an_account_ends_entries_and_is_told_in_the_refusal(desk: Desk):
    await marked(desk, on_account(ACCOUNT), 1_000_000)
    limits = SetLimits(scope=on_account(ACCOUNT), limits=WantedLimits(max_daily_loss=D(5_000)))
    await set_limits(limits, "ann", desk.ports)
    worth(desk, 994_000)
    await desk.wait(lambda: desk.ports.oversight.lost_today.get(on_account(ACCOUNT)) == 6_000, seconds=20)

    await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
    refused = await desk.until("o2", "REJECTED")

    assert refused.facts == {"asked": "6000", "limit": "5000"}


async def test_a_strategy_is_measured_by_its_own_results(desk: Desk, db: Database):
    ledger = {"strategy_id": "momentum", "realized_pnl": D(-900), "commission": D(100), "realized_today": D(-1000)}
    ledger |= {"unrealized_pnl": D(-500), "cash": {}}
    await db.account_state.delete_many({})
    document = {"_id": ACCOUNT, "account": ACCOUNT, "sub_ledgers": [ledger]}
    await db.account_state.insert_one(document, bypass_document_validation=True)
    scope = on_strategy("momentum")
    await set_limits(SetLimits(scope=scope, limits=WantedLimits(max_daily_loss=D(1_500))), "ann", desk.ports)

    await desk.wait(lambda: desk.ports.oversight.lost_today.get(scope) == 1_500, seconds=20)
    await desk.bus.publish(TRADING_ORDERS, an_order(order_id="o2"))
    refused = await desk.until("o2", "REJECTED")

    assert (refused.reason or "").startswith("CONTROL_DAILY_LOSS")
