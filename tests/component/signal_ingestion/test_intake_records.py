"""What was accepted is owed until its decision is seen, and can be read by the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mathematricks.contracts.base import Topic
from signal_ingestion import jobs
from support.intake import Intake, intake

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def make_overdue(desk: Intake) -> None:
    await desk.db.signals.update_many({}, {"$set": {"owed.next": LONG_AGO}})


async def test_a_signal_is_announced_again_until_its_decision_is_seen(desk: Intake) -> None:
    signal_id = (await desk.post(desk.body())).json()["signal_id"]
    await make_overdue(desk)

    await jobs.sweep(desk.ports)
    await desk.settle()
    assert len(desk.signals) >= 2
    assert all(signal == desk.signals[0] for signal in desk.signals)

    await desk.db.cerebro_decisions.insert_one(
        {"_id": f"v1:{signal_id}", "signal_id": signal_id}, bypass_document_validation=True
    )
    await make_overdue(desk)
    await jobs.sweep(desk.ports)
    assert "owed" not in await desk.db.signals.find_one()


async def test_a_bus_that_is_gone_is_no_business_of_the_sender(desk: Intake) -> None:
    async def gone(topic: Topic[Any], message: Any) -> None:
        raise ConnectionError("no bus")

    publish, desk.bus.publish = desk.bus.publish, gone  # type: ignore[method-assign]
    answer = await desk.post(desk.body())
    await desk.settle()
    desk.bus.publish = publish  # type: ignore[method-assign]
    assert (answer.status_code, desk.signals) == (202, [])

    await make_overdue(desk)
    await jobs.sweep(desk.ports)
    await desk.settle()

    assert len(desk.signals) >= 1


async def test_a_crash_between_the_two_writes_loses_neither_signal_nor_raw_body(desk: Intake, mongo_url: str) -> None:
    await desk.post(desk.body())
    before = await desk.db.raw_signals.find_one()
    await desk.db.raw_signals.delete_many({})
    await make_overdue(desk)

    async with intake(mongo_url, desk.db) as restarted:
        await restarted.settle()

        assert await desk.db.raw_signals.find_one() == before


async def test_the_desk_reads_signals_newest_first(desk: Intake) -> None:
    ids = [(await desk.post(desk.body(signalID=f"s-{i}"))).json()["signal_id"] for i in range(3)]

    listed = await desk.http.get("/api/v1/intake/signals?limit=2&strategy_id=Trend", headers=desk.admin)
    one = await desk.http.get(f"/api/v1/intake/signals/{ids[0]}", headers=desk.admin)
    past = {"before": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    earlier = await desk.http.get("/api/v1/intake/signals", params=past, headers=desk.admin)

    assert [item["signal_id"] for item in listed.json()["items"]] == [ids[2], ids[1]]
    assert (one.json()["external_id"], one.json()["strategy_seq"]) == ("s-0", 1)
    assert '"signalID":"s-0"' in one.json()["body"]
    assert earlier.json() == {"items": []}
    assert (await desk.http.get("/api/v1/intake/signals/none", headers=desk.admin)).status_code == 404
    assert (await desk.http.get("/api/v1/intake/signals")).status_code == 401


async def test_the_desk_reads_raw_bodies_by_verdict(desk: Intake) -> None:
    await desk.post(desk.body())
    await desk.post(desk.body())
    await desk.post(desk.body(signalID=None))
    await desk.post(b"nonsense")

    verdicts = {}
    for verdict in ("", "ACCEPTED", "DUPLICATE", "REFUSED", "UNAUTHENTICATED"):
        params = {"verdict": verdict} if verdict else {}
        answer = await desk.http.get("/api/v1/intake/raw", params=params, headers=desk.admin)
        verdicts[verdict] = [item["status"] for item in answer.json()["items"]]

    assert verdicts.pop("") == [400, 200, 202]
    assert verdicts == {"ACCEPTED": [202], "DUPLICATE": [200], "REFUSED": [400], "UNAUTHENTICATED": [400]}
