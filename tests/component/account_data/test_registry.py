"""The registry of strategies over REST: who may change what, and when."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from mathematricks.contracts.collections import ORDERS, STRATEGY_CONFIGURATIONS
from structlog.testing import capture_logs
from support.accounts import ACCOUNT, an_account_update, an_execution
from support.ledger_desk import Desk, Start


def settings(**but: Any) -> dict[str, Any]:
    usual = {"strategy_name": "Momentum", "account": "IBKR_Main", "risk_limits": {"max_daily_loss": "5000"}}
    return usual | but


async def create(desk: Desk, strategy_id: str = "Momentum", **but: Any) -> httpx.Response:
    return await desk.http.post("/api/strategies", json={"strategy_id": strategy_id, **settings(**but)})


async def change(desk: Desk, strategy_id: str = "Momentum", **but: Any) -> httpx.Response:
    return await desk.http.put(f"/api/strategies/{quote(strategy_id)}", json=settings(**but))


async def a_live_order(desk: Desk, strategy_id: str = "Momentum", *, live: bool = True) -> None:
    order = {"_id": f"o-{strategy_id}", "order_id": f"o-{strategy_id}", "strategy_id": strategy_id, "live": live}
    await desk.db.get_collection(ORDERS.name).database.command(
        {"insert": ORDERS.name, "documents": [order], "bypassDocumentValidation": True}
    )


async def test_a_strategy_is_created_read_changed_and_deleted(desk: Desk) -> None:
    created = await create(desk, "SPX 1-D/Opt".replace("/", "_"), notes="weekly")
    read = await desk.get("/api/strategies/SPX 1-D_Opt")
    changed = await change(desk, "SPX 1-D_Opt", status="TESTING")
    deleted = await desk.http.delete("/api/strategies/SPX 1-D_Opt")

    assert (created.status_code, changed.status_code, deleted.status_code) == (201, 200, 204)
    assert read == created.json()
    assert (read["version"], read["status"], read["trading_mode"], read["notes"]) == (1, "ACTIVE", "PAPER", "weekly")
    assert (changed.json()["version"], changed.json()["status"], changed.json()["notes"]) == (2, "TESTING", "")
    assert changed.json()["created_at"] == read["created_at"]
    assert (await desk.get("/api/strategies"))["items"] == []


async def test_an_id_is_taken_once_even_by_two_at_a_time(desk: Desk) -> None:
    answers = await asyncio.gather(*(create(desk) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await desk.db[STRATEGY_CONFIGURATIONS.name].count_documents({}) == 1


async def test_of_two_changes_at_once_none_is_lost_unseen(desk: Desk) -> None:
    await create(desk)

    answers = await asyncio.gather(*(change(desk, notes=str(n)) for n in range(5)))

    done = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert (await desk.get("/api/strategies/Momentum"))["version"] == 1 + len(done)


async def test_account_and_mode_stay_while_a_position_is_open(desk: Desk) -> None:
    await create(desk)
    await desk.fill(an_execution(quantity=100))

    moved = await change(desk, account="Binance_Main")
    deleted = await desk.http.delete("/api/strategies/Momentum")
    renamed = await change(desk, strategy_name="Momentum 2")

    assert (moved.status_code, deleted.status_code, renamed.status_code) == (409, 409, 200)
    assert "100 AAPL on paper:IBKR_Main" in moved.json()["error"]
    await desk.fill(an_execution(side="SELL", quantity=100))
    assert (await change(desk, account="Binance_Main")).status_code == 200


async def test_account_and_mode_stay_while_an_order_lives(desk: Desk) -> None:
    await create(desk)
    await a_live_order(desk)

    moved = await change(desk, account="Binance_Main")

    assert moved.status_code == 409
    assert "live order" in moved.json()["error"]
    assert (await desk.http.delete("/api/strategies/Momentum")).status_code == 409


async def test_an_ended_order_or_anothers_binds_nobody(desk: Desk) -> None:
    await create(desk)
    await a_live_order(desk, live=False)
    await a_live_order(desk, "Other")

    assert (await change(desk, account="Binance_Main")).status_code == 200


@pytest.mark.parametrize(("allow_live", "expected"), [(True, 201), (False, 409)])
async def test_live_only_where_the_deployment_allows_it(start: Start, allow_live: bool, expected: int) -> None:
    async with start(allow_live=allow_live) as desk:
        answer = await create(desk, trading_mode="LIVE")

    assert answer.status_code == expected


async def test_what_is_unknown_is_not_found(desk: Desk) -> None:
    answers = [
        await desk.http.get("/api/strategies/Nobody"),
        await change(desk, "Nobody"),
        await desk.http.delete("/api/strategies/Nobody"),
        await desk.http.get("/api/v1/account/Nobody/state"),
        await desk.http.get("/api/v1/account/Nobody/margin"),
        await desk.http.get("/api/v1/account/Nobody/positions"),
        await desk.http.post("/api/v1/account/Nobody/sync"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert all(answer.json()["error"] for answer in answers)


async def test_the_404_of_an_account_names_those_there_are(desk: Desk) -> None:
    await desk.report(an_account_update())

    answer = await desk.http.get("/api/v1/account/Nobody/state")

    assert ACCOUNT in answer.json()["error"]


async def test_who_changed_what_is_in_the_log(start: Start) -> None:
    async with start(role="service") as desk:
        with capture_logs() as lines:
            await desk.http.post("/api/strategies", params={"by": "anna"}, json={"strategy_id": "A", **settings()})

    (line,) = [line for line in lines if line["event"] == "strategy.created"]
    assert (line["by"], line["settings"]["account"]) == ("anna", "IBKR_Main")


@pytest.mark.parametrize("role", ["client", "sender"])
async def test_nobody_else_is_let_in(start: Start, role: Any) -> None:
    async with start(role=role) as desk:
        assert (await desk.http.get("/api/strategies")).status_code == 403
        assert (await desk.http.get("/api/v1/accounts-state", headers={"Authorization": ""})).status_code == 401
