"""The other ways in: WebSocket, JSON lines, the raw-signals topic, the owner's collector and its shim."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from mathematricks.contracts.signals import RawBody
from mathematricks.contracts.topics import RAW_SIGNALS
from mathematricks_cli.mongod import free_port
from signal_ingestion.adapters.collector import COLLECTION
from structlog.testing import capture_logs
from support.intake import Intake, intake
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

SHIM = Path(__file__).parents[3] / "services/signal-ingestion/collector_shim/src/execution/signal_processor.py"


@asynccontextmanager
async def served(desk: Intake) -> AsyncIterator[int]:
    """Yield the port of a real server before the app, whose life the desk already runs."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(desk.app, port=port, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


async def ask(socket: ClientConnection, body: Any) -> dict[str, Any]:
    await socket.send(body if isinstance(body, str | bytes) else json.dumps(body))
    told: dict[str, Any] = json.loads(await socket.recv())
    return told


async def until(condition: Any, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the store tells it in no other way
            await asyncio.sleep(0.02)


async def test_a_socket_answers_each_signal(desk: Intake) -> None:
    body = desk.body()
    async with served(desk) as port, connect(f"ws://127.0.0.1:{port}/api/v1/signals/ws") as socket:
        taken = await ask(socket, body)
        again = await ask(socket, json.dumps(body).encode())
        refused = await ask(socket, desk.body(passphrase="wrong"))
        unread = await ask(socket, "nonsense")

    assert (taken["code"], again["code"], refused["code"], unread["code"]) == (202, 200, 401, 400)
    assert taken["signal_id"] == again["signal_id"]


async def test_a_socket_may_be_opened_by_token_and_by_no_other(desk: Intake) -> None:
    async with served(desk) as port:
        url = f"ws://127.0.0.1:{port}/api/v1/signals/ws?token="
        async with connect(url + desk.secrets["alice"]["token"]) as socket:
            taken = await ask(socket, desk.body(passphrase=None))
        with capture_logs() as logs, pytest.raises(InvalidStatus):
            await connect(url + "guessed-token")

    assert taken["code"] == 202
    (line,) = [each for each in logs if each["event"] == "socket.unauthenticated"]
    assert line["client"] == "127.0.0.1"
    assert "guessed-token" not in str(logs)


async def test_an_address_keeps_so_many_connections_and_is_told_when_they_are_too_many(
    desk: Intake, mongo_url: str
) -> None:
    lines = free_port()
    async with intake(mongo_url, desk.db, address_connections=2, tcp_port=lines) as full, served(full) as port:
        url = f"ws://127.0.0.1:{port}/api/v1/signals/ws"
        async with connect(url) as first, connect(url):
            async with connect(url) as third:
                with pytest.raises(ConnectionClosedError) as refused:
                    await third.recv()
            reader, writer = await asyncio.open_connection("127.0.0.1", lines)
            told = json.loads(await reader.read())
            writer.close()
            taken = await ask(first, desk.body())
        async with connect(url) as again:
            known = await ask(again, desk.body())

    assert refused.value.rcvd is not None
    assert (refused.value.rcvd.code, told["code"]) == (1013, 429)
    assert refused.value.rcvd.reason == told["error"] == "Too many connections from this address; close one first"
    assert (taken["code"], known["code"]) == (202, 200)


async def test_lines_over_tcp_are_answered_line_by_line(desk: Intake, mongo_url: str) -> None:
    port = free_port()
    async with intake(mongo_url, desk.db, tcp_port=port):
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for line in (json.dumps(desk.body()), "", "nonsense", "x" * 70_000):
            writer.write(line.encode() + b"\n")
        answers = [json.loads(line) for line in (await reader.read()).splitlines()]
        writer.close()

    assert [answer["code"] for answer in answers] == [202, 400, 413]
    assert await desk.db.raw_signals.count_documents({"intake": "tcp"}) == 1
    strangers = [kept["status"] async for kept in desk.db.unauthenticated_signals.find({"intake": "tcp"})]
    assert strangers == [400, 413]


async def test_a_body_from_the_topic_is_judged_like_any_other_and_redelivery_is_harmless(desk: Intake) -> None:
    raw = RawBody(
        raw_id="r-from-topic",
        sender="alice",
        intake="replay",
        body=json.dumps(desk.body(passphrase=None)),
        received_at=datetime.now(UTC),
    )

    for _ in range(2):
        await desk.bus.publish(RAW_SIGNALS, raw)
        await until(lambda: desk.db.raw_signals.find_one({"_id": "r-from-topic"}))
        await desk.settle()

    kept = await desk.db.raw_signals.find_one({"_id": "r-from-topic"})
    assert (kept["verdict"], kept["intake"]) == ("ACCEPTED", "replay")
    assert await desk.db.signals.count_documents({}) == 1


@pytest.fixture
async def collected(desk: Intake) -> AsyncIterator[Any]:
    """The owner's collection, in a database of its own."""
    name = f"collector_{uuid.uuid4().hex[:8]}"
    yield desk.db.client[name][COLLECTION]
    await desk.db.client.drop_database(name)


def stored(desk: Intake, **but: Any) -> dict[str, Any]:
    """A document as the collector stores it."""
    kept = {"received_at": datetime.now(UTC), "signal_processed": False, "environment": "staging"}
    return desk.body(passphrase="REDACTED") | kept | {"api_endpoint": "staging.example.org"} | but


async def test_the_collectors_documents_are_taken_up_in_order_then_followed_and_marked(
    desk: Intake, collected: Any, mongo_url: str
) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    await collected.insert_many(
        [
            stored(desk, signalID="second", received_at=late),
            stored(desk, signalID="as text", received_at="2026-01-03T06:24:40.338000Z"),
            stored(desk, signalID="first", received_at=early),
            stored(desk, signalID="elsewhere", environment="production"),
            stored(desk, signalID="done", signal_processed=True),
            stored(desk, signalID="nobody's", strategy_name="Carry"),
        ]
    )

    async with intake(
        mongo_url, desk.db, collector_url=mongo_url, collector_database=collected.database.name
    ) as following:
        await until(lambda: collected.find_one({"signalID": "nobody's", "signal_processed": True}))
        await collected.insert_one(stored(desk, signalID="third", price=1.5))
        await until(lambda: collected.find_one({"signalID": "third", "signal_processed": True}))
        await following.settle()

    signals = [record async for record in desk.db.signals.find().sort("strategy_seq", 1)]
    assert [record["external_id"] for record in signals] == ["as text", "first", "second", "third"]
    assert signals[0]["received_at"] == datetime(2026, 1, 3, 6, 24, 40, 338_000, UTC)
    marked = await collected.find_one({"signalID": "first"})
    assert marked["mathematricks_signal_id"] == signals[1]["signal_id"]
    assert "No sender" in (await collected.find_one({"signalID": "nobody's"}))["mathematricks_refusal"]
    assert (await collected.find_one({"signalID": "elsewhere"}))["signal_processed"] is False


async def test_a_crash_before_the_mark_gives_the_same_signal_again(
    desk: Intake, collected: Any, mongo_url: str
) -> None:
    inserted = await collected.insert_one(stored(desk))
    settings = {"collector_url": mongo_url, "collector_database": collected.database.name}
    marks = []
    for _ in range(2):
        async with intake(mongo_url, desk.db, **settings):
            await until(lambda: collected.find_one({"signal_processed": True}))
        marks.append((await collected.find_one())["mathematricks_signal_id"])
        await collected.update_one({"_id": inserted.inserted_id}, {"$set": {"signal_processed": False}})

    assert marks[0] == marks[1]
    assert await desk.db.signals.count_documents({}) == 1
    assert await desk.db.raw_signals.count_documents({"verdict": "ACCEPTED"}) == 1


async def test_the_shim_gives_the_collector_what_it_expects(desk: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("collector_shim", SHIM)
    assert spec is not None
    assert spec.loader is not None
    shim = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shim)
    monkeypatch.delenv("MATHEMATRICKS_SIGNALS_URL", raising=False)
    assert shim.get_signal_processor() is None
    given = {
        "timestamp": datetime.now(UTC),
        "signalID": "shim-1",
        "signal_sent_EPOCH": desk.body()["signal_sent_EPOCH"],
        "strategy_name": "Trend",
        "signal": {"ticker": "AAPL", "action": "BUY", "price": 150.25},
    }

    async with served(desk) as port:
        monkeypatch.setenv(
            "MATHEMATRICKS_SIGNALS_URL", f"http://127.0.0.1:{port}/api/v1/signals/{desk.secrets['alice']['token']}"
        )
        processor = shim.get_signal_processor()
        taken = await asyncio.to_thread(processor.process_new_signal, given)
        refused = await asyncio.to_thread(processor.process_new_signal, given | {"strategy_name": "Carry"})
    unreachable = await asyncio.to_thread(processor.process_new_signal, given)

    assert (taken["success"], taken["message"]) == (True, "Signal received and processed")
    assert await desk.db.signals.find_one({"_id": taken["signal_id"]})
    assert refused == {"success": False, "error": "This sender may not send for this strategy; ask the desk to list it"}
    assert unreachable["success"] is False
