"""Every route there is, tried by everyone who should not get through: found in the app itself, so none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute
from frontend_api.domain.visibility import PAGES, Page
from frontend_api.service import service
from mathematricks.contracts.money_views import ClientView, SenderView, SignalRow
from mathematricks.storage.mongo import to_document
from support.people import a_client, a_passkey, a_sender, a_user, bearer
from support.signals import a_signal
from support.trails import a_booking, a_decision, a_fill, a_stored_signal, a_trading_order, an_order_record

OPEN = {
    ("POST", "/api/auth/login"),
    ("GET", "/api/auth/ways"),
    ("POST", "/api/auth/passkey/challenge"),
    ("POST", "/api/auth/passkey"),
    ("GET", "/api/invitations/{token}"),
    ("POST", "/api/invitations/{token}/accept"),
}
MARK = "what-only-the-other-may-see"
SAFE = {"GET", "HEAD"}
THRESHOLD = {("POST", "/api/auth/logout"), ("GET", "/api/auth/session")}


@dataclass(frozen=True)
class Way:
    """One method of one route, and which page it opens (None: everyone who is in)."""

    method: str
    path: str
    opens: Page | None
    guarded: bool
    names: tuple[str, ...]

    def at(self, **ids: str) -> str:
        """Return an address of it; what is not named is ``x``."""
        path = self.path.replace(":path", "")
        for name in self.names:
            path = path.replace(f"{{{name}}}", ids.get(name, "7" if name == "generation" else "x"))
        return path


def ways() -> Iterator[Way]:
    for router in service.routes:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            names = tuple(field.name for field in route.dependant.path_params)
            for method in sorted(route.methods):
                yield Way(method, route.path, getattr(route, "opens", None), hasattr(route, "opens"), names)


ALL = tuple(ways())
GUARDED = tuple(way for way in ALL if way.guarded)


def test_every_route_is_guarded_but_those_that_let_people_in() -> None:
    assert {(way.method, way.path) for way in ALL if not way.guarded} == OPEN
    assert len(GUARDED) > 80


async def test_nothing_opens_without_a_session(front: Any) -> None:
    garbage = {"content": b"{not json", "headers": {"Content-Type": "application/json"}}
    stranger = front.browser()
    for way in GUARDED:
        answers = [
            await stranger.request(way.method, way.at()),
            await stranger.request(way.method, way.at(), **garbage),
            await stranger.request(way.method, way.at(), headers={"Cookie": "session=made-up"}),
            await stranger.request(way.method, way.at(), headers={"Authorization": "Bearer made-up"}),
        ]
        assert [answer.status_code for answer in answers] == [401] * 4, way


@pytest.mark.parametrize("role", ["client", "sender"])
async def test_a_token_of_a_lesser_role_opens_nothing(front: Any, role: Any) -> None:
    for way in GUARDED:
        answer = await front.browser().request(way.method, way.at(), headers=bearer("x", role))
        assert answer.status_code == 401, way


async def test_a_password_alone_opens_nothing_where_a_code_is_asked_for(front: Any) -> None:
    await front.add(a_user("ada"))
    half = await front.knock("ada")
    for way in GUARDED:
        if (way.method, way.path) in THRESHOLD or way.path == "/api/session/second-factor":
            continue
        refused = await half.request(way.method, way.at())
        assert (refused.status_code, refused.json().get("reason")) == (403, "code"), way
    assert all(owner.asked == [] for owner in front.owners.values())


async def test_an_admin_without_a_second_factor_opens_no_page(front: Any) -> None:
    await front.add(a_user("ada"))
    await front.db.second_factors.delete_many({})
    ada = await front.knock("ada")
    for way in GUARDED:
        if way.opens is not None:
            refused = await ada.request(way.method, way.at())
            assert (refused.status_code, refused.json().get("reason")) == (403, "enrolment"), way
    assert all(owner.asked == [] for owner in front.owners.values())


async def test_no_change_is_made_for_another_site(front: Any) -> None:
    await front.add(a_user("ada"))
    ada = await front.enter("ada")
    token = ada.headers.pop("X-CSRF-Token")
    forged: list[dict[str, str]] = [
        {},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": token, "Origin": "https://evil.example"},
        {"X-CSRF-Token": token, "Origin": "null"},
        {"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": token, "Sec-Fetch-Site": "same-site"},
    ]
    for way in GUARDED:
        if way.method not in SAFE:
            for headers in forged:
                refused = await ada.request(way.method, way.at(), headers=headers)
                assert refused.status_code == 403, (way, headers)
    assert all(owner.asked == [] for owner in front.owners.values())
    assert (await ada.get("/api/auth/session")).status_code == 200


async def others_belongings(front: Any) -> dict[str, tuple[str, ...]]:
    """Let Dan and Bob have something of every kind; return every id of theirs, by the name it has in paths."""
    dan, bob = await front.add(a_client("dan")), await front.add(a_sender("bob"))
    sessions = [
        (await (await front.enter(name)).get("/api/auth/sessions")).json()["items"][0]["session_id"]
        for name in ("dan", "bob")
    ]
    passkey = a_passkey(dan)
    await front.ports.passkeys.add(passkey)
    view = ClientView(client_id="dan", display_name=MARK, mode="LIVE")
    await front.db.dashboard_clients.insert_one(to_document(view, "dan"))
    earned = SenderView(sender="bob", mode="LIVE", payable=True, dropped_reasons={MARK: 1})
    await front.db.dashboard_senders.insert_one(to_document(earned, "bob"))
    signal = a_signal(sender="bob", external_id=MARK)
    shown = {name: getattr(signal, name) for name in SignalRow.model_fields if hasattr(signal, name)}
    row = SignalRow(**shown | {"mode": "LIVE", "status": "executed", "instrument": MARK, "action": "BUY", "legs": 1})
    await front.db.dashboard_signals.insert_one(to_document(row, signal.signal_id))
    keep_trail(front, signal)
    return {
        "user_id": (dan.user_id, bob.user_id),
        "session_id": tuple(sessions),
        "passkey_id": (passkey.passkey_id,),
        "client_id": ("dan",),
        "sender": ("bob",),
        "name": (signal.signal_id, MARK),
    }


def keep_trail(front: Any, signal: Any) -> None:
    """Let the owners tell all they know of *signal* whoever asks: the front alone is on trial."""
    order = a_trading_order(signal)
    fill = a_fill(order)
    stored, decision = a_stored_signal(signal), a_decision(signal, order)
    front.owners["signal-ingestion"].lists("/api/v1/intake/signals", stored)
    front.owners["signal-ingestion"].tells(f"/api/v1/intake/signals/{signal.signal_id}", stored.model_dump(mode="json"))
    front.owners["cerebro"].lists("/api/v1/decisions", decision)
    front.owners["cerebro"].tells(f"/api/v1/decisions/{signal.signal_id}", decision.model_dump(mode="json"))
    front.owners["execution"].lists("/api/v1/orders", an_order_record(order))
    front.owners["execution"].lists("/api/v1/executions", fill)
    front.owners["account-data"].lists("/api/v1/ledger", a_booking(fill))


async def state_of(front: Any) -> dict[str, list[str]]:
    """Return everything that is kept of people, but for when it was last used."""
    names = ("users", "second_factors", "passkeys", "invitations", "sessions")
    unused = {"seen_at": 0, "idle_until": 0, "taken_up_at": 0}
    return {name: [repr(one) async for one in front.db[name].find({}, unused).sort("_id", 1)] for name in names}


@pytest.mark.parametrize("attacker", [a_client("carol"), a_sender("alice")], ids=["client", "sender"])
async def test_what_is_anothers_is_not_there_by_whatever_route_and_id(front: Any, attacker: Any) -> None:
    ids = await others_belongings(front)
    await front.add(attacker)
    browser = await front.enter(attacker.name)
    missing = (await browser.get("/api/no-such-page")).json()
    before = await state_of(front)

    for way in GUARDED:
        mine = way.opens is None or way.opens in PAGES[attacker.role]
        if (mine and not way.names and way.method not in SAFE) or way.path == "/api/stream":
            continue  # it is about oneself
        tried = [{name: value} for name in way.names for value in ids.get(name, ())] or [{}]
        for one in tried:
            told = await browser.request(way.method, way.at(**one))
            assert MARK not in told.text, (way, one)
            if not mine or (way.names and way.method not in SAFE):
                assert (told.status_code, told.json()) == (404, missing), (way, one)

    assert await state_of(front) == before


async def test_the_lists_of_a_sender_are_narrowed_though_an_owner_tells_too_much(front: Any) -> None:
    await others_belongings(front)
    await front.add(a_sender("alice"))
    alice = await front.enter("alice")

    assert (await alice.get("/api/signals")).json() == {"items": []}
    assert (await alice.get("/api/sender/signals")).json() == {"items": []}
    assert (await alice.get("/api/sender/home")).json()["sender"] == "alice"
    assert (await alice.get("/api/sender/statements")).json() == {"items": []}


async def test_nobody_makes_themselves_more_than_they_are(front: Any) -> None:
    alice = await front.add(a_sender("alice"))
    browser = await front.enter("alice")
    more = {"role": "admin", "sender": "bob", "client_id": "dan", "user_id": "u1", "second_factor_required": False}

    for method, path in [("PATCH", f"/api/users/{alice.user_id}"), ("POST", "/api/users")]:
        assert (await browser.request(method, path, json={"name": "alice", **more})).status_code == 404
    for way in GUARDED:
        if way.opens is None and not way.names and way.method not in SAFE and "log" not in way.path:
            await browser.request(way.method, way.at(), json=more)
    (kept,) = [one async for one in front.db.users.find({"name": "alice"})]
    assert (kept["role"], kept["sender"], kept["client_id"]) == ("sender", "alice", None)


@pytest.mark.parametrize("line", ["\r\nSet-Cookie: session=evil", "\nX-Evil: 1", "\r\n\r\n<script>"])
async def test_line_breaks_in_what_is_sent_never_become_headers(front: Any, line: str) -> None:
    operator = front.operator()
    for way in GUARDED:
        if way.method == "GET" and way.path not in ("/api/stream",):
            ids = dict.fromkeys(way.names, f"x{line}")
            path = way.at(**{name: value.replace("\r", "%0D").replace("\n", "%0A") for name, value in ids.items()})
            told = await operator.get(path, params={"actor": line, "strategy_id": line, "action": line})
            assert "x-evil" not in told.headers, way
            assert "evil" not in told.headers.get("set-cookie", ""), way
            assert told.headers["content-type"].startswith(("application/json", "text/event-stream")), way


async def test_line_breaks_in_a_body_never_become_headers_of_an_answer(front: Any) -> None:
    line = "x\r\nSet-Cookie: session=evil\r\nX-Evil: 1"
    fields = ("name", "sender", "strategy_id", "strategy_name", "reason", "account", "code", "password", "time_zone")
    operator = front.operator()
    for way in ALL:
        if way.method not in SAFE:
            path = way.at(**dict.fromkeys(way.names, line.replace("\r", "%0D").replace("\n", "%0A")))
            told = await operator.request(way.method, path, json=dict.fromkeys(fields, line))
            assert "x-evil" not in told.headers, way
            assert "evil" not in told.headers.get("set-cookie", ""), way
    assert not [asked for owner in front.owners.values() for asked in owner.asked if "\n" in asked.authorization]
