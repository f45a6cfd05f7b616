"""Passwords, lock-outs and sessions, as rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from frontend_api.adapters.http_owners import HttpOwners, url_of
from frontend_api.domain.lockout import (
    FORGOTTEN_AFTER,
    NAME,
    attempts_key,
    one_more,
    still_to_wait,
    wait_after,
)
from frontend_api.domain.passwords import normal, weakness_of
from frontend_api.domain.sessions import (
    Browser,
    SessionTerms,
    csrf_matches,
    csrf_token_of,
    hash_of,
    is_due,
    is_open,
    opened,
    renewed,
    standing_of,
    touched,
)
from frontend_api.ports import PATIENCE
from mathematricks.contracts.controls import LONGEST_DRILL

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TERMS = SessionTerms(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
HOME = Browser("203.0.113.7", "Firefox")


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("elevenchars", "too short"),
        ("my-name-is-ada-42", "contains the name"),
        ("abababababababab", "repeats itself"),
        ("Password123456", "first that anyone guesses"),
        ("qwertyuiop[]12345", "first that anyone guesses"),
        ("abcdefghijklmno", "first that anyone guesses"),
    ],
)
def test_a_weak_password_is_refused_with_what_is_wrong(password: str, complaint: str):
    assert complaint in (weakness_of(password, "Ada") or "")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "9f-K2!xq_Lm7", "пароль длинный и свой", "zażółć gęślą jaźń"]
)
def test_a_good_password_is_taken(password: str):
    assert weakness_of(password, "ada") is None


def test_one_password_is_the_same_however_a_keyboard_composed_it():
    assert normal("e\u0301") == normal("\u00e9")


def test_the_wait_doubles_up_to_a_limit():
    waits = [wait_after(failures, NAME).total_seconds() for failures in (0, 5, 6, 7, 8, 14, 15, 1000)]

    assert waits == [0, 0, 1, 2, 4, 256, 300, 300]


def test_what_is_left_of_the_wait_shrinks_and_is_forgotten():
    attempts = None
    for _ in range(8):
        attempts = one_more(attempts, NOON)

    assert still_to_wait(attempts, NAME, NOON) == timedelta(seconds=4)
    assert still_to_wait(attempts, NAME, NOON + timedelta(seconds=3)) == timedelta(seconds=1)
    assert still_to_wait(attempts, NAME, NOON + FORGOTTEN_AFTER) == timedelta(0)
    assert one_more(attempts, NOON + FORGOTTEN_AFTER).failures == 1


def test_attempts_are_kept_under_a_key_that_tells_nothing():
    key = attempts_key("name", "ada", "k1")

    assert "ada" not in key
    assert key != attempts_key("address", "ada", "k1")
    assert key != attempts_key("name", "ada", "k2")


def test_a_session_ends_unused_or_at_the_end_of_its_life():
    session = opened("cookie", "u1", HOME, TERMS, NOON)

    assert is_open(session, NOON + timedelta(minutes=29))
    assert not is_open(session, NOON + timedelta(minutes=30))
    used = touched(session, "former", TERMS, NOON + timedelta(hours=11, minutes=59))
    assert used is not None
    assert not is_open(used, NOON + timedelta(hours=12))


def test_a_use_is_written_once_a_minute():
    session = opened("cookie", "u1", HOME, TERMS, NOON)

    assert touched(session, "former", TERMS, NOON + timedelta(seconds=59)) is None
    assert touched(session, "former", TERMS, NOON + timedelta(seconds=60)) is not None


def test_the_csrf_token_belongs_to_one_session_under_one_key():
    token = csrf_token_of("session", "key")

    assert csrf_matches(token, "session", "key")
    assert not csrf_matches(token, "other", "key")
    assert not csrf_matches(token, "session", "other")
    assert not csrf_matches("\udce9", "session", "key")
    assert token != "session"


def test_a_session_keeps_neither_its_cookie_nor_a_name_made_of_its_cookies_hash():
    session = opened("cookie", "u1", HOME, TERMS, NOON)

    assert "cookie" not in session.tokens
    assert session.session_id not in (*session.tokens, "cookie")


def test_a_cookie_is_due_for_the_next_after_a_quarter_of_an_hour():
    session = opened("first", "u1", HOME, TERMS, NOON)

    assert not is_due(session, "newest", NOON + timedelta(minutes=14, seconds=59))
    assert is_due(session, "newest", NOON + timedelta(minutes=15))


def test_the_former_cookie_is_good_for_ten_seconds_after_the_next_was_shown_and_stolen_from_then_on():
    later = NOON + timedelta(minutes=15)
    session = renewed(opened("first", "u1", HOME, TERMS, NOON), "newest", "second", later)
    taken_up = touched(session, "newest", TERMS, later + timedelta(seconds=1))
    assert taken_up is not None

    assert standing_of(taken_up, "second", later) == "newest"
    assert standing_of(taken_up, "first", later + timedelta(seconds=10)) == "former"
    assert standing_of(taken_up, "first", later + timedelta(seconds=11)) == "stolen"


def test_a_cookie_whose_answer_was_lost_is_never_taken_for_stolen_but_renewed_again():
    later, much_later = NOON + timedelta(minutes=15), NOON + timedelta(minutes=25)
    session = renewed(opened("first", "u1", HOME, TERMS, NOON), "newest", "lost", later)
    assert standing_of(session, "first", much_later) == "former"
    assert is_due(session, "former", much_later)

    again = renewed(session, "former", "third", much_later)

    assert again.tokens == tuple(map(hash_of, ("third", "first", "lost")))
    assert standing_of(again, "lost", much_later) == "stolen"


def test_a_cookie_older_than_the_former_is_stolen_at_once():
    session = opened("first", "u1", HOME, TERMS, NOON)
    for number, cookie in enumerate(("second", "third"), 1):
        session = renewed(session, "newest", cookie, NOON + timedelta(minutes=15 * number))

    assert standing_of(session, "first", NOON + timedelta(minutes=30)) == "stolen"


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        (("api", "strategies", "SPX 1/../x"), "/api/strategies/SPX%201%2F..%2Fx"),
        (("api", ".."), "/api/%2E%2E"),
        (("a", "x?y=1#z"), "/a/x%3Fy%3D1%23z"),
        (("a", "b\r\nHost: evil"), "/a/b%0D%0AHost%3A%20evil"),
    ],
)
def test_no_part_of_a_path_climbs_out_of_it(parts: tuple[str, ...], url: str):
    assert url_of(parts) == url


async def test_an_owner_is_waited_for_as_long_as_the_caller_says_whatever_the_path():
    waited = []

    def answered(request: httpx.Request) -> httpx.Response:
        waited.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, json={})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answered), base_url="http://execution")
    owners = HttpOwners({"execution": client})
    await owners.ask("execution", "GET", ("strategies", "drills"))
    await owners.ask("execution", "POST", ("kill-switch", "drills"), patience=LONGEST_DRILL)

    assert waited == [PATIENCE, LONGEST_DRILL]
