"""What an operator does to Pub/Sub by hand, on the emulator."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from mathematricks.messaging.bus import Dead
from mathematricks.messaging.delivery import ONLY_FOR, Envelope, enclose
from mathematricks.messaging.operations import NoSuchSubscription, Operations, operations
from mathematricks.messaging.pubsub import PubSubBus
from mathematricks.messaging.topology import subscription_name
from mathematricks.testing.notes import Inbox, Note, a_name, a_topic, until


@pytest.fixture
def project(emulator: str) -> str:
    return f"operated-{uuid.uuid4().hex[:8]}"


@pytest.fixture
async def bus(project: str) -> AsyncIterator[PubSubBus]:
    bus = PubSubBus(project, pauses=(timedelta(0), timedelta(milliseconds=100)))
    yield bus
    await bus.close()


@pytest.fixture
async def operator(project: str) -> AsyncIterator[Operations]:
    async with operations(project) as found:
        yield found


async def test_a_dead_letter_goes_back_to_whom_could_not_handle_it_once_that_is_mended(
    bus: PubSubBus, operator: Operations
) -> None:
    topic, inbox, mended, beside = a_topic(), Inbox(), [False], Inbox()

    async def handle(note: Note) -> None:
        if not mended[0]:
            raise Dead("cannot be read yet")
        await inbox(note)

    await bus.subscribe(topic, "reader", handle)
    await bus.subscribe(topic, "neighbour", beside)
    await bus.publish(topic, Note(text="hello"))
    letters = await _letters(operator, topic.name)
    mended[0] = True
    moved = await operator.give_back(topic.name, [letters[0].letter_id])
    await until(lambda: inbox.texts == ["hello"])

    assert [(letter.subscriber, letter.reason) for letter in letters] == [("reader", "cannot be read yet")]
    assert [letter.letter_id for letter in moved] == [letters[0].letter_id]
    assert await operator.letters(topic.name) == []
    assert beside.texts == ["hello"]


async def test_looking_at_dead_letters_leaves_them_where_they_are(bus: PubSubBus, operator: Operations) -> None:
    topic = a_topic()

    async def refuse(note: Note) -> None:
        raise Dead(note.text)

    await bus.subscribe(topic, "reader", refuse)
    await bus.publish(topic, Note(text="one"))
    first = await _letters(operator, topic.name)
    second = await _letters(operator, topic.name)
    none = await operator.give_back(topic.name, ["another"])

    assert [letter.letter_id for letter in first] == [letter.letter_id for letter in second]
    assert none == []
    assert len(await _letters(operator, topic.name)) == 1


async def test_a_subscription_wound_back_gets_again_what_it_has_had_since(bus: PubSubBus, operator: Operations) -> None:
    topic, name, inbox = a_topic(), a_name(), Inbox()
    await bus.subscribe(topic, name, inbox)
    began = datetime.now(UTC)
    await bus.publish(topic, Note(text="had"))
    await until(lambda: inbox.texts == ["had"])
    subscription = subscription_name(topic.name, name)

    await operator.snapshot(subscription, f"snap-{uuid.uuid4().hex[:6]}")
    await operator.seek(subscription, began - timedelta(seconds=1))
    await until(lambda: len(inbox.texts) >= 2)

    assert set(inbox.texts) == {"had"}
    with pytest.raises(NoSuchSubscription, match=r"nobody\.knows"):
        await operator.seek("nobody.knows", began)


async def test_what_is_meant_for_one_subscriber_is_not_handled_by_the_others(
    bus: PubSubBus, operator: Operations
) -> None:
    topic, shadow, authority = a_topic(), Inbox(), Inbox()
    await bus.subscribe(topic, "shadow", shadow)
    await bus.subscribe(topic, "authority", authority)

    written = enclose(topic, Note(text="again"))
    await operator.publish(topic.name, Envelope(written.data, written.attributes | {ONLY_FOR: "shadow"}))
    await bus.publish(topic, Note(text="for all"))
    await until(lambda: "for all" in authority.texts and len(shadow.texts) == 2)

    assert sorted(shadow.texts) == ["again", "for all"]
    assert authority.texts == ["for all"]


async def _letters(operator: Operations, topic: str) -> list:
    """The dead letters of *topic*, as soon as there is one."""
    found: list = []

    async def look() -> bool:
        found[:] = await operator.letters(topic)
        return bool(found)

    for _ in range(100):
        if await look():
            return found
    raise AssertionError(f"no dead letter of {topic}")
