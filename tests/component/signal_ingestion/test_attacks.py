"""Attacks on the front door: each is really tried; all are refused, kept or logged, and nothing of ours leaks."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import httpx
import orjson
import pytest
import structlog
from support.intake import Intake, intake

Attack = Callable[[Intake], Awaitable[httpx.Response]]
ATTACKS: dict[str, tuple[int, Attack]] = {}


def attack(status: int) -> Callable[[Attack], Attack]:
    """Register an attack that must be answered with *status*."""

    def registered(function: Attack) -> Attack:
        ATTACKS[function.__name__] = (status, function)
        return function

    return registered


@attack(401)
async def a_signature_made_with_another_key(desk: Intake) -> httpx.Response:
    body = orjson.dumps(desk.body(passphrase=None))
    mine = desk.secrets["alice"]
    desk.secrets["alice"] = mine | {"mac": "k" * 43}
    forged = desk.signed(body)
    desk.secrets["alice"] = mine
    return await desk.post(body, headers=forged)


@attack(401)
async def a_signature_cut_from_another_body(desk: Intake) -> httpx.Response:
    headers = desk.signed(orjson.dumps(desk.body(passphrase=None, signalID="mine")))
    return await desk.post(desk.body(passphrase=None, signalID="other"), headers=headers)


@attack(401)
async def a_nonce_shown_again_with_another_body(desk: Intake) -> httpx.Response:
    first, second = (orjson.dumps(desk.body(passphrase=None, signalID=name)) for name in ("one", "two"))
    assert (await desk.post(first, headers=desk.signed(first, nonce="n" * 32))).status_code == 202
    return await desk.post(second, headers=desk.signed(second, nonce="n" * 32))


@attack(401)
async def a_signature_kept_for_an_hour(desk: Intake) -> httpx.Response:
    body = orjson.dumps(desk.body(passphrase=None))
    return await desk.post(body, headers=desk.signed(body, timestamp=int(time.time()) - 3600))


@attack(403)
async def a_url_token_stolen_from_another_strategy(desk: Intake) -> httpx.Response:
    stolen = (await desk.add_sender("mallory", ["Mallory"]))["token"]
    return await desk.post(desk.body(passphrase=None), f"/{stolen}")


@attack(403)
async def a_strategy_that_looks_the_same(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(strategy_name="Тrend"))  # the T is Cyrillic


@attack(413)
async def a_body_larger_than_the_door(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(padding="x" * 100_000))


@attack(400)
async def a_body_nested_beyond_measure(desk: Intake) -> httpx.Response:
    nested = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    return await desk.post(
        b'{"passphrase":"' + desk.secrets["alice"]["passphrase"].encode() + b'","deep":' + nested + b"}"
    )


@attack(400)
async def an_id_of_invisible_and_reversing_characters(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(signalID="exit\u202e\u200b\u0000yrtne"))


@attack(400)
async def half_a_character_in_an_id(desk: Intake) -> httpx.Response:
    return await desk.post(orjson.dumps(desk.body(signalID="@@")).replace(b"@@", b"\\ud800"))


@attack(400)
async def an_operator_of_the_database_as_the_strategy(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(strategy_name={"$ne": None}))


@attack(401)
async def an_operator_of_the_database_as_the_passphrase(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(passphrase={"$gt": ""}))


@attack(401)
async def an_operator_of_the_database_as_the_token(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(passphrase=None), '/{"$ne":null}')


@attack(400)
async def a_key_named_twice(desk: Intake) -> httpx.Response:
    body = orjson.dumps(desk.body())
    return await desk.post(body[:-1] + b',"strategy_name":"Other"}')


@attack(422)
async def a_signal_from_tomorrow(desk: Intake) -> httpx.Response:
    return await desk.post(desk.body(signal_sent_EPOCH=int(time.time()) + 86_400))


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_kept_and_logged_and_leaks_nothing(desk: Intake, name: str) -> None:
    status, attempt = ATTACKS[name]

    with structlog.testing.capture_logs() as logs:
        answer = await attempt(desk)

    kept = [one async for one in desk.db.raw_signals.find()] + [
        one async for one in desk.db.unauthenticated_signals.find()
    ]
    refused = [one for one in kept if one["verdict"] in ("REFUSED", "UNAUTHENTICATED")]
    said = "\n".join([answer.text, str(dict(answer.headers)), str(logs), str(kept)])
    assert answer.status_code == status, answer.text
    assert [one["status"] for one in refused] == [status]
    assert any(line["event"] in ("body.refused", "body.unauthenticated") for line in logs)
    accepted = [one for one in kept if one["verdict"] == "ACCEPTED"]
    assert await desk.db.signals.count_documents({}) == len(accepted)
    assert "Traceback" not in said
    for secrets in desk.secrets.values():
        assert not [kind for kind, secret in secrets.items() if secret in said]


async def test_operators_of_the_database_in_keys_are_kept_as_text_and_do_nothing(desk: Intake) -> None:
    answer = await desk.post(desk.body(**{"$where": "sleep(9)", "a.b": 1, "extra": {"$set": {"status": "x"}}}))

    (record,) = [one async for one in desk.db.signals.find()]
    assert answer.status_code == 202
    assert orjson.loads(record["body"])["$where"] == "sleep(9)"
    assert "$where" not in record


async def test_an_address_in_a_header_counts_only_behind_our_own_proxies(mongo_url: str, desk: Intake) -> None:
    spoofed = {"X-Forwarded-For": "52.89.214.238", "X-Real-IP": "52.89.214.238", "Forwarded": "for=52.89.214.238"}

    await desk.post(desk.body(), headers=spoofed)
    async with intake(mongo_url, desk.db, trusted_proxies=1) as behind:
        behind.secrets = desk.secrets
        await behind.post(behind.body(signalID="b"), headers={"X-Forwarded-For": "52.89.214.238, 198.51.100.9"})

    clients = [one["client"] async for one in desk.db.raw_signals.find().sort("received_at", 1)]
    assert clients[0] != "52.89.214.238"
    assert clients[1] == "198.51.100.9"


async def test_ids_that_differ_only_in_how_they_are_written_are_not_one(desk: Intake) -> None:
    ids = ["caf\u00e9", "cafe\u0301", "CAF\u00c9"]

    answers = [(await desk.post(desk.body(signalID=one))).json() for one in ids]

    assert len({answer["signal_id"] for answer in answers}) == len(ids)
    assert not any(answer["duplicate"] for answer in answers)


async def test_the_service_s_own_pages_are_closed_to_senders_and_strangers(desk: Intake) -> None:
    token = desk.secrets["alice"]["token"]

    for path in ("/api/v1/intake/raw", "/api/v1/intake/signals", "/api/v1/senders", "/api/v1/intake/health"):
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer e30.e30.e30"}):
            assert (await desk.http.get(path, headers=headers)).status_code == 401
