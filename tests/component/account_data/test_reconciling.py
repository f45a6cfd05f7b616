"""Our books against the broker's, through the whole service: the broker wins, and says so once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from account_data.reconciliation import examine
from mathematricks.contracts.accounts import AccountUpdate
from mathematricks.contracts.collections import ACCOUNT_HISTORY
from mathematricks.contracts.executions import Execution
from mathematricks.contracts.topics import EXECUTION_CONFIRMATIONS
from support.accounts import ACCOUNT, OPENED, a_broker_position, a_confirmation, an_account_update, an_execution
from support.ledger_desk import Desk, Start, eventually

LATER = OPENED + timedelta(minutes=10)


async def opened(desk: Desk) -> None:
    """The broker opened the account with a million, and the books know, by this look or by the one at the start."""
    desk.broker.says[ACCOUNT] = an_account_update()
    await desk.sync()
    assert (await desk.sync())["agreed"]


async def traded(desk: Desk) -> Execution:
    """A hundred shares were bought for 15,000, and everybody knows."""
    await opened(desk)
    fill = an_execution(quantity=100, price=150)
    await desk.fill(fill)
    desk.broker.says[ACCOUNT] = says(fill)
    assert (await desk.sync())["agreed"]
    return fill


def says(newest: Execution, quantity: object = 100, cash: object = 985_000, **but: Any) -> AccountUpdate:
    positions = [a_broker_position(quantity=quantity, average_price=150)]
    usual = {"cash": {"USD": cash}, "open_positions": positions, "through_execution": newest.recorded_at}
    return an_account_update(**usual | {"as_of": LATER} | but)


async def ledger(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in (await desk.get("/api/v1/ledger", account=ACCOUNT))["items"] if entry["kind"] == kind]


async def test_a_new_account_is_opened_with_what_the_broker_says_and_nobody_is_woken(desk: Desk) -> None:
    desk.broker.says[ACCOUNT] = an_account_update(cash={"USD": 900_000, "NZD": 100_000})

    report = await desk.sync()

    assert (report["corrected"], (await desk.sync())["agreed"]) == (True, True)
    state = await desk.state()
    assert state["deposits"] == {"USD": "900000", "NZD": "100000"}
    assert {entry["kind"] for entry in (await desk.get("/api/v1/ledger"))["items"]} == {"opening"}
    assert desk.alerts == []


async def test_an_account_opened_with_nothing_is_opened_once(desk: Desk) -> None:
    desk.broker.says[ACCOUNT] = an_account_update(equity=0, cash={})

    await desk.sync()
    await desk.sync()

    assert len(await ledger(desk, "opening")) == 1


async def test_money_paid_in_before_the_first_trade_is_a_deposit(desk: Desk) -> None:
    await opened(desk)
    desk.broker.says[ACCOUNT] = an_account_update(equity=1_500_000, as_of=LATER)

    await desk.sync()

    state = await desk.state()
    assert (state["deposits"], state["day_open_equity"]) == ({"USD": "1500000"}, "1500000")


@pytest.mark.parametrize("seen_before", [True, False])
async def test_money_paid_in_just_before_the_first_trade_is_neither_profit_nor_alarm(
    desk: Desk, seen_before: bool
) -> None:
    opened_at, paid_at, now = (desk.ports.clock.now() - timedelta(milliseconds=ms) for ms in (3, 2, 1))
    desk.broker.says[ACCOUNT] = an_account_update(as_of=opened_at)
    await desk.sync()
    if seen_before:
        await desk.report(an_account_update(equity=10_000_000, as_of=paid_at))
    fill = an_execution(quantity=100, price=150)
    await desk.fill(fill)
    desk.broker.says[ACCOUNT] = says(fill, cash=9_985_000, equity=10_000_050, as_of=now)

    report = await desk.sync()

    state = await desk.state()
    assert report["corrected"]
    assert (state["deposits"], state["day_open_equity"]) == ({"USD": "10000000"}, "10000000")
    assert desk.alerts == []


async def test_a_difference_that_stays_is_corrected_recorded_and_told(desk: Desk) -> None:
    fill = await traded(desk)
    desk.broker.says[ACCOUNT] = says(fill, quantity=90, cash=984_000)

    report = await desk.sync()

    assert report["corrected"]
    assert [(d["subject"], d["name"], d["ours"], d["theirs"]) for d in report["differences"]] == [
        ("position", "AAPL", "100", "90"),
        ("cash", "USD", "985000", "984000"),
    ]
    state = await desk.state()
    lines = {line["strategy_id"]: line["cash"].get("USD") for line in state["sub_ledgers"]}
    assert lines == {"Momentum": "-15000", "unattributed": "-1000"}
    held = {(p["strategy_id"], p["quantity"]) for p in state["positions"]}
    assert held == {("Momentum", "100"), ("unattributed", "-10")}
    assert [entry["seq"] for entry in await ledger(desk, "correction")] == [4, 3]
    (alert,) = desk.alerts
    assert alert.severity == "critical"
    assert alert.facts["position AAPL"] == "ours 100, theirs 90"


async def test_reconciling_again_changes_nothing(desk: Desk) -> None:
    fill = await traded(desk)
    desk.broker.says[ACCOUNT] = says(fill, quantity=90)
    await desk.sync()

    again = await desk.sync()

    assert again["agreed"]
    assert len(await ledger(desk, "correction")) == 1
    assert len(desk.alerts) == 1


async def test_several_at_once_correct_once(desk: Desk) -> None:
    fill = await traded(desk)
    desk.broker.says[ACCOUNT] = says(fill, quantity=90)

    await asyncio.gather(*(desk.sync() for _ in range(5)))

    assert len(await ledger(desk, "correction")) == 1
    assert len(desk.alerts) == 1


async def test_a_difference_seen_once_is_only_suspected(desk: Desk) -> None:
    fill = await traded(desk)
    account = desk.ports.accounts[ACCOUNT]
    desk.broker.says[ACCOUNT] = says(fill, quantity=90)

    report = await examine(ACCOUNT, desk.ports)

    assert not report.agreed
    assert not report.corrected
    assert account.suspicion is not None
    desk.broker.says[ACCOUNT] = says(fill)
    assert (await examine(ACCOUNT, desk.ports)).agreed
    assert account.suspicion is None


async def test_nothing_is_judged_while_a_fill_is_on_its_way(desk: Desk) -> None:
    await traded(desk)
    coming = an_execution(quantity=50, price=150)
    desk.broker.says[ACCOUNT] = says(coming, quantity=150, cash=977_500)

    report = await desk.sync()

    assert "not booked yet" in report["waiting_for"]
    await desk.fill(coming)
    assert (await desk.sync())["agreed"]
    assert await ledger(desk, "correction") == []


async def test_a_snapshot_older_than_the_books_is_not_judged(desk: Desk) -> None:
    fill = await traded(desk)
    await desk.fill(an_execution(quantity=50, price=150))
    desk.broker.says[ACCOUNT] = says(fill)

    assert "older" in (await desk.sync())["waiting_for"]


async def test_executions_that_never_reached_us_are_booked_as_what_they_are(desk: Desk) -> None:
    await traded(desk)
    lost = an_execution(quantity=50, price=150, strategy_id="Carry")
    await desk.executed_elsewhere(lost)
    desk.broker.says[ACCOUNT] = says(lost, quantity=150, cash=977_500)

    report = await desk.sync()

    assert (report["executions_booked"], report["agreed"]) == (1, True)
    assert {p["strategy_id"] for p in (await desk.state())["positions"]} == {"Momentum", "Carry"}
    assert await ledger(desk, "correction") == []
    assert desk.alerts == []


async def test_a_gap_before_the_newest_execution_is_filled_too(desk: Desk) -> None:
    await opened(desk)
    lost, newest = an_execution(quantity=50, price=150), an_execution(quantity=100, price=150)
    await desk.executed_elsewhere(lost, newest)
    await desk.fill(newest)
    desk.broker.says[ACCOUNT] = says(newest, quantity=150, cash=977_500)

    report = await desk.sync()

    assert (report["executions_booked"], report["agreed"]) == (1, True)


async def test_it_reconciles_by_itself_once_execution_can_be_reached(start: Start) -> None:
    async with start() as desk:
        desk.broker.reachable = False
        desk.broker.says[ACCOUNT] = an_account_update()
        refused = await desk.http.post(f"/api/v1/account/{ACCOUNT}/sync")
        desk.broker.reachable = True

        async def opened_by_itself() -> bool:
            answer = await desk.http.get(f"/api/v1/account/{ACCOUNT}/state")
            return answer.status_code == 200 and answer.json()["deposits"] == {"USD": "1000000"}

        assert refused.status_code == 503
        assert "try again" in refused.json()["error"]
        await eventually(opened_by_itself)


async def test_a_difference_survives_a_restart_only_as_what_the_ledger_says(start: Start) -> None:
    async with start() as desk:
        fill = await traded(desk)
        desk.broker.says[ACCOUNT] = says(fill, quantity=90)
        await desk.sync()
        before = await desk.state()

    async with start() as desk:
        desk.broker.says[ACCOUNT] = says(fill, quantity=90)
        assert (await desk.sync())["agreed"]
        assert (await desk.state())["positions"] == before["positions"]


async def test_updates_in_any_order_leave_the_newest(desk: Desk) -> None:
    updates = [an_account_update(equity=1000 + n, as_of=OPENED + timedelta(seconds=n)) for n in (3, 9, 1, 7)]

    await desk.report(*updates)

    state = await desk.state()
    assert state["equity"] == "1009"
    margin = await desk.get(f"/api/v1/account/{ACCOUNT}/margin")
    assert (margin["equity"], margin["utilization"]) == ("1009", "0.000000")


async def test_the_equity_curve_keeps_a_point_per_half_minute_and_the_days_beginning(desk: Desk) -> None:
    for minute in range(3):
        await desk.report(an_account_update(equity=1000 + minute, as_of=OPENED + timedelta(minutes=minute)))
        await desk.saved()
        await desk.saved()

    points = [point async for point in desk.db[ACCOUNT_HISTORY.name].find({"account": ACCOUNT}).sort("at", 1)]
    assert [p["equity"] for p in points if p["kind"] == "snapshot"] == [1000, 1001, 1002]
    assert "day_open" in {p["kind"] for p in points}


async def test_unrealized_profit_follows_the_brokers_market_price(desk: Desk) -> None:
    fill = an_execution(quantity=100, price=150)
    await desk.bus.publish(EXECUTION_CONFIRMATIONS, a_confirmation(fill))

    await desk.report(an_account_update(open_positions=[a_broker_position(market_price="151.50")]))
    await eventually(desk.quiet)

    (position,) = (await desk.state())["positions"]
    assert (position["market_price"], position["unrealized_pnl"]) == ("151.50", "150.00")
