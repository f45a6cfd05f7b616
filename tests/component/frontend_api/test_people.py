"""People: invited, let in, put out, and everything about it on the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.people import PASSWORD, a_client, a_sender, a_user

STRONG = "another quiet zebra walks"
EVE = {"name": " Eve ", "role": "sender", "sender": "eve"}


async def invited(front: Any, admin: Any, **user: Any) -> str:
    """Return the token of an invitation for a new user."""
    answer = await admin.post("/api/users", json=EVE | user)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def accept(front: Any, token: str, password: str = STRONG) -> Any:
    return await front.browser().post(f"/api/invitations/{token}/accept", json={"password": password})


@pytest.fixture
async def ada(front: Any) -> Any:
    """An admin who is in."""
    await front.add(a_user("ada"))
    return await front.enter("ada")


async def test_an_invited_person_chooses_a_password_and_is_in(front: Any, ada: Any) -> None:
    token = await invited(front, ada)
    shown = (await front.browser().get(f"/api/invitations/{token}")).json()

    accepted = await accept(front, token)

    assert shown == {"name": "eve", "role": "sender"}
    assert (accepted.status_code, accepted.json()["name"], accepted.json()["needs"]) == (200, "eve", "enrolment")
    assert "session" in accepted.cookies
    assert (await front.knock("eve", STRONG)) is not None


async def test_an_invitation_counts_once_and_for_three_days(front: Any, ada: Any) -> None:
    used, late = await invited(front, ada), await invited(front, ada, name="late")
    await accept(front, used)
    again = await accept(front, used, "yet another zebra walks")
    front.clock.advance(timedelta(hours=72))

    assert again.status_code == 404
    assert (await front.browser().get(f"/api/invitations/{late}")).status_code == 404
    assert (await accept(front, late)).status_code == 404
    assert (await front.browser().get("/api/invitations/made-up")).status_code == 404


async def test_a_weak_password_does_not_use_up_the_invitation(front: Any, ada: Any) -> None:
    token = await invited(front, ada)

    assert (await accept(front, token, "short")).status_code == 422
    assert (await accept(front, token)).status_code == 200


async def test_an_invitation_is_kept_as_a_hash_alone(front: Any, ada: Any) -> None:
    token = await invited(front, ada)

    kept = [repr(document) async for document in front.db.invitations.find()]
    trail = [repr(document) async for document in front.db.audit_trail.find()]

    assert len(kept) == 1
    assert not any(token in each for each in kept + trail)


async def test_nobody_logs_in_before_the_invitation_is_accepted(front: Any, ada: Any) -> None:
    await invited(front, ada)

    for password in ("", "None", PASSWORD):
        answer = await front.browser().post("/api/auth/login", json={"name": "eve", "password": password or "x"})
        assert answer.status_code == 401


async def test_a_new_invitation_makes_the_old_one_void_and_ends_sessions_when_it_is_accepted(
    front: Any, ada: Any
) -> None:
    carol = await front.add(a_client("carol"))
    carols = await front.enter("carol")
    old = (await ada.post(f"/api/users/{carol.user_id}/invitation")).json()["token"]
    new = (await ada.post(f"/api/users/{carol.user_id}/invitation")).json()["token"]
    assert (await carols.get("/api/auth/session")).status_code == 200

    assert (await accept(front, old)).status_code == 404
    assert (await accept(front, new)).status_code == 200
    assert (await carols.get("/api/auth/session")).status_code == 401


async def test_an_invitation_does_not_get_around_the_second_factor(front: Any, ada: Any) -> None:
    bob = await front.add(a_user("bob"))
    token = (await ada.post(f"/api/users/{bob.user_id}/invitation")).json()["token"]

    accepted = await accept(front, token)

    assert accepted.json()["needs"] == "code"


@pytest.mark.parametrize(
    "user",
    [
        {"role": "client"},
        {"role": "client", "client_id": "c1", "sender": "eve"},
        {"role": "admin", "sender": "eve"},
        {"role": "admin", "sender": None, "second_factor_required": False},
        {"role": "owner"},
        {"name": ""},
        {"time_zone": "Mars/Olympus"},
        {"user_id": "u-of-my-choice"},
    ],
)
async def test_a_user_that_makes_no_sense_is_refused(front: Any, ada: Any, user: dict[str, Any]) -> None:
    assert (await ada.post("/api/users", json=EVE | {"sender": None} | user)).status_code == 422


async def test_a_name_is_given_once_however_it_is_written(front: Any, ada: Any) -> None:
    await invited(front, ada)

    assert (await ada.post("/api/users", json=EVE | {"name": "EVE"})).status_code == 409


async def test_a_disabled_person_is_out_at_once_and_in_again_when_enabled(front: Any, ada: Any) -> None:
    alice = await front.add(a_sender("alice"))
    alices = await front.enter("alice")

    told = (await ada.post(f"/api/users/{alice.user_id}/disable")).json()

    assert (told["status"], told["sessions"]) == ("disabled", 0)
    assert (await alices.get("/api/auth/session")).status_code == 401
    login = {"name": "alice", "password": PASSWORD}
    assert (await front.browser().post("/api/auth/login", json=login)).status_code == 401
    assert (await ada.post(f"/api/users/{alice.user_id}/enable")).json()["status"] == "active"
    assert (await front.browser().post("/api/auth/login", json=login)).status_code == 200


async def test_no_admin_puts_themselves_out(front: Any, ada: Any) -> None:
    (me,) = (await ada.get("/api/users")).json()["items"]

    assert (await ada.post(f"/api/users/{me['user_id']}/disable")).status_code == 409
    assert (await ada.post(f"/api/users/{me['user_id']}/reset-second-factor")).status_code == 409


async def test_an_admin_ends_the_sessions_of_another(front: Any, ada: Any) -> None:
    carol = await front.add(a_client("carol"))
    carols = await front.enter("carol")

    assert (await ada.post(f"/api/users/{carol.user_id}/revoke-sessions")).json()["sessions"] == 0

    assert (await carols.get("/api/auth/session")).status_code == 401


async def test_people_are_listed_with_how_they_stand_and_without_secrets(front: Any, ada: Any) -> None:
    await front.add(a_client("carol"))
    await invited(front, ada, time_zone="Asia/Tokyo")

    answer = await ada.get("/api/users")

    lines = {line["name"]: line for line in answer.json()["items"]}
    assert [(name, line["status"], line["second_factor"], line["sessions"]) for name, line in lines.items()] == [
        ("ada", "active", True, 1),
        ("carol", "active", False, 0),
        ("eve", "invited", False, 0),
    ]
    assert lines["eve"]["time_zone"] == "Asia/Tokyo"
    assert "quick:" not in answer.text
    assert "hash" not in answer.text


async def test_a_change_is_on_the_trail_with_before_and_after(front: Any, ada: Any) -> None:
    carol = await front.add(a_client("carol"))

    changed = await ada.patch(f"/api/users/{carol.user_id}", json={"second_factor_required": True})

    assert changed.json()["second_factor_required"] is True
    (entry,) = (await ada.get("/api/audit?action=users")).json()["items"]
    assert (entry["actor"], entry["action"], entry["subject"]) == ("ada", "users.change", carol.user_id)
    assert (entry["before"]["second_factor_required"], entry["after"]["second_factor_required"]) == (False, True)


async def test_what_is_not_there_cannot_be_changed(front: Any, ada: Any) -> None:
    for act in ("disable", "enable", "invitation", "revoke-sessions", "reset-second-factor"):
        assert (await ada.post(f"/api/users/nobody/{act}")).status_code == 404


async def test_the_trail_is_read_by_actor_act_and_time_and_page_by_page(front: Any, ada: Any) -> None:
    for _ in range(3):
        await front.browser().post("/api/auth/login", json={"name": "ada", "password": "wrong"})
    later = front.clock.now() + timedelta(minutes=1)
    front.clock.advance(timedelta(minutes=2))
    await ada.post("/api/auth/logout")
    reader = front.operator()

    first = (await reader.get("/api/audit?actor=ada&limit=2")).json()
    rest = (await reader.get("/api/audit", params={"actor": "ada", "before": first["next"]})).json()
    since = (await reader.get("/api/audit", params={"since": later.isoformat()})).json()["items"]

    assert [one["action"] for one in first["items"] + rest["items"]] == [
        "auth.logout",
        *["auth.login"] * 3,
        "auth.second_factor",
        "auth.login",
    ]
    assert rest["next"] is None
    assert [one["action"] for one in since] == ["auth.logout"]
    assert (await reader.get("/api/audit?action=auth.log")).json()["items"] == []
    assert len((await reader.get("/api/audit?action=auth.login")).json()["items"]) == 4
    assert (await reader.get("/api/audit?before=nonsense")).json()["items"] == []
    assert (await reader.get("/api/audit?actor=nobody")).json() == {"items": [], "next": None}


async def test_one_chooses_the_time_zone_one_reads_in(front: Any, ada: Any) -> None:
    chosen = await ada.put("/api/session/time-zone", json={"time_zone": "Asia/Tokyo"})
    wrong = await ada.put("/api/session/time-zone", json={"time_zone": "Mars/Olympus"})

    assert (chosen.status_code, wrong.status_code) == (200, 422)
    assert (await ada.get("/api/auth/session")).json()["time_zone"] == "Asia/Tokyo"
    (entry,) = (await ada.get("/api/audit?action=users.time_zone")).json()["items"]
    assert (entry["before"], entry["after"]) == ("UTC", "Asia/Tokyo")
