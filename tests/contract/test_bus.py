"""One behaviour of the bus, in memory and on Pub/Sub."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from google.cloud.pubsub_v1 import SubscriberClient
from mathematricks.messaging.dead_letters import dead_letter_topic
from mathematricks.messaging.delivery import Envelope
from mathematricks.messaging.memory import MemoryBus
from mathematricks.messaging.pubsub import PubSubBus, open_puller
from mathematricks.messaging.topology import kept_letters
from mathematricks.testing.bus_suite import BusSuite
from mathematricks.testing.notes import PATIENCE, Inbox, Note, a_name, a_topic, until
from mathematricks_cli.emulator import EmulatorMissing, start_emulator, stop_emulator
from mathematricks_cli.mongod import free_port


class TestMemoryBus(BusSuite):
    @pytest.fixture
    async def bus(self) -> AsyncIterator[MemoryBus]:
        bus = MemoryBus(first_backoff=0.001)
        yield bus
        await bus.close()

    async def dead_letters(self, bus: MemoryBus, topic: str, count: int) -> Sequence[Envelope]:
        await until(lambda: len(bus.dead.get(dead_letter_topic(topic), [])) >= count)
        return bus.dead[dead_letter_topic(topic)]


class TestPubSubBus(BusSuite):
    @pytest.fixture
    async def bus(self, emulator: str) -> AsyncIterator[PubSubBus]:
        self.project = f"test-{uuid.uuid4().hex[:8]}"
        bus = PubSubBus(self.project, pauses=(timedelta(0), timedelta(milliseconds=100)))
        yield bus
        await bus.close()

    async def dead_letters(self, bus: PubSubBus, topic: str, count: int) -> Sequence[Envelope]:
        return await asyncio.to_thread(self._pull, kept_letters(topic), count)

    def _pull(self, subscription: str, count: int) -> list[Envelope]:
        letters: list[Envelope] = []
        deadline = time.monotonic() + PATIENCE
        with SubscriberClient() as client:
            path = client.subscription_path(self.project, subscription)
            while len(letters) < count and time.monotonic() < deadline:
                answer = client.pull(request={"subscription": path, "max_messages": 100}, timeout=PATIENCE)
                letters += [
                    Envelope(got.message.data, dict(got.message.attributes)) for got in answer.received_messages
                ]
                if ids := [got.ack_id for got in answer.received_messages]:
                    client.acknowledge(request={"subscription": path, "ack_ids": ids})
        return letters


async def test_publishers_and_subscribers_outlive_an_emulator_restarted_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, topic, inbox = free_port(), a_topic(), Inbox()
    try:
        process = start_emulator(port, log=tmp_path / "emulator.log")
    except EmulatorMissing as missing:
        pytest.skip(f"NOT RUN, no Pub/Sub emulator: {missing}")
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    bus = PubSubBus("restarted")
    try:
        await bus.subscribe(topic, a_name(), inbox)
        await bus.publish(topic, Note(text="before"))
        await until(lambda: "before" in inbox.texts)

        await asyncio.to_thread(stop_emulator, process)
        await asyncio.sleep(0.5)
        assert not await bus.ready()
        process = await asyncio.to_thread(start_emulator, port)

        for number in range(300):
            await bus.publish(topic, Note(text=str(number)))
            if len(inbox.notes) > 1:
                break
            await asyncio.sleep(0.1)
        assert len(inbox.notes) > 1
        assert await bus.ready()
    finally:
        await bus.close()
        stop_emulator(process)


def test_a_pull_whose_server_is_away_waits_for_it_instead_of_wearing_out_its_tries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
    puller = open_puller()

    with pytest.raises(grpc.RpcError) as failure:
        next(puller.transport.streaming_pull(iter(()), timeout=0.3))

    puller.close()
    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
