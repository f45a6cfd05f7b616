"""Who may send: tokens, signatures, replays, rotation, and the senders' own API."""

from __future__ import annotations

import asyncio
import time

import orjson
import pytest
from signal_ingestion import jobs
from support.intake import Intake, intake


async def everything_kept(desk: Intake) -> str:
    kept = [desk.db.raw_signals, desk.db.unauthenticated_signals, desk.db.signals, desk.db.senders, desk.db.nonces]
    return "\n".join([str(document) for collection in kept async for document in collection.find()])


async def test_a_url_token_is_enough_and_its_owner_needs_no_passphrase(desk: Intake) -> None:
    answer = await desk.post(desk.body(passphrase=None), f"/{desk.secrets['alice']['token']}")

    assert answer.status_code == 202


@pytest.mark.parametrize("path", ["/wrong", "/" + "x" * 300, "/%00", "/ws"])
async def test_a_wrong_token_is_refused_though_the_passphrase_is_right(desk: Intake, path: str) -> None:
    answer = await desk.post(desk.body(), path)

    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized: Invalid token"})


async def test_a_passphrase_is_no_token_and_a_token_no_passphrase(desk: Intake) -> None:
    secrets = desk.secrets["alice"]

    assert (await desk.post(desk.body(), f"/{secrets['passphrase']}")).status_code == 401
    assert (await desk.post(desk.body(passphrase=secrets["token"]))).status_code == 401
    assert (await desk.post(desk.body(passphrase=secrets["mac"]))).status_code == 401


async def test_a_signed_body_needs_no_secret_inside(desk: Intake) -> None:
    body = orjson.dumps(desk.body(passphrase=None))

    assert (await desk.post(body, headers=desk.signed(body))).status_code == 202


async def test_a_signature_over_another_body_is_refused_whatever_the_passphrase(desk: Intake) -> None:
    answer = await desk.post(desk.body(), headers=desk.signed(b"{}"))

    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthorized: Invalid signature"})


async def test_a_signature_out_of_its_time_is_refused(desk: Intake) -> None:
    body = orjson.dumps(desk.body())

    answer = await desk.post(body, headers=desk.signed(body, timestamp=int(time.time()) - 400))

    assert answer.status_code == 401
    assert "300 s" in answer.json()["error"]


async def test_a_signature_that_lacks_a_header_is_refused(desk: Intake) -> None:
    body = orjson.dumps(desk.body())
    headers = desk.signed(body)
    del headers["x-mathematricks-nonce"]

    assert (await desk.post(body, headers=headers)).status_code == 401


async def test_a_replay_of_nonce_and_body_is_answered_with_the_first_id(desk: Intake) -> None:
    body = orjson.dumps(desk.body())
    headers = desk.signed(body, nonce="nonce-0001")

    first, again = await desk.post(body, headers=headers), await desk.post(body, headers=headers)

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["signal_id"] == first.json()["signal_id"]
    assert again.json()["duplicate"] is True


async def test_a_nonce_is_good_for_one_body_only(desk: Intake) -> None:
    one, two = orjson.dumps(desk.body()), orjson.dumps(desk.body(signalID="trend-2"))
    await desk.post(one, headers=desk.signed(one, nonce="nonce-0001"))

    answer = await desk.post(two, headers=desk.signed(two, nonce="nonce-0001"))

    assert answer.status_code == 401
    assert "nonce" in answer.json()["error"]
    assert await desk.db.signals.count_documents({}) == 1


async def test_of_two_bodies_that_show_one_nonce_at_once_only_one_enters(desk: Intake) -> None:
    bodies = [orjson.dumps(desk.body(signalID=f"at-once-{i}")) for i in range(5)]

    posts = [desk.post(body, headers=desk.signed(body, nonce="nonce-0001")) for body in bodies * 2]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*posts))

    assert statuses == [200, 202] + [401] * 8


async def test_no_secret_is_found_in_anything_that_is_kept(desk: Intake) -> None:
    secrets = desk.secrets["alice"]
    body = orjson.dumps(desk.body(note=f"mine is {secrets['passphrase']}"))
    await desk.post(body)
    await desk.post(orjson.dumps(desk.body(passphrase="a wrong guess")))
    await desk.post(body, f"/{secrets['token']}")
    await desk.post(body, headers=desk.signed(body))

    kept = await everything_kept(desk)

    assert "trend-1" in kept
    assert not [kind for kind, secret in secrets.items() if secret in kept]
    assert "a wrong guess" not in kept


async def test_rotation_ends_the_old_secret_at_once(desk: Intake) -> None:
    answer = await desk.http.post("/api/v1/senders/alice/rotate", headers=desk.admin)

    fresh = answer.json()["secrets"]
    assert sorted(fresh) == ["mac", "passphrase", "token"]
    assert (await desk.post(desk.body())).status_code == 401
    assert (await desk.post(desk.body(passphrase=fresh["passphrase"]))).status_code == 202


async def test_an_overlap_lets_both_secrets_in_and_only_the_kind_that_was_rotated(desk: Intake) -> None:
    rotation = {"kinds": ["passphrase"], "overlap_seconds": 3600}

    answer = await desk.http.post("/api/v1/senders/alice/rotate", json=rotation, headers=desk.admin)

    fresh = answer.json()["secrets"]
    assert list(fresh) == ["passphrase"]
    assert (await desk.post(desk.body())).status_code == 202
    assert (await desk.post(desk.body(passphrase=fresh["passphrase"], signalID="2"))).status_code == 202
    assert (await desk.post(desk.body(signalID="3"), f"/{desk.secrets['alice']['token']}")).status_code == 202


async def test_another_process_sees_a_rotation_at_its_next_refresh_and_a_new_sender_at_once(
    desk: Intake, mongo_url: str
) -> None:
    async with intake(mongo_url, desk.db) as other:
        bob = await desk.add_sender("bob", ["Trend"])
        await desk.http.post("/api/v1/senders/alice/rotate", headers=desk.admin)
        await jobs.refresh_senders(other.ports)

        assert (await other.post(desk.body())).status_code == 401
        assert (await other.post(desk.body(passphrase=bob["passphrase"]))).status_code == 202


async def test_a_stopped_sender_is_a_stranger(desk: Intake) -> None:
    stop = {"strategies": ["Trend"], "active": False}

    await desk.http.put("/api/v1/senders/alice", json=stop, headers=desk.admin)

    assert (await desk.post(desk.body())).status_code == 401


async def test_a_strategy_given_to_a_sender_counts_at_once(desk: Intake) -> None:
    assert (await desk.post(desk.body(strategy_name="Carry"))).status_code == 403

    await desk.http.put("/api/v1/senders/alice", json={"strategies": ["Trend", "Carry"]}, headers=desk.admin)

    assert (await desk.post(desk.body(strategy_name="Carry"))).status_code == 202


async def test_senders_are_listed_without_secrets_and_only_to_the_desk(desk: Intake) -> None:
    listed = await desk.http.get("/api/v1/senders", headers=desk.admin)

    assert [sender["name"] for sender in listed.json()["items"]] == ["alice"]
    assert listed.json()["items"][0]["kinds"] == ["passphrase", "token", "mac"]
    assert "hash" not in listed.text
    assert "sealed" not in listed.text
    assert (await desk.http.get("/api/v1/senders")).status_code == 401


async def test_what_cannot_be_done_to_a_sender_is_said(desk: Intake) -> None:
    taken = await desk.http.post("/api/v1/senders", json={"name": "alice", "strategies": ["x"]}, headers=desk.admin)
    unknown = await desk.http.post("/api/v1/senders/bob/rotate", headers=desk.admin)
    odd = await desk.http.post("/api/v1/senders", json={"name": "a/b", "strategies": ["x"]}, headers=desk.admin)

    assert (taken.status_code, unknown.status_code, odd.status_code) == (409, 404, 422)


async def test_strangers_in_number_raise_one_alert(desk: Intake) -> None:
    for _ in range(30):
        await desk.post(desk.body(passphrase="guess"))
    await desk.settle()

    assert [alert.key for alert in desk.alerts] == ["intake.strangers"]


async def test_a_revoked_secret_is_worth_nothing_at_once_overlapping_ones_too(desk: Intake) -> None:
    rotation = {"kinds": ["passphrase"], "overlap_seconds": 3600}
    fresh = (await desk.http.post("/api/v1/senders/alice/rotate", json=rotation, headers=desk.admin)).json()["secrets"]

    revoked = await desk.http.post("/api/v1/senders/alice/revoke", json={"kinds": ["passphrase"]}, headers=desk.admin)

    assert revoked.json()["kinds"] == ["token", "mac"]
    assert (await desk.post(desk.body())).status_code == 401
    assert (await desk.post(desk.body(passphrase=fresh["passphrase"]))).status_code == 401
    assert (await desk.post(desk.body(), f"/{desk.secrets['alice']['token']}")).status_code == 202
    assert (await desk.http.post("/api/v1/senders/alice/revoke", headers=desk.admin)).json()["kinds"] == []
    assert (await desk.post(desk.body(signalID="2"), f"/{desk.secrets['alice']['token']}")).status_code == 401
    body = orjson.dumps(desk.body(passphrase=None, signalID="3"))
    assert (await desk.post(body, headers=desk.signed(body))).status_code == 401
    assert (await desk.http.get("/api/v1/senders/alice", headers=desk.admin)).json()["kinds"] == []
    again = (await desk.http.post("/api/v1/senders/alice/rotate", headers=desk.admin)).json()["secrets"]
    assert sorted(again) == ["passphrase", "token"]
    assert (await desk.post(desk.body(passphrase=again["passphrase"], signalID="4"))).status_code == 202
    assert (await desk.http.post("/api/v1/senders/nobody/revoke", headers=desk.admin)).status_code == 404
