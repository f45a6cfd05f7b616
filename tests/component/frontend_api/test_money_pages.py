"""Clients and senders see what is theirs and nothing else; what admins record about money stands on the trail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from account_data import handlers
from account_data.service import service as account_data
from account_data.settings import Settings
from dashboard_processor.domain.payouts import Account, Movement, due_statements
from mathematricks.contracts.agreements import Agreement
from mathematricks.contracts.base import to_instant
from mathematricks.contracts.money_views import ClientView, FundView, SenderView
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from mathematricks.storage.mongo import to_document
from support.accounts import an_account_update
from support.people import a_client, a_sender, a_user

DEPOSIT = {"kind": "DEPOSIT", "amount": "50000.00", "idempotency_key": "deposit-of-carol"}
AGREEMENT = {"sender": "alice", "strategies": ["Trend"], "share": "0.2", "starts_on": "2025-01-01"}
IBAN = "DE89370400440532013000"


@pytest.fixture
async def desk(front: Any) -> AsyncIterator[Any]:
    """The frontend's API with the real account-data behind it, two clients and two senders."""
    app = create_app(account_data, Settings(platform=front.app.state.settings.platform), MemoryBus())
    async with app.router.lifespan_context(app):
        now = to_instant(datetime.now(UTC))
        handlers.take(an_account_update(equity=Decimal(100_000), as_of=now), app.state.running.ports)
        for user in (a_user("ada"), a_client("carol"), a_client("dave"), a_sender("alice"), a_sender("bob")):
            await front.add(user)
        yield front


async def test_a_deposit_is_recorded_once_in_the_admins_name(desk: Any):
    ada = await desk.enter("ada")
    await ada.post("/api/clients", json={"client_id": "carol", "display_name": "Carol", "mode": "PAPER"})

    flows = [await ada.post("/api/clients/carol/flows", json=DEPOSIT) for _ in range(2)]
    arrived = await ada.post(f"/api/clients/carol/flows/{flows[0].json()['flow_id']}/arrival")

    assert [flow.status_code for flow in (*flows, arrived)] == [201, 201, 201]
    assert flows[0].json() == flows[1].json()
    assert flows[0].json()["by"] == "ada"
    listed = (await ada.get("/api/clients/carol/flows")).json()["items"]
    assert [flow["kind"] for flow in listed] == ["ARRIVAL", "DEPOSIT"]
    trail = await desk.db.audit_trail.find({"action": {"$regex": "^clients"}}).sort("_id", 1).to_list()
    assert [entry["action"] for entry in trail] == ["clients.create", "clients.flow", "clients.flow", "clients.arrival"]


async def test_a_client_sees_its_own_capital_and_no_other_page(desk: Any):
    for name in ("carol", "dave"):
        view = ClientView(client_id=name, display_name=name, mode="LIVE", capital=Decimal(len(name)))
        await desk.db.dashboard_clients.insert_one(to_document(view, f"live:{name}"))
    carol = await desk.enter("carol")

    own = (await carol.get("/api/client/home")).json()
    others = ["/api/clients", "/api/clients/dave", "/api/clients/carol", "/api/sender/home", "/api/dashboard/fund"]
    others += ["/api/senders", "/api/agreements", "/api/dashboard/equity", "/api/dashboard/strategies"]

    assert (own["client_id"], own["capital"]) == ("carol", "5")
    assert {(await carol.get(path)).status_code for path in others} == {404}
    assert (await carol.post("/api/clients/dave/flows", json=DEPOSIT)).status_code == 404


async def test_a_sender_sees_its_own_statements_and_no_others(desk: Any):
    ada = await desk.enter("ada")
    agreed = [
        (await ada.post("/api/agreements", json=terms)).json()
        for terms in (
            AGREEMENT | {"idempotency_key": "agreement-of-alice"},
            AGREEMENT | {"idempotency_key": "agreement-of-bob", "sender": "bob", "strategies": ["Carry"]},
        )
    ]
    for terms in agreed:
        await _stated(desk, terms)
        view = SenderView(sender=terms["sender"], mode="LIVE", payable=True, sent=len(terms["sender"]))
        await desk.db.dashboard_senders.insert_one(to_document(view, f"live:{terms['sender']}"))
    alice = await desk.enter("alice")

    home, statements = await alice.get("/api/sender/home"), await alice.get("/api/sender/statements")
    january, never = (
        await alice.get("/api/sender/statements/2025-01"),
        await alice.get("/api/sender/statements/2024-01"),
    )

    assert (home.json()["sender"], home.json()["sent"]) == ("alice", 5)
    assert {each["sender"] for each in statements.json()["items"]} == {"alice"}
    assert january.json()["items"][0]["due"] == "200.00"
    assert never.status_code == 404
    paths = [f"/api/agreements/{agreed[1]['agreement_id']}/statements", "/api/senders/bob", "/api/client/home"]
    assert {(await alice.get(path)).status_code for path in paths} == {404}


async def test_a_payment_is_recorded_without_bank_details_in_any_record(desk: Any):
    ada = await desk.enter("ada")
    agreement = (await ada.post("/api/agreements", json=AGREEMENT | {"idempotency_key": "agreement-1"})).json()
    await _stated(desk, agreement)
    path = f"/api/agreements/{agreement['agreement_id']}/payments"
    paying = {"month": "2025-01", "amount": "200.00", "paid_on": "2025-02-03", "bank_account": IBAN}

    paid = await ada.post(path, json=paying | {"idempotency_key": "payment-1"})
    again = await ada.post(path, json=paying | {"idempotency_key": "payment-2"})

    assert (paid.status_code, paid.json()["bank_account"], again.status_code) == (201, "****3000", 409)
    kept = [await desk.db[name].find().to_list() for name in await desk.db.list_collection_names()]
    assert IBAN not in str(kept)


async def test_an_admin_sees_funds_and_senders_but_has_no_page_of_ones_own(desk: Any):
    ada = await desk.enter("ada")
    await desk.db.dashboard_funds.insert_one(to_document(FundView(mode="LIVE", nav=Decimal("12.34")), "live"))

    fund, empty = (await ada.get("/api/dashboard/fund?mode=live")).json(), (await ada.get("/api/dashboard/fund")).json()

    assert (fund["nav"], empty["nav"], empty["as_of"]) == ("12.34", None, None)
    assert (await ada.get("/api/senders/nobody")).status_code == 404
    assert {(await ada.get(path)).status_code for path in ("/api/client/home", "/api/sender/home")} == {404}


async def _stated(desk: Any, agreement: dict[str, Any]) -> None:
    """Write the statement that the dashboard processor would: 1,000 earned, of which 200 is due."""
    made = datetime(2025, 1, 10, tzinfo=UTC)
    account = Account(Agreement.model_validate(agreement), "LIVE")
    movement = Movement("x", made, made, Decimal(1000))
    [statement] = due_statements(account, [movement], (), datetime(2025, 2, 2, tzinfo=UTC))
    await desk.db.dashboard_statements.insert_one(to_document(statement, f"{agreement['agreement_id']}:LIVE:1"))
