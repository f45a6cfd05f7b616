"""Who may send signals: admins issue, rotate and revoke secrets, which are shown once and kept nowhere."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.http import create_app
from signal_ingestion.service import service as signal_ingestion
from signal_ingestion.settings import Settings
from support.people import a_sender, a_user
from support.signals import a_body

AT = "/api/sender-credentials"
ACME = {"name": "acme", "strategies": ["Trend"], "kinds": ["passphrase", "token", "mac"]}


@pytest.fixture
async def intake(front: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The real signal-ingestion behind the frontend's API, as a sender reaches it."""
    app = create_app(signal_ingestion, Settings(platform=front.app.state.settings.platform), MemoryBus())
    sender = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")
    async with app.router.lifespan_context(app), sender:
        yield sender


@pytest.fixture
async def ada(front: Any, intake: httpx.AsyncClient) -> Any:
    """An admin who is in, freshly."""
    await front.add(a_user("ada"))
    return await front.enter("ada")


async def sent(intake: httpx.AsyncClient, passphrase: str, number: int) -> int:
    body = a_body(signal_sent_EPOCH=int(time.time()), passphrase=passphrase, signalID=str(number))
    return (await intake.post("/api/v1/signals", json=body)).status_code


async def test_secrets_are_issued_rotated_and_revoked_and_hold_as_long_as_was_said(ada: Any, intake: Any) -> None:
    issued = (await ada.post(AT, json=ACME)).json()["secrets"]
    assert {kind: len(secret) >= 22 for kind, secret in issued.items()} == dict.fromkeys(ACME["kinds"], True)
    assert await sent(intake, issued["passphrase"], 1) == 202

    rotated = await ada.post(f"{AT}/acme/rotate", json={"kinds": ["passphrase"], "overlap_seconds": 60})

    fresh = rotated.json()["secrets"]["passphrase"]
    assert [await sent(intake, issued["passphrase"], 2), await sent(intake, fresh, 3)] == [202, 202]
    revoked = await ada.post(f"{AT}/acme/revoke", json={"kinds": ["passphrase"]})
    assert revoked.json()["kinds"] == ["token", "mac"]
    assert [await sent(intake, issued["passphrase"], 4), await sent(intake, fresh, 5)] == [401, 401]


async def test_no_secret_is_listed_or_on_the_trail_and_each_act_is(front: Any, ada: Any) -> None:
    issued = (await ada.post(AT, json=ACME)).json()["secrets"]
    rotated = (await ada.post(f"{AT}/acme/rotate", json={})).json()["secrets"]
    await ada.put(f"{AT}/acme", json={"strategies": ["Trend", "Carry"], "active": True})
    await ada.post(f"{AT}/acme/revoke", json={})

    listed = await ada.get(AT)
    trail = await ada.get("/api/audit", params={"action": "senders"})

    acts = [(each["action"], each["outcome"]) for each in reversed(trail.json()["items"])]
    assert acts == [(f"senders.{act}", "done") for act in ("create", "rotate", "change", "revoke")]
    kept = trail.text + listed.text + repr([each async for each in front.db.audit_trail.find()])
    assert not [secret for secret in (*issued.values(), *rotated.values()) if secret in kept]
    assert trail.json()["items"][0]["before"]["kinds"] == ACME["kinds"]
    assert trail.json()["items"][0]["after"]["kinds"] == []
    assert listed.json()["items"][0]["strategies"] == ["Trend", "Carry"]


async def test_letting_send_wants_a_fresh_code_and_stopping_does_not(front: Any, ada: Any, intake: Any) -> None:
    issued = (await ada.post(AT, json=ACME)).json()["secrets"]
    front.clock.advance(timedelta(minutes=5))
    letting = [
        await ada.post(AT, json=ACME | {"name": "other"}),
        await ada.post(f"{AT}/acme/rotate", json={}),
        await ada.put(f"{AT}/acme", json={"strategies": ["*"], "active": True}),
    ]
    assert [(one.status_code, one.json()["reason"]) for one in letting] == [(403, "second factor needed")] * 3

    stopping = [
        await ada.post(f"{AT}/acme/revoke", json={"kinds": ["token"]}),
        await ada.put(f"{AT}/acme", json={"strategies": ["Trend"], "active": False}),
    ]

    assert [one.status_code for one in stopping] == [200, 200]
    assert await sent(intake, issued["passphrase"], 1) == 401


async def test_what_cannot_be_done_is_said_in_the_owners_words(ada: Any) -> None:
    await ada.post(AT, json=ACME)

    assert (await ada.post(AT, json=ACME)).status_code == 409
    assert (await ada.post(f"{AT}/nobody/revoke", json={})).status_code == 404
    assert (await ada.post(AT, json=ACME | {"name": "a b\r\n"})).status_code == 422


async def test_senders_have_no_hand_in_it(front: Any, ada: Any) -> None:
    await ada.post(AT, json=ACME)
    await front.add(a_sender("acme"))
    acme = await front.enter("acme")

    for method, path in [("GET", AT), ("POST", f"{AT}/acme/rotate"), ("PUT", f"{AT}/acme")]:
        assert (await acme.request(method, path, json={"strategies": ["*"]})).status_code == 404
