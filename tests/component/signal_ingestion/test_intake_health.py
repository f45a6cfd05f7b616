"""Signal health, on a running intake: found from what is recorded, told once, and read by the desk."""

from __future__ import annotations

import asyncio

from signal_ingestion.jobs import watch_health
from support.intake import Intake


async def test_a_gap_in_a_sender_s_numbers_is_found_told_once_and_listed(desk: Intake):
    for number in (1, 2, 5):
        answer = await desk.post(desk.body(signalID=f"a{number}", sequence=number))
        assert answer.status_code == 202, answer.text

    await watch_health(desk.ports)
    await watch_health(desk.ports)
    listed = (await desk.http.get("/api/v1/intake/health", headers=desk.admin)).json()["items"]
    await asyncio.sleep(0)

    assert [(one["last_sequence"], one["senders"]) for one in listed] == [(5, ["alice"])]
    assert [warning["kind"] for warning in listed[0]["warnings"]] == ["SEQUENCE_GAP"]
    assert [alert.key.rpartition(":")[2] for alert in desk.alerts] == ["SEQUENCE_GAP"]
