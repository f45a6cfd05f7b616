"""Clients, flows, agreements and payments through account-data's own front door, on a real MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from dashboard_processor.domain.payouts import Account, Movement, due_statements
from mathematricks.contracts.agreements import Agreement, Statement
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.collections import DASHBOARD_FUNDS, DASHBOARD_STATEMENTS
from mathematricks.contracts.money_views import FundView
from mathematricks.storage.mongo import Database, to_document
from support.accounts import an_account_update
from support.ledger_desk import Desk, started


@pytest.fixture
async def desk(mongo_url: str, db: Database) -> AsyncIterator[Desk]:
    async with started(mongo_url, db) as desk:
        yield desk


async def worth(desk: Desk, equity: str, **but: Any) -> None:
    now = to_instant(datetime.now(UTC))
    await desk.report(an_account_update(equity=Decimal(equity), as_of=but.pop("as_of", now), **but))


async def posted(desk: Desk, path: str, status: int = 201, **body: Any) -> Any:
    answer = await desk.http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def flow(desk: Desk, client: str, kind: str, key: str, status: int = 201, **body: Any) -> Any:
    return await posted(
        desk, f"/api/v1/clients/{client}/flows", status, kind=kind, idempotency_key=f"{key}-key-{client}", **body
    )


async def admitted(desk: Desk, client: str = "carol") -> None:
    await posted(desk, "/api/v1/clients", client_id=client, display_name=client.title(), mode="PAPER")


async def test_what_the_fund_held_before_its_first_client_is_the_houses(desk: Desk) -> None:
    await worth(desk, "100000")
    await admitted(desk)

    deposit = await flow(desk, "carol", "DEPOSIT", "first", amount="50000.00")

    opening = (await desk.get("/api/v1/clients/house/flows"))["items"][-1]
    assert (opening["kind"], Decimal(opening["units"]), opening["seq"]) == ("OPENING", 100, 1)
    assert (Decimal(deposit["units"]), Decimal(deposit["strike"]["unit_price"]), deposit["seq"]) == (50, 1000, 2)


async def test_cash_is_in_transit_until_it_arrives_and_the_price_does_not_move(desk: Desk) -> None:
    await worth(desk, "100000")
    await admitted(desk)
    deposit = await flow(desk, "carol", "DEPOSIT", "first", amount="50000.00")
    before = await flow(desk, "carol", "DEPOSIT", "second", amount="1000.00")

    arrived = await posted(desk, f"/api/v1/clients/carol/flows/{deposit['flow_id']}/arrival")
    again = await posted(desk, f"/api/v1/clients/carol/flows/{deposit['flow_id']}/arrival")
    await worth(desk, "150000")
    after = await flow(desk, "carol", "DEPOSIT", "third", amount="1000.00")

    assert arrived == again
    assert [Decimal(each["strike"]["in_transit"]) for each in (before, after)] == [50_000, 1_000]
    assert {Decimal(each["strike"]["unit_price"]) for each in (deposit, before, after)} == {Decimal(1000)}


async def test_everything_is_redeemed_to_the_last_unit_and_more_than_is_owned_is_refused(desk: Desk) -> None:
    await worth(desk, "100000")
    await admitted(desk)
    await flow(desk, "carol", "DEPOSIT", "first", amount="33333.33")
    await worth(desk, "100777.77")

    refused = await flow(desk, "carol", "WITHDRAWAL", "toomuch", 409, amount="34000.00")
    redeemed = await flow(desk, "carol", "WITHDRAWAL", "all", everything=True)

    assert f"carol owns {redeemed['amount']} USD" in refused["error"]
    held = sum(Decimal(each["units"]) for each in (await desk.get("/api/v1/clients/carol/flows"))["items"])
    assert held == 0


async def test_the_same_key_records_once_also_when_asked_many_times_at_once(desk: Desk) -> None:
    await worth(desk, "100000")
    await admitted(desk)

    told = await asyncio.gather(*(flow(desk, "carol", "DEPOSIT", "same", amount="10.00") for _ in range(5)))
    others = await asyncio.gather(*(flow(desk, "carol", "DEPOSIT", f"other{n}", amount="10.00") for n in range(4)))
    other_meaning = await flow(desk, "carol", "DEPOSIT", "same", 409, amount="11.00")

    assert len({each["flow_id"] for each in told}) == 1
    assert len({each["seq"] for each in [told[0], *others]}) == 5
    assert "idempotency key" in other_meaning["error"]


async def test_no_price_is_struck_by_old_figures_or_without_knowing_what_senders_are_owed(
    desk: Desk, db: Database
) -> None:
    now = to_instant(datetime.now(UTC))
    await admitted(desk)
    await worth(desk, "100000", as_of=now - timedelta(minutes=3))
    old = await flow(desk, "carol", "DEPOSIT", "old", 409, amount="10.00")
    await worth(desk, "100000")
    await agreed(desk)
    unknown = await flow(desk, "carol", "DEPOSIT", "unknown", 409, amount="10.00")
    view = FundView(mode="PAPER", accrued_fees=Decimal(10_000), as_of=now)
    await db[DASHBOARD_FUNDS.name].insert_one(to_document(view, "paper"))

    struck = await flow(desk, "carol", "DEPOSIT", "now", amount="900.00")

    assert "last reported" in old["error"]
    assert "owed to senders" in unknown["error"]
    assert Decimal(struck["strike"]["nav"]) == 90_000


async def agreed(desk: Desk, status: int = 201, key: str = "agreement-1", **but: Any) -> Any:
    usual = {"sender": "alice", "strategies": ["Trend"], "share": "0.2", "starts_on": "2025-01-01"}
    return await posted(desk, "/api/v1/agreements", status, **usual | {"idempotency_key": key} | but)


async def test_a_strategy_earns_under_one_agreement_at_a_time(desk: Desk) -> None:
    first = await agreed(desk)
    twice = await agreed(desk)
    other = await agreed(desk, 409, "agreement-2", sender="bob")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    past = await posted(desk, f"/api/v1/agreements/{first['agreement_id']}/end", 409, ends_on="2025-02-01")
    await posted(desk, f"/api/v1/agreements/{first['agreement_id']}/end", 200, ends_on=today)

    after = await agreed(desk, 201, "agreement-3", sender="bob", starts_on=today)

    assert twice == first
    assert "already earns for alice" in other["error"]
    assert "can end from" in past["error"]
    assert (after["sender"], after["number"]) == ("bob", 2)


async def stated(db: Database, agreement: dict[str, Any]) -> Statement:
    """Write the statement that the dashboard processor would: 1,000 earned, of which 200 is due."""
    made = datetime(2025, 1, 10, tzinfo=UTC)
    account = Account(Agreement.model_validate(agreement), "LIVE")
    [statement] = due_statements(account, [Movement("x", made, made, Decimal(1000))], (), made + timedelta(days=30))
    await db[DASHBOARD_STATEMENTS.name].insert_one(to_document(statement, f"{agreement['agreement_id']}:LIVE:1"))
    return statement


async def test_what_is_due_is_paid_once_and_bank_details_are_masked(desk: Desk, db: Database) -> None:
    agreement = await agreed(desk)
    await stated(db, agreement)
    path = f"/api/v1/agreements/{agreement['agreement_id']}/payments"
    body = {"month": "2025-01", "paid_on": "2025-02-02", "amount": "200.00", "bank_account": "DE89 3704 0044 0532 0130"}

    too_much = await posted(desk, path, 409, **body | {"amount": "200.01"}, idempotency_key="pay-too-much")
    paid = await asyncio.gather(*(posted(desk, path, **body, idempotency_key="pay-january") for _ in range(4)))
    twice = await posted(desk, path, 409, **body, idempotency_key="pay-january-again")
    over = await posted(desk, path, **body, accept_overpayment=True, idempotency_key="pay-too-much-known")

    assert "200.00 is due" in too_much["error"]
    assert len({each["payment_id"] for each in paid}) == 1
    assert twice["error"].startswith("0 is due")
    assert (over["number"], over["bank_account"]) == (2, "****0130")
    assert "3704" not in str([each async for each in db.payments.find()])


async def test_two_who_pay_the_same_at_the_same_moment_pay_it_once(desk: Desk, db: Database) -> None:
    agreement = await agreed(desk)
    await stated(db, agreement)
    path = f"/api/v1/agreements/{agreement['agreement_id']}/payments"
    body = {"month": "2025-01", "paid_on": "2025-02-02", "amount": "200.00"}

    answers = await asyncio.gather(
        *(desk.http.post(path, json=body | {"idempotency_key": f"admin-{n}-pays"}) for n in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


async def test_nobody_but_admins_and_services_gets_in(mongo_url: str, db: Database) -> None:
    async with started(mongo_url, db, role="client") as desk:
        paths = ("/api/v1/clients", "/api/v1/agreements", "/api/v1/clients/house/flows")
        answers: list[httpx.Response] = [await desk.http.get(path) for path in paths]

    assert {answer.status_code for answer in answers} == {403}
