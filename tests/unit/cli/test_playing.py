"""Playing a script at the front door."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count

import httpx
import pytest
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.outgoing import Player
from mathematricks_cli.playing import FrontDoor, Pace, Posted, Sender, play
from mathematricks_cli.script import read_steps
from mathematricks_cli.signing import sign

ACCEPTED = {"status": "success", "signal_id": "s1", "duplicate": False, "warnings": []}


async def played(
    answer: Callable[[httpx.Request], httpx.Response], *bodies: dict[str, object], pace: Pace | None = None
) -> list[Posted]:
    sender = Sender("alice", {"passphrase": "open", "mac": "key"})
    numbers = count(1)
    player = Player("open", True, None, lambda: f"fresh-{next(numbers)}")
    steps = read_steps(json.dumps(bodies))
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        door = FrontDoor(http, "http://desk/api/v1/signals", sender)
        return [posted async for posted in play(steps, player, door, pace or Pace(speed=0))]


async def test_an_accepted_body_a_duplicate_and_a_refusal_are_told_apart():
    answers = iter(
        [
            httpx.Response(202, json=ACCEPTED),
            httpx.Response(200, json=ACCEPTED | {"duplicate": True}),
            httpx.Response(403, json={"error": "Not a strategy of alice"}),
            httpx.Response(502, text="<html>"),
        ]
    )

    posted = await played(lambda request: next(answers), {"a": 1}, {"a": 2}, {"a": 3}, {"a": 4})

    assert [each.verdict for each in posted] == ["accepted", "duplicate", "refused", "refused"]
    assert [each.reason for each in posted] == ["", "", "Not a strategy of alice", "HTTP 502"]
    assert posted[0].signal_id == "s1"


async def test_copies_are_the_same_bytes():
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(202, json=ACCEPTED)

    await played(answer, {"a": 1}, pace=Pace(copies=20, parallel=5, speed=0))

    assert len(seen) == 20
    assert len(set(seen)) == 1


async def test_a_body_without_a_passphrase_field_is_signed():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, json=ACCEPTED)

    await played(answer, {"a": 1}, {"a": 1, "passphrase": "?"})

    signed, shown = seen
    headers = signed.headers
    expected = sign(
        "alice",
        "key",
        signed.content,
        int(headers["X-Mathematricks-Timestamp"]),
        headers["X-Mathematricks-Nonce"],
    )
    assert headers["X-Mathematricks-Signature"] == expected["X-Mathematricks-Signature"]
    assert "X-Mathematricks-Signature" not in shown.headers
    assert json.loads(shown.content)["passphrase"] == "open"


async def test_a_silent_front_door_is_said_to_be_silent():
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(OperatorFault, match="does not answer"):
        await played(answer, {"a": 1})


def test_waits_are_divided_by_the_speed_and_dropped_at_speed_zero():
    assert Pace(speed=10).seconds(30) == 3
    assert Pace(speed=0).seconds(30) == 0
