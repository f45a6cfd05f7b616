"""Cookies in the wrong hands: renewed every quarter of an hour, and worth nothing once the next is in use."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from support.people import a_client

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def carol(front: Any) -> Any:
    """A client who is in."""
    await front.add(a_client("carol"))
    return await front.enter("carol")


async def ask(front: Any, cookie: str, **from_where: Any) -> Any:
    """Return the answer to whoever shows *cookie*."""
    headers = {"Cookie": f"session={cookie}", **from_where.pop("headers", {})}
    return await front.browser(**from_where).get("/api/auth/session", headers=headers)


async def renewed(front: Any, browser: Any) -> tuple[str, str]:
    """Let the browser's cookie be renewed; return the former and the newest."""
    former = browser.cookies["session"]
    front.clock.advance(QUARTER)
    assert (await browser.get("/api/auth/session")).status_code == 200
    newest = browser.cookies["session"]
    assert newest != former
    return former, newest


async def test_a_cookie_is_renewed_every_quarter_of_an_hour_and_the_session_goes_on(front: Any, carol: Any) -> None:
    first = carol.cookies["session"]
    front.clock.advance(QUARTER - timedelta(seconds=1))
    assert "set-cookie" not in (await carol.get("/api/auth/session")).headers
    front.clock.advance(timedelta(seconds=1))

    answer = await carol.get("/api/auth/session")

    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert carol.cookies["session"] != first
    assert answer.json()["csrf_token"] == carol.headers["X-CSRF-Token"]
    assert (await carol.delete("/api/auth/sessions")).status_code == 204


async def test_a_replayed_cookie_ends_the_session_for_thief_and_user_and_is_on_the_trail(
    front: Any, carol: Any
) -> None:
    stolen, newest = await renewed(front, carol)
    await carol.get("/api/auth/session")
    front.clock.advance(timedelta(seconds=11))

    thief = await ask(front, stolen, address="198.51.100.66")

    assert thief.status_code == 401
    assert (await carol.get("/api/auth/session")).status_code == 401
    assert (await ask(front, newest)).status_code == 401
    entry = await front.db.audit_trail.find_one({"action": "auth.stolen_session"})
    assert (entry["actor"], entry["address"], entry["outcome"]) == ("carol", "198.51.100.66", "refused")
    (alert,) = front.alerts
    assert (alert.severity, alert.service) == ("warning", "frontend-api")
    assert "carol" in alert.title


async def test_a_thief_who_is_faster_is_found_out_by_the_user(front: Any, carol: Any) -> None:
    stolen = carol.cookies["session"]
    front.clock.advance(QUARTER)
    thiefs = (await ask(front, stolen)).cookies["session"]
    assert (await ask(front, thiefs)).status_code == 200
    front.clock.advance(timedelta(seconds=11))

    assert (await carol.get("/api/auth/session")).status_code == 401
    assert (await ask(front, thiefs)).status_code == 401


async def test_what_was_on_its_way_with_the_former_cookie_is_answered(front: Any, carol: Any) -> None:
    former, newest = await renewed(front, carol)
    await carol.get("/api/auth/session")
    front.clock.advance(timedelta(seconds=9))

    late = await ask(front, former)

    assert late.status_code == 200
    assert "set-cookie" not in late.headers
    assert (await ask(front, newest)).status_code == 200


async def test_requests_at_once_get_one_new_cookie_and_all_their_answers(front: Any, carol: Any) -> None:
    cookie = carol.cookies["session"]
    front.clock.advance(QUARTER)

    answers = await asyncio.gather(*(ask(front, cookie) for _ in range(8)))

    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum("set-cookie" in answer.headers for answer in answers) == 1


async def test_a_browser_whose_answer_was_lost_stays_in(front: Any, carol: Any) -> None:
    cookie = carol.cookies["session"]
    front.clock.advance(QUARTER)
    lost = (await ask(front, cookie)).cookies["session"]
    front.clock.advance(timedelta(minutes=5))

    again = await ask(front, cookie)

    assert again.status_code == 200
    assert again.cookies["session"] not in (cookie, lost)
    assert (await ask(front, lost)).status_code == 401


async def test_the_same_cookie_from_another_address_or_browser_is_no_theft(front: Any, carol: Any) -> None:
    cookie = carol.cookies["session"]

    moved = await ask(front, cookie, address="192.0.2.77", headers={"User-Agent": "Firefox on a train"})

    assert moved.status_code == 200
    assert (await carol.get("/api/auth/session")).status_code == 200


async def test_no_renewed_cookie_is_kept_in_the_database(front: Any, carol: Any) -> None:
    former, newest = await renewed(front, carol)

    stored = repr([document async for document in front.db.sessions.find()])

    assert former not in stored
    assert newest not in stored


async def test_a_renewed_session_still_ends_after_its_life(front: Any, carol: Any) -> None:
    for _ in range(47):
        await renewed(front, carol)
    front.clock.advance(QUARTER)

    assert (await carol.get("/api/auth/session")).status_code == 401
