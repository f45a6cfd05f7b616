"""The front door: what a sender posts, is answered, and finds again."""

from __future__ import annotations

import asyncio

from support.intake import Intake


async def test_an_accepted_signal_is_recorded_answered_and_announced(desk: Intake) -> None:
    answer = await desk.post(desk.body())

    told = answer.json()
    assert answer.status_code == 202
    assert told["status"] == "success"
    assert told["message"] == "Signal received and processed"
    assert told["signal_summary"] == {"ticker": "AAPL", "action": "BUY", "price": 150.25}
    assert told["duplicate"] is False
    record = await desk.db.signals.find_one({"_id": told["signal_id"]})
    raw = await desk.db.raw_signals.find_one({"_id": record["raw_id"]})
    assert raw["verdict"] == "ACCEPTED"
    assert raw["body"] == record["body"]
    assert desk.secrets["alice"]["passphrase"] not in raw["body"]
    await desk.settle()
    assert [signal.signal_id for signal in desk.signals] == [told["signal_id"]]


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
    assert len(desk.signals) == 1
