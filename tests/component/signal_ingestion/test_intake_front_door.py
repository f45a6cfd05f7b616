"""The front door: what a sender posts, is answered, and finds again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from mathematricks.contracts.signals import RawRecord
from signal_ingestion.ports import NotRecorded
from support.intake import Intake, intake
from support.raw_lines import raw_lines
from support.signals import a_body_leg


async def test_an_accepted_signal_is_recorded_answered_and_announced(desk: Intake) -> None:
    answer = await desk.post(desk.body())

    told = answer.json()
    assert answer.status_code == 202
    assert (told["status"], told["message"]) == ("success", "Signal received and processed")
    assert told["signal_summary"] == {"ticker": "AAPL", "action": "BUY", "price": 150.25}
    assert (told["duplicate"], told["warnings"]) == (False, [])
    record = await desk.db.signals.find_one({"_id": told["signal_id"]})
    raw = await desk.db.raw_signals.find_one({"_id": record["raw_id"]})
    assert (raw["verdict"], raw["signal_id"], raw["sender"]) == ("ACCEPTED", told["signal_id"], "alice")
    assert raw["body"] == record["body"]
    assert desk.secrets["alice"]["passphrase"] not in raw["body"]
    await desk.settle()
    assert {signal.signal_id for signal in desk.signals} == {told["signal_id"]}


async def test_two_hundred_copies_twenty_at_a_time_are_one_signal(desk: Intake) -> None:
    body, gate = desk.body(), asyncio.Semaphore(20)

    async def post() -> tuple[int, str]:
        async with gate:
            answer = await desk.post(body)
            return answer.status_code, answer.json()["signal_id"]

    answers = await asyncio.gather(*(post() for _ in range(200)))

    assert sorted(status for status, _ in answers) == [200] * 199 + [202]
    assert len({signal_id for _, signal_id in answers}) == 1
    assert await desk.db.signals.count_documents({}) == 1
    assert await desk.db.raw_signals.count_documents({"verdict": "DUPLICATE"}) == 199
    assert await desk.db.raw_signals.count_documents({"verdict": "ACCEPTED"}) == 1
    await desk.settle()
    assert {signal.signal_id for signal in desk.signals} == {answers[0][1]}


async def test_the_same_content_in_other_clothes_is_a_duplicate_for_ever(desk: Intake, mongo_url: str) -> None:
    body = desk.body()
    first = await desk.post(body)
    wrapped = {"source": "vercel_forwarded", "original_signal": body | {"account_equity": 5}, "forwarded_at": 1}

    async with intake(mongo_url, desk.db) as restarted:
        again = await restarted.post(wrapped)

    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert again.json()["signal_id"] == first.json()["signal_id"]


async def test_the_same_signal_id_with_another_body_is_another_signal(desk: Intake) -> None:
    one = await desk.post(desk.body())
    two = await desk.post(desk.body(legs=[a_body_leg(quantity=11)]))

    assert (one.status_code, two.status_code) == (202, 202)
    assert one.json()["signal_id"] != two.json()["signal_id"]


async def test_signals_of_a_strategy_are_numbered_without_gaps_by_two_processes(desk: Intake, mongo_url: str) -> None:
    async with intake(mongo_url, desk.db) as other:
        posts = [(desk, other)[i % 2].post(desk.body(signalID=f"n-{i}")) for i in range(60)]
        posts += [desk.post(desk.body(signalID="n-7")) for _ in range(5)]
        await asyncio.gather(*posts)

    numbers = [record["strategy_seq"] async for record in desk.db.signals.find().sort("strategy_seq", 1)]
    assert numbers == list(range(1, 61))


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"signalID": None}, 400, "Missing required fields: signalID"),
        ({"signalID": 0, "signal_sent_EPOCH": ""}, 400, "Missing required fields: signal_sent_EPOCH, signalID"),
        ({"passphrase": "wrong"}, 401, "Unauthorized: Invalid passphrase"),
        ({"passphrase": None}, 401, "Unauthorized: Invalid passphrase"),
        ({"passphrase": ["x"]}, 401, "Unauthorized: Invalid passphrase"),
        ({"strategy_name": "Carry"}, 403, "This sender may not send for this strategy; ask the desk to list it"),
        ({"signal_sent_EPOCH": 4_000_000_000}, 422, "ahead of our clock"),
    ],
)
async def test_a_refused_sender_is_told_what_to_put_right(
    desk: Intake, body: dict[str, Any], status: int, error: str
) -> None:
    answer = await desk.post(desk.body(**body))

    assert answer.status_code == status
    assert error in answer.json()["error"]
    kept = desk.db.unauthenticated_signals if status == 401 else desk.db.raw_signals
    record = RawRecord.model_validate(await kept.find_one())
    assert (record.status, record.reason) == (status, answer.json()["error"])
    assert await desk.db.signals.count_documents({}) == 0


async def test_what_is_not_json_is_kept_redacted(desk: Intake) -> None:
    answer = await desk.post(b'{"strategy_name": "Trend", "passphrase": "hunter2", ')

    record = await desk.db.unauthenticated_signals.find_one()
    assert (answer.status_code, answer.json()) == (400, {"error": "Invalid JSON format"})
    assert "Trend" in record["body"]
    assert "hunter2" not in record["body"]


async def test_an_unreadable_body_of_a_known_sender_is_kept_with_the_sender(desk: Intake) -> None:
    token = desk.secrets["alice"]["token"]

    answer = await desk.post(b"price={{close}} " + token.encode(), f"/{token}")

    record = await desk.db.raw_signals.find_one()
    assert answer.status_code == 400
    assert (record["sender"], record["verdict"]) == ("alice", "REFUSED")
    assert token not in record["body"]


async def test_a_body_beyond_64_kib_is_refused(desk: Intake) -> None:
    answer = await desk.post(b'{"a": "' + b"x" * 70_000 + b'"}')

    assert answer.status_code == 413


async def test_text_plain_is_as_good_as_json(desk: Intake) -> None:
    answer = await desk.post(desk.body(), headers={"Content-Type": "text/plain"})

    assert answer.status_code == 202


async def test_the_door_answers_get_and_options_and_nothing_else(desk: Intake) -> None:
    status = await desk.http.get("/api/v1/signals")
    preflight = await desk.http.options("/api/v1/signals")

    assert (status.status_code, status.json()["environment"]) == (200, "staging")
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await desk.http.request(method, "/api/v1/signals")).status_code == 405


async def test_a_host_may_mean_the_other_environment(mongo_url: str, desk: Intake) -> None:
    hosts = {"live.example.org": "production", "test.example.org": "staging"}
    async with intake(mongo_url, desk.db, hosts=hosts) as running:
        refused = await running.post(desk.body(), headers={"Host": "live.example.org:8080"})
        taken = await running.post(desk.body(environment="production"), headers={"Host": "test.example.org"})

    assert refused.status_code == 422
    assert taken.status_code == 202
    assert taken.json()["warnings"] == ["environment in the body is ignored; this address means staging"]


async def test_one_address_that_sends_too_fast_is_turned_away_unread(mongo_url: str, desk: Intake) -> None:
    async with intake(mongo_url, desk.db, address_rate=0.001, address_burst=3, trusted_proxies=1) as running:
        near = {"X-Forwarded-For": "9.9.9.9, 1.1.1.1"}
        answers = [await running.post(b"{", headers=near) for _ in range(4)]
        elsewhere = await running.post(desk.body(), headers={"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert elsewhere.status_code == 202


async def test_a_known_sender_that_is_too_fast_only_raises_an_alert(mongo_url: str, desk: Intake) -> None:
    async with intake(mongo_url, desk.db, sender_rate=0.001, sender_burst=1) as running:
        answers = [await running.post(desk.body(signalID=f"fast-{i}")) for i in range(4)]
        await running.settle()

    assert [answer.status_code for answer in answers] == [202] * 4
    assert [alert.key for alert in running.alerts] == ["sender.pace:alice"]


async def test_nothing_is_acknowledged_that_was_not_recorded(desk: Intake) -> None:
    class Broken:
        async def add(self, _: RawRecord) -> None:
            raise NotRecorded("no primary")

    running = desk.app.state.running
    running.ports = replace(running.ports, raws=Broken())

    answer = await desk.post(desk.body())

    assert answer.status_code == 503
    await desk.settle()
    assert desk.signals == []


async def test_every_real_body_ends_in_a_signal_or_in_a_reason(desk: Intake) -> None:
    secrets = await desk.add_sender("everyone", ["*"])
    reasons = []
    for i, line in enumerate(raw_lines()):
        redated = desk.body(**json.loads(line) | {"passphrase": secrets["passphrase"], "signalID": f"real-{i}"})
        answer = await desk.post(orjson.dumps(redated | {"signal_sent_EPOCH": desk.body()["signal_sent_EPOCH"]}))
        assert answer.status_code in (202, 400), answer.text
        reasons += [answer.json()["error"]] if answer.status_code == 400 else []

    assert await desk.db.signals.count_documents({}) == 19
    assert len(reasons) == 1
    assert "template placeholder" in reasons[0]


HOSTILE = (
    b"",
    b"null",
    b"[]",
    b"\xff\xfe\x00",
    b"{" * 60_000,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'{"strategy_name":"Trend","strategy_name":"Trend"}',
    b'{"x":"\\ud800"}',
    b'{"x\\u0000y":"\\u0000"}',
    b'{"x":1e999999999999999999999}',
    b'{"x":NaN}',
    b'{"x":' + b"9" * 60_000 + b"}",
)


ODD = (1e20, -1, 1e-30, 10**17, "1_000", "١٢", "0x10", " 7 ", "1e5", "-0", "9" * 40, True, [], {}, "\x00", "😀")


async def test_no_body_breaks_the_door(desk: Intake) -> None:
    path = "/" + desk.secrets["alice"]["token"]
    bodies = list(HOSTILE)
    for name in desk.body():
        around = orjson.dumps(desk.body(**{name: "@"}))
        bodies += [around.replace(b'"@"', part or b'""') for part in HOSTILE]

    statuses = {(await desk.post(body, path)).status_code for body in bodies}

    assert statuses <= {200, 202, 400, 413}


async def test_no_value_breaks_the_door(desk: Intake) -> None:
    token, bodies = desk.secrets["alice"]["token"], []
    for odd in ODD:
        legs = [a_body_leg(**{name: odd}) for name in (*a_body_leg(), "stop_loss", "stop_price", "expiry", "strike")]
        bodies += [desk.body(signalID=f"odd-{i}", legs=[leg]) for i, leg in enumerate(legs)]
        bodies += [desk.body(**{name: odd}) for name in (*desk.body(), "signal_type", "entry_signal_id", "signal")]

    statuses = {(await desk.post(body, f"/{token}")).status_code for body in bodies}

    assert statuses <= {200, 202, 400, 403, 422}
