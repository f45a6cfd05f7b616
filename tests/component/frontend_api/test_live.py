"""The live stream of a browser: what it tells to whom, and when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
import uvicorn
from frontend_api.adapters.switchboard import MOST_WAITING, QueuedLine, Switchboard
from frontend_api.domain.live import FEEDS
from frontend_api.domain.visibility import Viewer
from mathematricks.contracts.dashboard import Overview
from mathematricks.contracts.money_views import ClientView, SenderView, SignalRow
from mathematricks.runtime.serving import LeavingServer
from mathematricks.storage.mongo import to_document
from mathematricks_cli.mongod import free_port
from support.people import a_client, a_sender, a_user
from support.signals import NOON

PATIENCE = 20.0
ADMIN = Viewer("ada", "admin")


@pytest.fixture
async def door(front: Any) -> AsyncIterator[str]:
    """The API behind a real socket: a stream has to arrive bit by bit."""
    port = free_port()
    config = uvicorn.Config(front.app, port=port, lifespan="off", log_config=None, timeout_graceful_shutdown=30)
    server = LeavingServer(config, (front.app,))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    front.server = server
    yield f"http://localhost:{port}"
    server.should_exit = True
    await serving


class Stream:
    """The events of one browser, read one by one."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str, Any]:
        event = "message"
        async for line in self._lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return event, json.loads(line.removeprefix("data: "))
        return "end", None

    async def until(self, wanted: str) -> Any:
        """Return the next *wanted* event, and fail where it does not come."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event, told = await self.next()
                if event == wanted:
                    return told
                assert event != "end", f"the stream ended without {wanted}"

    async def snapshot(self) -> list[tuple[str, Any]]:
        """Return what comes before the end of the snapshot."""
        told: list[tuple[str, Any]] = []
        async with asyncio.timeout(PATIENCE):
            while not told or told[-1][0] != "snapshot":
                told.append(await self.next())
        return told


@asynccontextmanager
async def listening(browser: httpx.AsyncClient, door: str) -> AsyncIterator[Stream]:
    cookie = {"Cookie": f"session={browser.cookies['session']}"}
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream("GET", f"{door}/api/stream", headers=cookie) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Stream(answer.aiter_lines())


async def write(front: Any, collection: str, key: str, model: Any) -> None:
    await front.db[collection].replace_one({"_id": key}, to_document(model, key), upsert=True)


def a_row(sender: str, number: int = 1) -> SignalRow:
    return SignalRow(
        signal_id=f"s{number}",
        external_id="e",
        sender=sender,
        strategy_id="Trend",
        strategy_seq=number,
        mode="LIVE",
        instrument="AAPL",
        action="BUY",
        sent_at=NOON,
        received_at=NOON,
        status="waiting",
    )


async def test_a_browser_is_told_the_time_what_there_is_and_then_what_changes(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    await write(front, "dashboard_overview", "paper", Overview(mode="PAPER", equity=Decimal("100")))
    ada = await front.enter("ada")

    async with listening(ada, door) as stream:
        first, *told = await stream.snapshot()
        await write(front, "dashboard_overview", "paper", Overview(mode="PAPER", equity=Decimal("101.50")))
        changed = await stream.until("overview")

    assert first[0] == "heartbeat"
    assert set(first[1]) == {"at", "build"}
    assert [event for event, _ in told] == ["overview", "snapshot"]
    assert (told[0][1]["equity"], changed["equity"]) == ("100", "101.50")
    assert changed == (await ada.get("/api/dashboard?mode=paper")).json()


async def test_a_stream_tells_each_role_its_own_and_nothing_of_others(front: Any, door: str) -> None:
    for user in (a_client("carol"), a_client("dan"), a_sender("alice"), a_sender("bob"), a_user("ada")):
        await front.add(user)
    await write(front, "dashboard_overview", "paper", Overview(mode="PAPER"))
    for client in ("carol", "dan"):
        view = ClientView(client_id=client, display_name=client, mode="PAPER")
        await write(front, "dashboard_clients", client, view)
    for sender in ("alice", "bob"):
        await write(front, "dashboard_senders", sender, SenderView(sender=sender, mode="LIVE", payable=True))

    told = {}
    for name in ("carol", "dan", "alice", "bob", "ada"):
        async with listening(await front.enter(name), door) as stream:
            told[name] = {
                (event, said.get("client_id") or said.get("sender")) for event, said in await stream.snapshot()
            }

    nothing = {("heartbeat", None), ("snapshot", None)}
    assert told["carol"] - nothing == {("client", "carol")}
    assert told["dan"] - nothing == {("client", "dan")}
    assert told["alice"] - nothing == {("sender", "alice")}
    assert told["bob"] - nothing == {("sender", "bob")}
    everything = {("client", "carol"), ("client", "dan"), ("sender", "alice"), ("sender", "bob"), ("overview", None)}
    assert told["ada"] - nothing == everything


async def test_a_change_reaches_those_alone_whom_it_concerns(front: Any, door: str) -> None:
    await front.add(a_sender("alice"))
    await front.add(a_sender("bob"))
    alice, bob = await front.enter("alice"), await front.enter("bob")

    async with listening(alice, door) as alices, listening(bob, door) as bobs:
        await alices.snapshot()
        await bobs.snapshot()
        await write(front, "dashboard_signals", "s1", a_row("alice"))
        await write(front, "dashboard_signals", "s2", a_row("bob", 2))

        assert (await alices.until("signal"))["sender"] == "alice"
        assert (await bobs.until("signal"))["sender"] == "bob"


async def test_logging_out_closes_the_stream_and_leaves_the_users_others_open(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    ada, elsewhere = await front.enter("ada"), await front.enter("ada")

    async with listening(ada, door) as stream, listening(elsewhere, door) as other:
        await stream.snapshot()
        await other.snapshot()
        await ada.post("/api/auth/logout")
        await stream.until("closed")
        assert (await stream.next())[0] == "end"
        await write(front, "dashboard_overview", "paper", Overview(mode="PAPER"))
        await other.until("overview")


async def test_putting_somebody_out_closes_every_stream_of_theirs(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    carol = await front.add(a_client("carol"))
    ada, carols = await front.enter("ada"), await front.enter("carol")

    async with listening(carols, door) as stream:
        await stream.snapshot()
        await ada.post(f"/api/users/{carol.user_id}/disable")
        await stream.until("closed")


async def test_nobody_listens_without_a_session_or_half_a_one(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    half = await front.knock("ada")

    assert (await front.browser().get("/api/stream")).status_code == 401
    assert (await half.get("/api/stream")).status_code == 403
    assert (await front.operator().get("/api/stream")).status_code == 403


async def test_open_streams_do_not_keep_a_process_from_stopping(front: Any, door: str) -> None:
    await front.add(a_user("ada"))

    async with listening(await front.enter("ada"), door) as stream:
        await stream.snapshot()
        front.server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            while (await stream.next())[0] != "end":
                pass


async def test_a_browser_that_leaves_is_forgotten(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    async with listening(await front.enter("ada"), door) as stream:
        await stream.snapshot()
        assert front.ports.live.anybody()

    async with asyncio.timeout(PATIENCE):
        while front.ports.live.anybody():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_document_that_cannot_be_read_is_left_out(front: Any, door: str) -> None:
    await front.add(a_user("ada"))
    odd = {"_id": "paper", "mode": "PAPER", "equity": "of another version"}
    await front.db.dashboard_overview.insert_one(odd, bypass_document_validation=True)
    await write(front, "dashboard_overview", "live", Overview(mode="LIVE"))

    async with listening(await front.enter("ada"), door) as stream:
        told = await stream.snapshot()

    assert [said["mode"] for event, said in told if event == "overview"] == ["LIVE"]


async def test_a_slow_browser_gets_the_latest_of_each_document_and_no_queue() -> None:
    line = QueuedLine(ADMIN, "s1")
    for number in range(10_000):
        line.put("overview", "paper", b"%d " % number)
    line.put("overview", "live", b"live")

    assert await line.next(1) == b"9999 live"
    assert await line.next(0) == b""


async def test_a_browser_that_missed_too_much_is_told_to_ask_again() -> None:
    line = QueuedLine(ADMIN, "s1")
    for number in range(MOST_WAITING + 1):
        line.put("signal", str(number), b"%d " % number)

    waiting = await line.next(1)

    assert waiting.startswith(b"event: resync")
    assert waiting.endswith(b"%d " % MOST_WAITING)


async def test_a_session_has_a_handful_of_streams_and_a_new_one_ends_the_oldest() -> None:
    board = Switchboard()
    lines = [board.open(ADMIN, "s1") for _ in range(7)]

    assert [line.ended for line in lines] == ["overtaken", *[None] * 6]
    board.end_session("s1")
    board.end_session("s2")
    assert [line.ended for line in lines] == ["overtaken", *["session"] * 6]


def test_every_event_has_a_name_of_its_own() -> None:
    assert len({feed.event for feed in FEEDS.values()}) == len(FEEDS)
