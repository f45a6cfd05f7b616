"""The pages: who gets through to which, and what they are told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
from mathematricks.contracts.alerts import AlertRecord
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.orders import OrderCommand
from mathematricks.storage.mongo import to_document
from support.people import a_sender, a_user
from support.signals import NOON, a_signal
from support.trails import (
    a_booking,
    a_decision,
    a_fill,
    a_refusal,
    a_stored_signal,
    a_trading_order,
    an_order_record,
)

INTAKE = "/api/v1/intake/signals"
STRATEGY = {"strategy_id": "Trend", "strategy_name": "Trend", "account": "IBKR_Main"}
ALLOCATION = {"allocations": {"Trend": "50"}, "reason": "try", "approved_by": "somebody else"}


def record_trail(front: Any, sender: str = "alice", **but: Any) -> Any:
    """Let the owners know of one filled signal of *sender*; return it."""
    signal = a_signal(sender=sender, **but)
    order = a_trading_order(signal)
    fill = a_fill(order)
    front.owners["signal-ingestion"].lists(INTAKE, a_stored_signal(signal))
    front.owners["signal-ingestion"].tells(
        f"{INTAKE}/{signal.signal_id}", a_stored_signal(signal).model_dump(mode="json")
    )
    decision = a_decision(signal, order)
    front.owners["cerebro"].lists("/api/v1/decisions", decision)
    front.owners["cerebro"].tells(f"/api/v1/decisions/{signal.signal_id}", decision.model_dump(mode="json"))
    front.owners["execution"].lists("/api/v1/orders", an_order_record(order))
    front.owners["execution"].lists("/api/v1/executions", fill)
    front.owners["account-data"].lists("/api/v1/ledger", a_booking(fill))
    return signal


async def test_the_dashboard_is_empty_and_well_formed_before_there_is_one(front: Any) -> None:
    told = (await front.operator().get("/api/dashboard", params={"mode": "live"})).json()

    assert Overview.model_validate(told) == Overview(mode="LIVE")
    assert told["as_of"] is None
    assert told["equity"] is None


async def test_the_dashboard_is_the_document_of_its_mode(front: Any) -> None:
    paper = Overview(mode="PAPER", equity=Decimal("100000.10"), as_of=NOON)
    await front.db.dashboard_overview.insert_one(to_document(paper, "paper"))

    assert (await front.operator().get("/api/dashboard?mode=paper")).json()["equity"] == "100000.10"
    assert (await front.operator().get("/api/dashboard?mode=live")).json()["equity"] is None
    assert (await front.operator().get("/api/dashboard?mode=both")).status_code == 422


async def test_signals_are_told_with_what_was_decided(front: Any) -> None:
    decided, older, undecided = (a_signal(strategy_seq=n, external_id=f"e{n}") for n in (1, 2, 3))
    front.owners["signal-ingestion"].lists(INTAKE, *map(a_stored_signal, (undecided, older, decided)))
    front.owners["cerebro"].lists("/api/v1/decisions", a_decision(decided))
    front.owners["cerebro"].tells(f"/api/v1/decisions/{older.signal_id}", a_refusal(older).model_dump(mode="json"))

    items = (await front.operator().get("/api/signals?limit=3&strategy_id=Trend")).json()["items"]

    assert [(one["external_id"], one["status"], one["reason"]) for one in items] == [
        ("e3", "waiting", None),
        ("e2", "refused", "MARGIN_LIMIT"),
        ("e1", "resized", "account_margin"),
    ]
    (asked,) = front.owners["signal-ingestion"].asked
    assert asked.params == {"limit": ["3"], "strategy_id": ["Trend"]}


async def test_orders_and_decisions_are_their_owners_lists(front: Any) -> None:
    signal = record_trail(front)

    (order,) = (await front.operator().get("/api/orders?live=false")).json()["items"]
    (decision,) = (await front.operator().get("/api/decisions?outcome=RESIZED")).json()["items"]

    assert (order["signal_id"], order["status"], order["average_price"]) == (signal.signal_id, "FILLED", "150")
    assert [cap["given"] for cap in decision["legs"][0]["caps"]] == ["310", "200"]
    assert front.owners["execution"].asked[-1].params == {"limit": ["50"], "live": ["false"]}


async def test_a_receipt_tells_the_whole_walk(front: Any) -> None:
    signal = record_trail(front)

    told = (await front.operator().get(f"/api/signals/{signal.signal_id}/receipt")).json()

    assert (told["end"], told["settled"]) == ("filled", True)
    assert told["orders"][0]["fills"][0]["price"] == "150"
    assert [hop["name"] for hop in told["hops"]][-1] == "booked"


async def test_a_receipt_is_found_by_the_senders_own_id(front: Any) -> None:
    operator = front.operator()
    for external_id in ["SELL TQQQ", "a/b", "..", "ünï çødé", "100%25"]:
        signal = record_trail(front, external_id=external_id)
        told = await operator.get(httpx.URL("http://localhost").copy_with(raw_path=receipt_path(external_id)))

        assert told.json()["signal_id"] == signal.signal_id, external_id


def receipt_path(name: str) -> bytes:
    return b"/api/signals/" + b"".join(b"%%%02X" % byte for byte in name.encode()) + b"/receipt"


async def test_the_receipt_of_a_cancellation_says_whether_it_was_obeyed(front: Any) -> None:
    signal = record_trail(front)
    order = a_trading_order(signal, order_id="o-other")
    command = OrderCommand(
        command_id="c1",
        order_id="o-other",
        signal_id=signal.signal_id,
        strategy_id="Trend",
        account=order.account,
        given_at=NOON,
    )
    decision = a_decision(signal, commands=(command,), legs=())
    front.owners["cerebro"].tells(f"/api/v1/decisions/{signal.signal_id}", decision.model_dump(mode="json"))
    cancelled = an_order_record(order, "CANCELLED").model_dump(mode="json")
    front.owners["execution"].tells(
        "/api/v1/orders", lambda asked: (200, {"items": [cancelled] if "order_id" in asked.params else []})
    )

    told = (await front.operator().get(f"/api/signals/{signal.signal_id}/receipt")).json()

    assert (told["end"], told["commands"][0]["obeyed"]) == ("done", True)


async def test_there_is_no_receipt_of_what_never_came(front: Any) -> None:
    front.owners["signal-ingestion"].lists(INTAKE)

    assert (await front.operator().get("/api/signals/nothing/receipt")).status_code == 404


async def test_a_sender_sees_the_own_signals_and_a_slice_of_the_receipt(front: Any) -> None:
    await front.add(a_sender("alice"))
    alice = await front.enter("alice")
    signal = record_trail(front, "alice")
    (line,) = (await alice.get("/api/signals")).json()["items"]
    told = await alice.get(f"/api/signals/{signal.signal_id}/receipt")

    assert line["signal_id"] == signal.signal_id
    assert told.json()["orders"][0]["filled"] == "200"
    assert "IBKR_Main" not in told.text
    assert "251786" not in told.text


async def test_a_senders_signals_do_not_exist_for_another(front: Any) -> None:
    await front.add(a_sender("bob"))
    bob = await front.enter("bob")
    signal = record_trail(front, "alice")

    assert (await bob.get("/api/signals")).json() == {"items": []}
    assert (await bob.get(f"/api/signals/{signal.signal_id}/receipt")).status_code == 404
    assert (await bob.get(f"/api/signals/{signal.external_id}/receipt")).status_code == 404
    assert front.owners["signal-ingestion"].asked[0].params["sender"] == ["bob"]


async def test_an_alert_is_acknowledged_in_ones_own_name(front: Any) -> None:
    await front.add(a_user("ada"))
    alert = AlertRecord(
        alert_id="h1",
        key="k",
        severity="critical",
        title="t",
        service="x",
        raised_at=NOON,
        count=1,
        last_seen=NOON,
        occurrences=("h1",),
        open=False,
    )
    front.owners["alerting"].lists("/api/v1/alerts", alert)
    path = "/api/v1/alerts/h1/acknowledge"
    front.owners["alerting"].tells(path, alert.model_dump(mode="json"), method="POST")

    answer = await (await front.enter("ada")).post("/api/alerts/h1/acknowledge", json={"by": "bob", "note": "on it"})

    assert answer.status_code == 200, answer.text
    assert front.owners["alerting"].asked[-1].body == {"by": "ada", "note": "on it"}
    entry = await front.db.audit_trail.find_one({"action": "alerts.acknowledge"})
    assert (entry["actor"], entry["outcome"], entry["subject"]) == ("ada", "done", path)


async def test_a_change_is_passed_on_and_recorded_before_and_after(front: Any) -> None:
    await front.add(a_user("ada"))
    before, after = {**STRATEGY, "status": "ACTIVE"}, {**STRATEGY, "status": "INACTIVE"}
    front.owners["account-data"].tells("/api/strategies/Trend", before)
    front.owners["account-data"].tells("/api/strategies/Trend", after, method="PUT")

    answer = await (await front.enter("ada")).put("/api/strategies/Trend", json=after)

    assert (answer.status_code, answer.json()) == (200, after)
    assert front.owners["account-data"].asked[-1].body["status"] == "INACTIVE"
    assert front.owners["account-data"].asked[-1].params == {"by": ["ada"]}
    entry = await front.db.audit_trail.find_one({"action": "strategies.update"})
    assert (entry["actor"], entry["outcome"], entry["before"], entry["after"]) == ("ada", "done", before, after)


async def test_a_refused_change_is_told_in_the_owners_words_and_recorded_as_refused(front: Any) -> None:
    refusal = {"error": "The strategy has positions"}
    front.owners["account-data"].tells("/api/strategies/Trend", refusal, status=409, method="DELETE")

    answer = await front.operator().delete("/api/strategies/Trend")

    assert (answer.status_code, answer.json()) == (409, refusal)
    entry = await front.db.audit_trail.find_one({"action": "strategies.delete"})
    assert (entry["actor"], entry["outcome"], entry["status"]) == ("operator", "refused", 409)


async def test_whoever_sets_an_allocation_has_approved_it(front: Any) -> None:
    await front.add(a_user("ada"))
    front.owners["cerebro"].tells("/api/portfolio/allocations/custom", {}, method="PUT")

    await (await front.enter("ada")).put("/api/portfolio/allocations/custom", json=ALLOCATION)

    assert front.owners["cerebro"].asked[-1].body["approved_by"] == "ada"


async def test_an_approval_carries_its_key_and_who_gave_it_and_is_in_the_trail(front: Any) -> None:
    await front.add(a_user("ada"))
    front.owners["cerebro"].tells("/api/portfolio/allocations/approve", {"status": "ACTIVE"}, method="POST")

    browser = await front.enter("ada")
    await browser.post(
        "/api/portfolio/allocations/approve", json={"reason": "fits"}, headers={"Idempotency-Key": "one-enter"}
    )

    asked = front.owners["cerebro"].asked[-1]
    assert (asked.body["idempotency_key"], asked.body["reason"], asked.params["by"]) == ("one-enter", "fits", ["ada"])
    entry = await front.db.audit_trail.find_one({"action": "allocations.approve"})
    assert (entry["actor"], entry["outcome"], entry["after"]) == ("ada", "done", {"status": "ACTIVE"})


async def test_owners_are_asked_as_a_service_and_never_with_the_users_cookie(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    front.owners["account-data"].tells("/api/strategies", {"items": []})

    await browser.get("/api/strategies")

    (asked,) = front.owners["account-data"].asked
    assert asked.authorization.startswith("Bearer ")
    assert browser.cookies["session"] not in asked.authorization


async def test_an_owner_that_is_broken_is_told_as_unavailable(front: Any) -> None:
    for answer in [(500, {"error": "x"}), (403, {"error": "x"}), (200, {"items": [{"odd": 1}]})]:
        front.owners["execution"].answers["GET", "/api/v1/orders"] = answer
        told = await front.operator().get("/api/orders")

        assert told.status_code == 503
        assert "execution" in told.json()["error"]


async def test_an_owner_that_is_not_there_is_told_as_unavailable(front: Any) -> None:
    del front.app.state.settings.platform.local_apps["cerebro"]

    assert (await front.operator().get("/api/decisions")).status_code == 503


async def test_every_answer_carries_the_security_headers(front: Any) -> None:
    for path in ("/api/auth/session", "/api/no-such-page", "/live"):
        headers = (await front.browser().get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


async def test_an_oversize_body_is_refused_in_the_usual_shape(front: Any) -> None:
    answer = await front.browser().post("/api/auth/login", json={"name": "x" * (2 << 20), "password": "x"})

    assert answer.status_code == 413
    assert "error" in answer.json()


async def test_validation_errors_never_echo_what_was_typed(front: Any) -> None:
    answer = await front.browser().post("/api/auth/login", json={"name": "ada", "password": "hunter2" * 100})

    assert answer.status_code == 422
    assert "hunter2" not in answer.text


async def test_paging_goes_back_through_signals(front: Any) -> None:
    front.owners["signal-ingestion"].lists(INTAKE)
    before = (NOON - timedelta(days=1)).isoformat()

    await front.operator().get("/api/signals", params={"before": before})

    assert front.owners["signal-ingestion"].asked[0].params["before"] == [before]
