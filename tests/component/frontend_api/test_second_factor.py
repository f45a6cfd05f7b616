"""The second factor: set up, shown, used once, lost and guessed at."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pyotp
from support.people import PASSWORD, a_client, a_sender, a_user

STEP = timedelta(seconds=30)
DANGEROUS = [
    ("POST", "/api/kill-switch/rearm", {}),
    ("POST", "/api/kill-switch/approve", {}),
    ("POST", "/api/portfolio/allocations/approve", {}),
    ("POST", "/api/portfolio/allocations/custom", {"allocations": {"T": "50"}, "reason": "x", "approved_by": "z"}),
    ("PUT", "/api/portfolio/allocations/custom", {"allocations": {"T": "50"}, "reason": "x", "approved_by": "z"}),
    (
        "POST",
        "/api/strategies",
        {"strategy_id": "T", "strategy_name": "T", "account": "A", "trading_mode": "LIVE"},
    ),
    ("PUT", "/api/strategies/T", {"strategy_name": "T", "account": "A", "trading_mode": "LIVE"}),
    ("POST", "/api/users", {"name": "eve", "role": "admin"}),
    ("POST", "/api/session/recovery-codes", None),
    ("POST", "/api/session/enrolment", None),
    ("POST", "/api/session/passkeys/challenge", None),
    ("POST", "/api/session/passkeys", {"name": "x", "credential_id": "x", "client_data": "x", "attestation": "x"}),
]
STOPPING = [
    ("POST", "/api/kill-switch/fire", {"mode": "flatten", "reason": "now"}),
    ("PUT", "/api/strategies/T", {"strategy_name": "T", "account": "A", "status": "INACTIVE"}),
]


def code_of(front: Any, secret: str, steps: int = 0) -> str:
    """Return the code that an authenticator shows now, or *steps* later."""
    return pyotp.TOTP(secret).at(front.clock.now() + steps * STEP)


async def newcomer(front: Any, user: Any) -> Any:
    """Return a browser of somebody who has a password and no second factor yet."""
    await front.add(user)
    await front.db.second_factors.delete_many({})
    return await front.knock(user.name)


async def enrolled(front: Any, browser: Any) -> tuple[str, list[str]]:
    """Set up an authenticator; return its secret and the recovery codes."""
    secret = (await browser.post("/api/session/enrolment")).json()["secret"]
    answer = await browser.post("/api/session/enrolment/confirm", json={"code": code_of(front, secret)})
    assert answer.status_code == 200, answer.text
    return secret, answer.json()["codes"]


async def show(browser: Any, code: str) -> Any:
    answer = await browser.post("/api/session/second-factor", json={"code": code})
    if answer.status_code == 200:
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


async def test_an_admin_without_a_second_factor_reaches_nothing_but_its_setting_up(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    assert (await ada.get("/api/auth/session")).json()["needs"] == "enrolment"
    for path in ("/api/dashboard", "/api/users", "/api/audit", "/api/auth/sessions", "/api/strategies"):
        refused = await ada.get(path)
        assert (refused.status_code, refused.json()["reason"]) == (403, "enrolment")
    assert (await ada.post("/api/kill-switch/fire", json=STOPPING[0][2])).status_code == 403

    await enrolled(front, ada)

    assert (await ada.get("/api/auth/session")).json()["needs"] is None
    assert (await ada.get("/api/dashboard")).status_code == 200


async def test_what_an_authenticator_needs_is_told_in_three_ways(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))

    told = (await ada.post("/api/session/enrolment")).json()

    assert pyotp.parse_uri(told["uri"]).secret == told["secret"]
    assert pyotp.parse_uri(told["uri"]).name == "ada"
    assert told["qr"]["path"].startswith("M4 4h7v1h-7z")
    assert told["qr"]["size"] > 40


async def test_the_password_opens_half_a_session_and_the_code_the_whole(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    front.clock.advance(STEP)
    half = await front.knock("ada")
    half_cookie = half.cookies["session"]

    assert (await half.get("/api/auth/session")).json()["needs"] == "code"
    for method, path in [("GET", "/api/dashboard"), ("POST", "/api/session/enrolment"), ("GET", "/api/auth/sessions")]:
        assert (await half.request(method, path)).status_code == 403
    assert (await show(half, code_of(front, secret))).json()["needs"] is None
    assert (await half.get("/api/dashboard")).status_code == 200
    assert half.cookies["session"] != half_cookie
    stale = await front.browser().get("/api/auth/session", headers={"Cookie": f"session={half_cookie}"})
    assert stale.status_code == 401


async def test_half_a_session_lasts_five_minutes(front: Any) -> None:
    await front.add(a_user("ada"))
    half = await front.knock("ada")
    front.clock.advance(timedelta(minutes=5))

    assert (await half.get("/api/auth/session")).status_code == 401


async def test_a_code_counts_once_whoever_shows_it_again(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    enrolling_code = code_of(front, secret)
    front.clock.advance(STEP)
    code = code_of(front, secret)
    first, second = await front.knock("ada"), await front.knock("ada")

    assert (await show(first, enrolling_code)).status_code == 403
    assert (await show(first, code)).status_code == 200
    assert (await show(second, code)).status_code == 403
    assert (await first.post("/api/session/step-up", json={"code": code})).status_code == 403


async def test_a_code_shown_twice_at_once_counts_once(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    front.clock.advance(STEP)
    halves = [await front.knock("ada") for _ in range(4)]

    answers = await asyncio.gather(*(show(half, code_of(front, secret)) for half in halves))

    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]


async def test_an_older_code_is_worth_nothing_once_a_newer_was_shown(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    front.clock.advance(2 * STEP)
    newer, older = code_of(front, secret, 1), code_of(front, secret, -1)
    await show(await front.knock("ada"), newer)

    assert (await show(await front.knock("ada"), older)).status_code == 403


async def test_codes_of_other_times_and_other_secrets_are_refused(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    front.clock.advance(10 * STEP)
    half = await front.knock("ada")

    for code in (
        code_of(front, secret, -2),
        code_of(front, secret, 2),
        code_of(front, "A" * 32),
        "é23456",
        "１２３４５６",
    ):
        assert (await show(half, code)).status_code in (403, 422)


async def test_guessing_codes_is_slowed_down_whatever_browser_guesses(front: Any) -> None:
    secret, _ = await enrolled(front, await newcomer(front, a_user("ada")))
    front.clock.advance(STEP)
    halves = [await front.knock("ada", address=f"198.51.100.{n}") for n in range(8)]
    wrong = pyotp.TOTP("A" * 32).at(front.clock.now())

    statuses = [(await show(half, wrong)).status_code for half in halves]

    assert statuses == [403] * 6 + [429] * 2
    assert (await show(halves[0], code_of(front, secret))).status_code == 429


async def test_the_right_password_does_not_forgive_wrong_codes(front: Any) -> None:
    await front.add(a_user("ada"))
    statuses = [(await show(await front.knock("ada"), "000000")).status_code for _ in range(8)]

    assert statuses[-1] == 429


async def test_a_recovery_code_lets_in_once_and_ten_are_told_once(front: Any) -> None:
    _, codes = await enrolled(front, await newcomer(front, a_user("ada")))
    ada = await front.knock("ada")

    assert len(set(codes)) == 10
    assert (await show(ada, f"  {codes[0].upper()} ")).status_code == 200
    assert (await show(await front.knock("ada"), codes[0])).status_code == 403
    assert (await ada.get("/api/session/second-factor")).json() == {
        "enrolled": True,
        "required": True,
        "recovery_codes_left": 9,
    }


async def test_new_recovery_codes_make_the_old_ones_void(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    _, old = await enrolled(front, ada)

    new = (await ada.post("/api/session/recovery-codes")).json()["codes"]

    assert (await show(await front.knock("ada"), old[0])).status_code == 403
    assert (await show(await front.knock("ada"), new[0])).status_code == 200


async def test_neither_secret_nor_codes_lie_open_in_the_database(front: Any) -> None:
    secret, codes = await enrolled(front, await newcomer(front, a_user("ada")))

    kept = repr([document async for document in front.db.second_factors.find()])
    trail = repr([document async for document in front.db.audit_trail.find()])

    assert secret not in kept + trail
    assert not any(code in kept + trail or code.replace("-", "") in kept + trail for code in codes)


async def test_dangerous_acts_ask_for_a_code_of_the_last_minutes_and_stopping_never_does(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    secret, _ = await enrolled(front, ada)
    front.clock.advance(timedelta(minutes=5))
    for method, path, body in DANGEROUS:
        refused = await ada.request(method, path, json=body)
        assert (refused.status_code, refused.json()["reason"]) == (403, "second factor needed"), path
    assert front.owners["execution"].asked == front.owners["cerebro"].asked == []
    for method, path, body in STOPPING:
        assert (await ada.request(method, path, json=body)).status_code == 404, path

    fresh = await ada.post("/api/session/step-up", json={"code": code_of(front, secret)})

    assert fresh.json()["fresh_until"] is not None
    for method, path, body in DANGEROUS[:7]:
        assert (await ada.request(method, path, json=body)).status_code == 404, path


async def test_a_wrong_code_makes_nothing_fresh(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    await enrolled(front, ada)
    front.clock.advance(timedelta(minutes=5))

    assert (await ada.post("/api/session/step-up", json={"code": "000000"})).status_code == 403
    assert (await ada.post("/api/kill-switch/rearm", json={})).status_code == 403


async def test_another_authenticator_takes_over_only_with_a_fresh_code_and_ends_other_sessions(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    old, codes = await enrolled(front, ada)
    other = await front.knock("ada")
    await show(other, codes[0])

    new, _ = await enrolled(front, ada)

    assert (await other.get("/api/auth/session")).status_code == 401
    front.clock.advance(STEP)
    assert (await show(await front.knock("ada"), code_of(front, old))).status_code == 403
    assert (await show(await front.knock("ada"), code_of(front, new))).status_code == 200


async def test_a_cookie_from_before_the_enrolment_is_worth_nothing_after_it(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    before = ada.cookies["session"]
    await enrolled(front, ada)
    await ada.get("/api/auth/session")
    front.clock.advance(timedelta(seconds=11))

    stale = await front.browser().get("/api/dashboard", headers={"Cookie": f"session={before}"})

    assert stale.status_code == 401


async def test_a_lost_device_is_reset_by_another_admin_and_on_the_trail(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    await enrolled(front, ada)
    bob = await front.add(a_user("bob"))
    bobs = await front.enter("bob")

    told = await ada.post(f"/api/users/{bob.user_id}/reset-second-factor")

    assert (told.status_code, told.json()["second_factor"]) == (200, False)
    assert (await bobs.get("/api/auth/session")).status_code == 401
    assert (await (await front.knock("bob")).get("/api/auth/session")).json()["needs"] == "enrolment"
    entry = await front.db.audit_trail.find_one({"action": "users.reset_second_factor"})
    assert (entry["actor"], entry["before"]["second_factor"], entry["after"]["second_factor"]) == ("ada", True, False)


async def test_the_last_admin_is_reset_with_the_desks_own_token(front: Any) -> None:
    ada = await front.add(a_user("ada"))

    told = await front.operator().post(f"/api/users/{ada.user_id}/reset-second-factor")

    assert told.status_code == 200
    assert (await (await front.knock("ada")).get("/api/auth/session")).json()["needs"] == "enrolment"


async def test_senders_need_one_unless_told_otherwise_and_clients_may_choose(front: Any) -> None:
    alice = await newcomer(front, a_sender("alice"))
    excused = await newcomer(front, a_sender("bob", second_factor_required=False))
    carol = await newcomer(front, a_client("carol"))

    needs = [(await one.get("/api/auth/session")).json()["needs"] for one in (alice, excused, carol)]

    assert needs == ["enrolment", None, None]
    await enrolled(front, carol)
    assert (await (await front.knock("carol")).get("/api/auth/session")).json()["needs"] == "code"
    assert (await carol.delete("/api/session/second-factor")).status_code == 204
    assert (await (await front.knock("carol")).get("/api/auth/session")).json()["needs"] is None


async def test_no_admin_does_without(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    await enrolled(front, ada)

    assert (await ada.delete("/api/session/second-factor")).status_code == 409


async def test_an_enrolment_is_confirmed_by_the_new_secret_alone(front: Any) -> None:
    ada = await newcomer(front, a_user("ada"))
    assert (await ada.post("/api/session/enrolment/confirm", json={"code": "123456"})).status_code == 409
    await ada.post("/api/session/enrolment")

    wrong = await ada.post("/api/session/enrolment/confirm", json={"code": pyotp.TOTP("A" * 32).at(front.clock.now())})

    assert wrong.status_code == 403
    assert (await ada.get("/api/auth/session")).json()["needs"] == "enrolment"


async def test_the_password_is_changed_before_the_second_factor_is_set_up(front: Any) -> None:
    ada = await newcomer(front, a_user("ada", must_change_password=True))
    assert (await ada.post("/api/session/enrolment")).json()["reason"] == "password"

    changed = await ada.post("/api/auth/password", json={"current": PASSWORD, "new": "another quiet zebra walks"})

    assert changed.json()["needs"] == "enrolment"
