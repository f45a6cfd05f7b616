"""In and out of the frontend's API, and what thieves and guessers find."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from frontend_api.handlers.entrance import WRONG
from frontend_api.settings import Settings
from mathematricks.runtime.settings import SettingsInvalid, read_settings
from support.people import PASSWORD, a_platform, a_sender, a_user, bearer

STRONG = "another quiet zebra walks"


async def test_who_logs_in_gets_a_session_and_its_token(front: Any) -> None:
    await front.add(a_user("ada"))

    browser = await front.enter("Ada")
    who = (await browser.get("/api/auth/session")).json()

    assert (who["name"], who["role"]) == ("ada", "admin")
    assert who["csrf_token"] == browser.headers["X-CSRF-Token"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(front: Any) -> None:
    await front.add(a_user("ada"))
    answer = await front.browser().post("/api/auth/login", json={"name": "ada", "password": PASSWORD})

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


async def test_over_https_the_cookie_belongs_to_this_host_alone(begin: Any) -> None:
    front = await begin(plain_http=False)
    await front.add(a_user("ada"))
    answer = await front.browser().post("/api/auth/login", json={"name": "ada", "password": PASSWORD})

    assert answer.headers["set-cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Strict-Transport-Security" in answer.headers


async def test_over_plain_http_nobody_logs_in_from_another_host(front: Any) -> None:
    await front.add(a_user("ada"))
    login = {"name": "ada", "password": PASSWORD}
    elsewhere = await front.browser().post("/api/auth/login", json=login, headers={"Host": "desk.example:8080"})
    here = await front.browser().post("/api/auth/login", json=login, headers={"Host": "127.0.0.1:8080"})

    assert (elsewhere.status_code, here.status_code) == (403, 200)


async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(front: Any) -> None:
    await front.add(a_user("ada"))
    answers = [
        await front.browser().post("/api/auth/login", json={"name": name, "password": "wrong"})
        for name in ("ada", "nobody at all")
    ]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert [answer.json() for answer in answers] == [{"error": WRONG}] * 2
    assert front.passwords.looked_at == 2


async def test_a_disabled_user_stays_out_and_is_put_out(front: Any) -> None:
    user = await front.add(a_user("ada"))
    browser = await front.enter("ada")
    await front.db.users.update_one({"_id": user.user_id}, {"$set": {"disabled": True}})

    assert (await browser.get("/api/auth/session")).status_code == 401
    login = await front.browser().post("/api/auth/login", json={"name": "ada", "password": PASSWORD})
    assert login.status_code == 401


async def test_guessing_is_slowed_down_and_the_right_password_must_wait_too(front: Any) -> None:
    await front.add(a_user("ada"))
    guesses = [await guess(front, "ada", f"guess {n}", f"198.51.100.{n}") for n in range(8)]
    right = await guess(front, "ada", PASSWORD, "192.0.2.1")

    assert [one.status_code for one in guesses] == [401] * 6 + [429] * 2
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) >= 1
    front.clock.advance(timedelta(seconds=2))
    assert (await guess(front, "ada", PASSWORD, "192.0.2.1")).status_code == 200


async def test_guesses_at_once_are_counted_one_by_one(front: Any) -> None:
    await front.add(a_user("ada"))

    answers = await asyncio.gather(*(guess(front, "ada", "wrong", f"198.51.100.{n}") for n in range(40)))

    assert sum(answer.status_code == 401 for answer in answers) <= 6
    assert {answer.status_code for answer in answers} <= {401, 429}


async def test_one_address_cannot_try_many_names(front: Any) -> None:
    answers = [await guess(front, f"name {n}", "wrong", "198.51.100.1") for n in range(25)]

    assert [answer.status_code for answer in answers] == [401] * 21 + [429] * 4


@pytest.mark.parametrize(("proxies", "kept"), [(0, "203.0.113.7"), (1, "198.51.100.9")])
async def test_an_address_in_a_header_counts_only_behind_our_own_proxies(begin: Any, proxies: int, kept: str) -> None:
    front = await begin(trusted_proxies=proxies)
    browser = front.browser()

    said = {"X-Forwarded-For": "192.0.2.1, 198.51.100.9"}
    await browser.post("/api/auth/login", json={"name": "nobody", "password": "wrong password"}, headers=said)

    assert {one["address"] async for one in front.db.audit_trail.find({"action": "auth.login"})} == {kept}


async def test_a_success_forgives_the_name_but_not_the_guesses_of_the_address(front: Any) -> None:
    await front.add(a_user("ada"))
    for n in range(19):
        await guess(front, f"name {n}", "wrong", "198.51.100.1")
    assert (await guess(front, "ada", PASSWORD, "198.51.100.1")).status_code == 200

    answers = [await guess(front, f"other {n}", "wrong", "198.51.100.1") for n in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]


async def test_a_stolen_cookie_is_worth_nothing_after_logout(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    cookie = browser.cookies["session"]
    assert (await with_cookie(front, cookie)).status_code == 200

    assert (await browser.post("/api/auth/logout")).status_code == 204

    assert (await with_cookie(front, cookie)).status_code == 401


async def test_a_cookie_planted_before_the_login_never_becomes_a_session(front: Any) -> None:
    await front.add(a_user("ada"))
    planted = "planted-by-an-attacker"
    answer = await front.browser().post(
        "/api/auth/login",
        json={"name": "ada", "password": PASSWORD},
        headers={"Cookie": f"session={planted}"},
    )

    assert answer.cookies["session"] != planted
    assert (await with_cookie(front, planted)).status_code == 401


async def test_logging_in_again_ends_the_session_the_browser_had(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    old = browser.cookies["session"]

    await browser.post("/api/auth/login", json={"name": "ada", "password": PASSWORD})

    assert (await with_cookie(front, old)).status_code == 401


async def test_a_session_ends_when_unused_and_at_the_latest_after_its_life(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    for _ in range(24):
        front.clock.advance(timedelta(minutes=29))
        assert (await browser.get("/api/auth/session")).status_code == 200
    front.clock.advance(timedelta(minutes=29))
    assert (await browser.get("/api/auth/session")).status_code == 401

    again = await front.enter("ada")
    front.clock.advance(timedelta(minutes=31))
    assert (await again.get("/api/auth/session")).status_code == 401


async def test_a_change_without_the_sessions_own_token_is_refused(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    del browser.headers["X-CSRF-Token"]

    for token in (None, "", "0" * 64, "é"):
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        assert (await browser.post("/api/auth/logout", headers=headers)).status_code == 403
    assert (await browser.get("/api/auth/session")).status_code == 200


async def test_another_sessions_token_does_not_count(front: Any) -> None:
    await front.add(a_user("ada"))
    mine, other = await front.enter("ada"), await front.enter("ada")
    mine.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]

    assert (await mine.post("/api/auth/logout")).status_code == 403


async def test_what_another_site_caused_is_refused(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")
    login = {"name": "ada", "password": PASSWORD}

    for path in ("/api/auth/logout", "/api/auth/login"):
        answer = await browser.post(path, json=login, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


async def test_a_new_password_ends_every_other_session_and_the_old_cookie(front: Any) -> None:
    await front.add(a_user("ada"))
    browser, elsewhere = await front.enter("ada"), await front.enter("ada")
    old = browser.cookies["session"]

    answer = await browser.post("/api/auth/password", json={"current": PASSWORD, "new": STRONG})

    assert answer.status_code == 200, answer.text
    assert (await browser.get("/api/auth/session")).status_code == 200
    assert (await elsewhere.get("/api/auth/session")).status_code == 401
    assert (await with_cookie(front, old)).status_code == 401
    assert (await guess(front, "ada", PASSWORD)).status_code == 401
    assert (await guess(front, "ada", STRONG)).status_code == 200


async def test_a_password_is_changed_only_for_a_better_one(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")

    for current, new, status in [
        ("wrong", STRONG, 403),
        (PASSWORD, "short", 422),
        (PASSWORD, "my name is ada, hello", 422),
        (PASSWORD, PASSWORD, 422),
    ]:
        answer = await browser.post("/api/auth/password", json={"current": current, "new": new})
        assert answer.status_code == status


async def test_who_must_change_the_password_gets_no_further(front: Any) -> None:
    await front.add(a_user("ada", must_change_password=True))
    browser = await front.enter("ada")
    assert (await browser.get("/api/dashboard")).status_code == 403
    changed = await browser.post("/api/auth/password", json={"current": PASSWORD, "new": STRONG})

    assert changed.json()["must_change_password"] is False
    assert (await browser.get("/api/dashboard")).status_code == 200


async def test_sessions_are_listed_and_ended_by_their_owner_alone(front: Any) -> None:
    await front.add(a_user("ada"))
    await front.add(a_sender("alice"))
    mine, other, alices = await front.enter("ada"), await front.enter("ada"), await front.enter("alice")
    listed = (await mine.get("/api/auth/sessions")).json()["items"]
    (theirs,) = (await alices.get("/api/auth/sessions")).json()["items"]

    assert sorted(one["current"] for one in listed) == [False, True]
    assert (await mine.delete(f"/api/auth/sessions/{theirs['session_id']}")).status_code == 404
    assert (await alices.get("/api/auth/session")).status_code == 200
    (elsewhere,) = (one for one in listed if not one["current"])
    assert (await mine.delete(f"/api/auth/sessions/{elsewhere['session_id']}")).status_code == 204
    assert (await other.get("/api/auth/session")).status_code == 401


async def test_all_other_sessions_can_be_ended_at_once(front: Any) -> None:
    await front.add(a_user("ada"))
    mine, other = await front.enter("ada"), await front.enter("ada")

    assert (await mine.delete("/api/auth/sessions")).status_code == 204

    assert (await mine.get("/api/auth/session")).status_code == 200
    assert (await other.get("/api/auth/session")).status_code == 401


async def test_the_cookie_is_kept_nowhere_in_the_database(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")

    stored = [repr(document) async for document in front.db.sessions.find()]

    assert stored
    assert not any(browser.cookies["session"] in document for document in stored)


async def test_logins_and_refusals_leave_a_trail_without_what_was_typed(front: Any) -> None:
    await front.add(a_user("ada"))
    await guess(front, "my password is hunter2", "x")
    await guess(front, "ada", "wrong")
    await (await front.enter("ada")).post("/api/auth/logout")

    trail = [document async for document in front.db.audit_trail.find().sort("_id", 1)]

    assert [(one["action"], one["outcome"], one["actor"]) for one in trail] == [
        ("auth.login", "refused", "(nobody)"),
        ("auth.login", "refused", "ada"),
        ("auth.login", "done", "ada"),
        ("auth.second_factor", "done", "ada"),
        ("auth.logout", "done", "ada"),
    ]
    assert "hunter2" not in repr(trail)


async def test_a_token_of_the_desk_is_an_admin_and_needs_no_csrf_token(front: Any) -> None:
    front.owners["alerting"].tells("/api/v1/alerts", {"items": []})

    assert (await front.operator().get("/api/alerts")).json() == {"items": []}
    assert (await front.operator().get("/api/auth/session")).json()["role"] == "admin"
    assert (await front.operator().post("/api/auth/logout")).status_code == 403


async def test_a_token_of_another_role_opens_nothing(front: Any) -> None:
    for role in ("client", "sender"):
        assert (await front.browser().get("/api/dashboard", headers=bearer("x", role))).status_code == 401


async def test_a_bad_token_is_refused_though_a_good_cookie_comes_with_it(front: Any) -> None:
    await front.add(a_user("ada"))
    browser = await front.enter("ada")

    assert (await browser.get("/api/dashboard", headers={"Authorization": "Bearer x"})).status_code == 401


async def test_real_hashes_let_in_whom_they_should(begin: Any) -> None:
    front = await begin()
    await front.add(a_user("ada"))

    assert (await guess(front, "ada", "wrong")).status_code == 401
    assert (await guess(front, "nobody", PASSWORD)).status_code == 401
    assert (await guess(front, "ada", PASSWORD)).status_code == 200


async def test_names_with_line_breaks_reach_no_header(front: Any) -> None:
    answer = await guess(front, "ada\r\nSet-Cookie: session=evil", "x\r\nX-Evil: 1")

    assert answer.status_code == 401
    assert "x-evil" not in answer.headers
    assert "set-cookie" not in answer.headers


async def test_the_first_admin_gets_the_password_that_was_set_and_must_change_it(begin: Any) -> None:
    front = await begin(first_admin_password=STRONG)

    browser = await front.enter("admin", STRONG)

    assert (await browser.get("/api/auth/session")).json()["must_change_password"] is True
    assert (await browser.get("/api/dashboard")).status_code == 403


async def test_without_being_told_a_password_there_is_no_admin(begin: Any) -> None:
    front = await begin()

    assert await front.db.users.count_documents({}) == 0


async def test_a_desk_of_ones_own_prints_a_one_time_password_until_it_is_used(begin: Any, capsys: Any) -> None:
    await begin(print_first_password=True)
    first = printed_password(capsys)
    front = await begin(print_first_password=True)
    second = printed_password(capsys)

    assert first != second
    assert (await guess(front, "admin", first)).status_code == 401
    browser = await front.enter("admin", second)
    await browser.post("/api/auth/password", json={"current": second, "new": STRONG})
    await begin(print_first_password=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("weak", ["tiny", "administrator-admin", "password1234", "aaaaaaaaaaaaaaaa"])
def test_a_weak_first_password_stops_the_start_and_is_not_repeated(weak: str) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FRONTEND_API_FIRST_ADMIN_PASSWORD", weak)
        with pytest.raises(SettingsInvalid) as stopped:
            read_settings(Settings, a_platform("mongodb://localhost", "x"))

    assert "FRONTEND_API_FIRST_ADMIN_PASSWORD" in str(stopped.value)
    assert weak not in str(stopped.value)


def printed_password(capsys: Any) -> str:
    words: list[str] = capsys.readouterr().err.split()
    return words[-1]


async def guess(front: Any, name: str, password: str, address: str = "203.0.113.7") -> Any:
    return await front.browser(address).post("/api/auth/login", json={"name": name, "password": password})


async def with_cookie(front: Any, cookie: str) -> Any:
    return await front.browser().get("/api/auth/session", headers={"Cookie": f"session={cookie}"})
