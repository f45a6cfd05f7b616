"""Passkeys: added, used, removed, and attacked; every signature is made and verified."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from frontend_api.settings import Settings
from pydantic import ValidationError
from support.authenticators import ORIGIN, PRESENT, Authenticator, spoilt
from support.people import a_client, a_platform, a_sender, a_user

LATE = timedelta(minutes=5)


@pytest.fixture
async def door(begin: Any) -> Any:
    """The API of a desk whose public origin is known, with quick passwords."""
    front = await begin(public_origin=ORIGIN)
    front.app.state.running.ports = replace(front.ports, passwords=front.passwords)
    return front


@pytest.fixture
async def ada(door: Any) -> Any:
    """An admin who is in, freshly."""
    await door.add(a_user("ada"))
    return await door.enter("ada")


async def add(browser: Any, passkey: Authenticator, name: str = "Phone") -> Any:
    asked = (await browser.post("/api/session/passkeys/challenge")).json()
    return await browser.post("/api/session/passkeys", json=passkey.make(asked, name))


async def owned(browser: Any, **but: Any) -> Authenticator:
    """Return a passkey that was added."""
    passkey = Authenticator(**but)
    assert (added := await add(browser, passkey)).status_code == 201, added.text
    return passkey


async def asked(stranger: Any) -> Any:
    return (await stranger.post("/api/auth/passkey/challenge")).json()


async def enter(front: Any, passkey: Authenticator, **but: Any) -> Any:
    """Return the answer to a stranger's browser that shows *passkey*, changed by *but*."""
    stranger = front.browser()
    return await stranger.post("/api/auth/passkey", json=passkey.sign(await asked(stranger), **but))


async def test_a_passkey_lets_in_without_password_or_code_and_counts_as_both(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    browser = door.browser()

    answer = await browser.post("/api/auth/passkey", json=passkey.sign(await asked(browser)))

    assert (answer.status_code, answer.json()["name"], answer.json()["needs"]) == (200, "ada", None)
    assert "passkey" not in browser.cookies
    browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    assert (await browser.get("/api/dashboard")).status_code == 200
    assert (await browser.post("/api/users", json={"name": "eve", "role": "admin"})).status_code == 201
    entry = await door.db.audit_trail.find_one({"action": "auth.passkey"})
    assert (entry["actor"], entry["outcome"]) == ("ada", "done")


async def test_it_is_listed_used_again_and_removed_and_all_of_it_is_on_the_trail(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    for _ in range(2):
        assert (await enter(door, passkey)).status_code == 200
    (line,) = (await ada.get("/api/session/passkeys")).json()["items"]
    assert (line["name"], line["used_at"] is not None) == ("Phone", True)
    door.clock.advance(timedelta(minutes=6))  # removing asks for no code

    assert (await ada.delete(f"/api/session/passkeys/{line['passkey_id']}")).status_code == 204

    assert (await ada.get("/api/session/passkeys")).json() == {"items": [], "offered": True}
    assert (await enter(door, passkey)).status_code == 401
    added = await door.db.audit_trail.find_one({"action": "passkeys.add"})
    removed = await door.db.audit_trail.find_one({"action": "passkeys.remove"})
    assert (added["actor"], added["after"]["name"], removed["before"]["name"]) == ("ada", "Phone", "Phone")


async def test_adding_asks_for_a_code_of_the_last_minutes(door: Any, ada: Any) -> None:
    waiting = (await ada.post("/api/session/passkeys/challenge")).json()
    door.clock.advance(LATE)

    refused = [
        await ada.post("/api/session/passkeys/challenge"),
        await ada.post("/api/session/passkeys", json=Authenticator().make(waiting)),
    ]

    assert [(one.status_code, one.json()["reason"]) for one in refused] == [(403, "second factor needed")] * 2
    assert await door.db.passkeys.count_documents({}) == 0


async def test_a_sender_and_a_client_may_have_one_too(door: Any) -> None:
    for user in (a_sender("alice"), a_client("carol", second_factor_required=True)):
        await door.add(user)
        passkey = await owned(await door.enter(user.name))
        assert (await enter(door, passkey)).json()["role"] == user.role


@pytest.mark.parametrize(
    "lie",
    [{"origin": "https://desk.evil.example"}, {"origin": "http://localhost:9090"}, {"flags": PRESENT}, {"flags": 0}],
    ids=["other site", "other port", "unverified", "absent"],
)
async def test_neither_adding_nor_entering_works_for_another_site_or_without_verification(
    door: Any, ada: Any, lie: dict[str, Any]
) -> None:
    assert (await add(ada, Authenticator(**lie))).status_code == 403
    honest = await owned(ada)

    assert (await enter(door, replace(honest, **lie))).status_code == 401
    assert (await enter(door, honest)).status_code == 200


async def test_an_answer_made_for_another_name_of_the_site_is_refused(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    browser = door.browser()
    proof = passkey.sign({**await asked(browser), "rp_id": "evil.localhost"})

    assert (await browser.post("/api/auth/passkey", json=proof)).status_code == 401


async def test_an_answer_counts_once_also_in_the_browser_it_was_made_in(door: Any, ada: Any) -> None:
    passkey = await owned(ada, counts=False)
    browser = door.browser()
    challenge = await asked(browser)
    ticket = browser.cookies["passkey"]
    proof = passkey.sign(challenge)
    assert (await browser.post("/api/auth/passkey", json=proof)).status_code == 200

    replayed = await door.browser().post("/api/auth/passkey", json=proof, headers={"Cookie": f"passkey={ticket}"})
    anew = await door.browser().post(
        "/api/auth/passkey", json=passkey.sign(challenge), headers={"Cookie": f"passkey={ticket}"}
    )

    assert (replayed.status_code, anew.status_code) == (401, 401)


async def test_an_answer_shown_by_many_at_once_counts_once(door: Any, ada: Any) -> None:
    passkey = await owned(ada, counts=False)
    browser = door.browser()
    proof = passkey.sign(await asked(browser))
    held = {"Cookie": f"passkey={browser.cookies['passkey']}"}

    answers = await asyncio.gather(
        *(door.browser().post("/api/auth/passkey", json=proof, headers=held) for _ in range(4))
    )

    assert sorted(one.status_code for one in answers) == [200, 401, 401, 401]


async def test_a_wrong_answer_uses_its_challenge_up(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    browser = door.browser()
    challenge = await asked(browser)
    proof = passkey.sign(challenge)
    wrong = proof | {"signature": spoilt(proof["signature"])}
    assert (await browser.post("/api/auth/passkey", json=wrong)).status_code == 401

    assert (await browser.post("/api/auth/passkey", json=proof)).status_code == 401


async def test_an_answer_belongs_to_the_browser_that_was_asked(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    victims, thiefs = door.browser(), door.browser()
    proof = passkey.sign(await asked(victims))

    assert (await thiefs.post("/api/auth/passkey", json=proof)).status_code == 401
    await asked(thiefs)
    assert (await thiefs.post("/api/auth/passkey", json=proof)).status_code == 401
    assert (await victims.post("/api/auth/passkey", json=proof)).status_code == 200


async def test_an_answer_counts_for_five_minutes_whatever_its_ticket_says(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    browser = door.browser()
    proof = passkey.sign(await asked(browser))
    ticket = browser.cookies["passkey"]
    door.clock.advance(LATE)
    longer = f"{ticket.rpartition('.')[0]}.{int(door.clock.now().timestamp()) + 86_400}"

    for shown in (ticket, longer, "", "x", "x.", "x.²", f"{ticket}\x00", "9" * 400):
        door.clock.advance(LATE)
        stale = await door.browser().post(
            "/api/auth/passkey", json=proof, headers={"Cookie": f"passkey={shown}".encode()}
        )
        assert stale.status_code == 401, shown


async def test_a_challenge_of_one_session_or_ceremony_is_worth_nothing_in_another(door: Any, ada: Any) -> None:
    await door.add(a_user("bob"))
    bob = await door.enter("bob")
    for_ada = (await ada.post("/api/session/passkeys/challenge")).json()
    planted = {"Cookie": f"session={bob.cookies['session']}; passkey={ada.cookies['passkey']}"}
    assert (
        await door.browser().post(
            "/api/session/passkeys",
            json=Authenticator().make(for_ada),
            headers=planted | {"X-CSRF-Token": bob.headers["X-CSRF-Token"]},
        )
    ).status_code == 403
    passkey = await owned(ada)
    to_add = (await ada.post("/api/session/passkeys/challenge")).json()
    held = {"Cookie": f"passkey={ada.cookies['passkey']}"}

    entering = await door.browser().post("/api/auth/passkey", json=passkey.sign(to_add), headers=held)

    assert entering.status_code == 401


async def test_anothers_passkey_opens_only_its_owners_session_and_is_nobody_elses_to_take(door: Any, ada: Any) -> None:
    await door.add(a_user("bob"))
    bob = await door.enter("bob")
    adas, bobs = await owned(ada), await owned(bob)

    claimed = replace(bobs, credential_id=adas.credential_id)
    assert (await enter(door, claimed)).status_code == 401
    assert (await enter(door, adas, user_handle=bobs.user_handle)).status_code == 401
    assert (await enter(door, bobs)).json()["name"] == "bob"
    assert (await add(bob, replace(adas, key=bobs.key))).status_code == 409
    (line,) = (await ada.get("/api/session/passkeys")).json()["items"]
    assert (await bob.delete(f"/api/session/passkeys/{line['passkey_id']}")).status_code == 404
    assert (await enter(door, adas)).json()["name"] == "ada"


async def test_a_count_that_goes_back_is_refused_told_and_on_the_trail(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    copy = replace(passkey)
    for _ in range(3):
        assert (await enter(door, passkey)).status_code == 200

    for count in (0, 2):
        copy.count = count  # it says 1, then 3: less than, and as much as was seen
        assert (await enter(door, copy)).status_code == 401

    (alert, *_) = door.alerts
    assert (alert.severity, "copy" in alert.title) == ("critical", True)
    entry = await door.db.audit_trail.find_one({"action": "auth.passkey", "outcome": "refused"})
    assert (entry["after"]["count_known"], entry["after"]["count_shown"]) == (3, 1)
    assert (await enter(door, passkey)).status_code == 200


async def test_an_authenticator_that_does_not_count_is_taken_until_it_does(door: Any, ada: Any) -> None:
    passkey = await owned(ada, counts=False)
    for _ in range(2):
        assert (await enter(door, passkey)).status_code == 200
    assert (await enter(door, replace(passkey, count=5))).status_code == 200

    assert (await enter(door, passkey)).status_code == 401


async def test_a_wrong_signature_raises_no_alarm_and_is_on_the_trail(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    stranger = Authenticator(credential_id=passkey.credential_id)

    assert (await enter(door, stranger)).status_code == 401

    assert door.alerts == []
    entry = await door.db.audit_trail.find_one({"action": "auth.passkey"})
    assert (entry["actor"], entry["outcome"]) == ("ada", "refused")


async def test_trying_is_slowed_down_per_passkey_and_per_address(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    forger = Authenticator(credential_id=passkey.credential_id)
    statuses = []
    for number in range(8):
        browser = door.browser(f"198.51.100.{number}")
        statuses.append((await browser.post("/api/auth/passkey", json=forger.sign(await asked(browser)))).status_code)

    assert statuses == [401] * 6 + [429] * 2
    unknown = [(await enter(door, Authenticator())).status_code for _ in range(24)]
    assert (unknown[0], unknown[-1]) == (401, 429)


async def test_who_is_put_out_is_not_let_in_by_a_passkey_and_a_lost_device_loses_it(door: Any, ada: Any) -> None:
    bob = await door.add(a_user("bob"))
    passkey = await owned(await door.enter("bob"))
    assert (await ada.post(f"/api/users/{bob.user_id}/disable")).status_code == 200
    assert (await enter(door, passkey)).status_code == 401
    await ada.post(f"/api/users/{bob.user_id}/enable")
    assert (await enter(door, passkey)).status_code == 200

    assert (await ada.post(f"/api/users/{bob.user_id}/reset-second-factor")).status_code == 200

    assert (await enter(door, passkey)).status_code == 401
    assert await door.db.passkeys.count_documents({"user_id": bob.user_id}) == 0


async def test_an_admin_without_an_authenticator_sets_one_up_first_whatever_the_passkey(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    await door.db.second_factors.delete_many({})

    assert (await enter(door, passkey)).json()["needs"] == "enrolment"


async def test_ten_are_enough(door: Any, ada: Any) -> None:
    statuses = [(await add(ada, Authenticator(), f"Key {number}")).status_code for number in range(11)]

    assert statuses == [201] * 10 + [409]


async def test_nonsense_is_refused_not_stumbled_over(door: Any, ada: Any) -> None:
    passkey = await owned(ada)
    for field in ("client_data", "attestation", "credential_id"):
        for nonsense in ("AA", "e30", "A", "gQ", "oWhhdXRoRGF0YUA"):
            waiting = (await ada.post("/api/session/passkeys/challenge")).json()
            made = Authenticator().make(waiting, **{field: nonsense})
            assert (await ada.post("/api/session/passkeys", json=made)).status_code == 403, (field, nonsense)
    for field in ("client_data", "authenticator_data", "signature"):
        for nonsense in ("AA", "e30", "A", "gQ", "oWE"):
            door.clock.advance(timedelta(minutes=6))
            assert (await enter(door, passkey, **{field: nonsense})).status_code == 401, (field, nonsense)


async def test_without_a_public_origin_there_are_none(front: Any) -> None:
    await front.add(a_user("ada"))
    ada = await front.enter("ada")

    assert (await front.browser().get("/api/auth/ways")).json() == {"passkeys": False}
    assert (await front.browser().post("/api/auth/passkey/challenge")).status_code == 409
    assert (await ada.post("/api/session/passkeys/challenge")).status_code == 409
    assert (await ada.get("/api/session/passkeys")).json() == {"items": [], "offered": False}


async def test_over_https_the_ticket_is_out_of_reach_of_scripts_and_other_sites(begin: Any) -> None:
    front = await begin(plain_http=False, public_origin="https://desk.fund.com")

    given = (await front.browser().post("/api/auth/passkey/challenge")).headers["set-cookie"]

    assert given.startswith("__Host-passkey=")
    assert all(part in given for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))


@pytest.mark.parametrize("origin", ["http://desk.fund.com", "https://desk.fund.com/", "desk.fund.com", "https://a b"])
def test_an_origin_that_browsers_make_no_passkeys_for_stops_the_start(origin: str) -> None:
    platform = a_platform("mongodb://unused", "unused")
    with pytest.raises(ValidationError):
        Settings(platform=platform, public_origin=origin)
    assert Settings(platform=platform, public_origin="").public_origin is None
