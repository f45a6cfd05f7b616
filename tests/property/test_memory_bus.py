"""Whatever handlers do, every message meets exactly one end, and never more than agreed are in hand."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mathematricks.contracts.base import Topic
from mathematricks.messaging.bus import Dead, Drop, Retry
from mathematricks.messaging.delivery import MOST_FAILURES
from mathematricks.messaging.memory import MemoryBus
from mathematricks.testing.notes import Note

TOPIC = Topic("notes", Note, lambda note: note.text)
MOVES: dict[str, Exception | None] = {
    "return": None,
    "retry": Retry("later"),
    "fail": ValueError("a bug"),
    "drop": Drop("not needed"),
    "dead": Dead("senseless"),
}
ENDS = {"return", "drop", "dead"}
scripts = st.lists(st.lists(st.sampled_from(sorted(MOVES)), max_size=12), min_size=1, max_size=12)


def expected_end(script: list[str]) -> tuple[int, bool]:
    """Return how often a message of *script* is handled, and whether it ends as a dead letter."""
    failures = 0
    for times, move in enumerate(script, start=1):
        failures += move == "fail"
        if move in ENDS or failures == MOST_FAILURES:
            return times, move == "dead" or move == "fail"
    return len(script) + 1, False  # what no script foresees is handled well


@settings(max_examples=60, deadline=None)
@given(scripts=scripts, lanes=st.integers(1, 4), consumers=st.integers(1, 3))
async def test_every_message_meets_its_end(scripts: list[list[str]], lanes: int, consumers: int) -> None:
    bus, times, in_hand, most = MemoryBus(first_backoff=0), Counter[str](), 0, 0

    async def act(note: Any) -> None:
        nonlocal in_hand, most
        in_hand, times[note.text] = in_hand + 1, times[note.text] + 1
        most = max(most, in_hand)
        await asyncio.sleep(0)
        in_hand -= 1
        script = scripts[int(note.text)]
        move = MOVES[script[times[note.text] - 1]] if times[note.text] <= len(script) else None
        if move is not None:
            raise move

    for _ in range(consumers):
        await bus.subscribe(TOPIC, "reader", act, concurrency=lanes)
    for number in range(len(scripts)):
        await bus.publish(TOPIC, Note(text=str(number)))
    async with asyncio.timeout(20):
        while not bus.idle():  # noqa: ASYNC110
            await asyncio.sleep(0)

    ends = [expected_end(script) for script in scripts]
    assert times == Counter({str(number): handled for number, (handled, _) in enumerate(ends)})
    assert len(bus.dead.get("notes.dead", [])) == sum(dead for _, dead in ends)
    assert most <= lanes * consumers
    await bus.close()
