"""A call to a venue of its own: only the venue's no is a no; whatever else goes wrong says nothing of the order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from execution.adapters.remote import wire
from execution.adapters.remote.link import Address, VenueLink, listening
from execution.adapters.remote.venue import RemoteVenue
from execution.ports import BrokerRejected, BrokerUnavailable
from mathematricks.runtime.clock import WallClock
from mathematricks.storage.mongo import Database
from mathematricks_cli.mongod import free_port
from mathematricks_cli.venue.app import Door, venue_app
from mathematricks_cli.venue.floor import FloorOptions, open_floor
from support.paper import ACCOUNT, STOCK, an_order
from support.remote import PATIENT, TOKEN, ServedVenue, a_served_venue, authorised

GARBLED = b'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{"half"'
NOT_OURS = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"
HALF = b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\nhalf"


@pytest.fixture
async def served(db: Database, mongo_url: str) -> AsyncIterator[ServedVenue]:
    async with a_served_venue(mongo_url, db.name) as venue:
        yield venue


async def test_a_wrong_token_is_no_word_about_the_order(served: ServedVenue):
    async with _broker(served.url, "not-the-token") as broker:
        with pytest.raises(BrokerUnavailable, match="401"):
            await broker.submit(an_order())

    assert (await served.tally())["acceptances"] == {}


async def test_the_venues_no_is_a_rejection_with_its_reason(served: ServedVenue):
    async with _broker(served.url) as broker:
        with pytest.raises(BrokerRejected, match="LOT"):
            await broker.submit(an_order(STOCK, quantity="0.5"))


async def test_what_is_cancelled_at_one_moment_is_cancelled(served: ServedVenue):
    names = [f"o{number}.1" for number in range(3)]
    async with _broker(served.url) as broker:
        for name in names:
            await broker.submit(an_order(STOCK, client_order_id=name, order_type="LIMIT", limit_price=Decimal(1)))
        await asyncio.gather(*(broker.cancel(ACCOUNT, name) for name in (*names[:2], "o9.9")))
        states = [await broker.find(ACCOUNT, name) for name in names]

    assert [state.status if state else None for state in states] == ["CANCELLED", "CANCELLED", "WORKING"]


async def test_each_cancellation_of_one_call_has_an_answer_of_its_own():
    said = b'[{}, {"rejected": "FILLED"}, {"unknown": "the book kept changing"}]'
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(said), said)
    async with _answering(answer) as url, _broker(url) as broker:
        outcomes = await asyncio.gather(*(broker.cancel(ACCOUNT, name) for name in "abc"), return_exceptions=True)

    assert [type(each) for each in outcomes] == [type(None), BrokerRejected, BrokerUnavailable]


async def test_an_order_that_nobody_waits_for_any_more_is_not_taken(served: ServedVenue):
    headers = authorised() | {wire.UNTIL: (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, trust_env=False) as http:
        answer = await http.post(wire.ORDERS, content=wire.ORDER.dump_json(an_order()))

    assert (answer.status_code, answer.json()["rejected"][:8]) == (wire.REJECTED, "TOO_LATE")
    assert (await served.tally())["acceptances"] == {}


async def test_nobody_at_the_address_is_no_rejection():
    async with _broker(f"http://127.0.0.1:{free_port()}") as broker:
        with pytest.raises(BrokerUnavailable):
            await broker.submit(an_order())


@pytest.mark.parametrize("answer", [b"", HALF, NOT_OURS])
async def test_a_line_that_breaks_or_a_stranger_that_answers_is_no_rejection(answer: bytes):
    async with _answering(answer) as url, _broker(url) as broker:
        with pytest.raises(BrokerUnavailable):
            await broker.submit(an_order())


async def test_an_answer_that_makes_no_sense_is_no_answer():
    async with _answering(GARBLED) as url, _broker(url) as broker:
        with pytest.raises(BrokerUnavailable, match="no sense"):
            await broker.find(ACCOUNT, "o1")


async def test_a_venue_that_says_nothing_is_waited_for_so_long_and_no_longer():
    async with _answering(None) as url, _broker(url, patience=timedelta(milliseconds=50)) as broker:
        with pytest.raises(BrokerUnavailable):
            await broker.submit(an_order())


async def test_accounts_of_a_venue_that_comes_late_are_to_be_asked_about(db: Database, mongo_url: str):
    served = ServedVenue(FloorOptions(mongo_url, db.name))
    link = VenueLink(Address(served.url, TOKEN, PATIENT, starts_within=timedelta(milliseconds=50)), WallClock())
    async with listening(link), AsyncExitStack() as stack:
        events = RemoteVenue(link).events()
        await _with_an_account(served)
        await served.open()
        stack.push_async_callback(served.close)

        async with asyncio.timeout(20):
            event = await anext(events)

    assert (event.kind, event.account) == ("reconnected", ACCOUNT)


async def test_calls_that_were_given_up_leave_the_line_free_for_others(served: ServedVenue):
    async with _broker(served.url, patience=timedelta(milliseconds=50)) as hasty:
        await served.fault("delay", times=120, seconds=0.3)
        orders = [an_order(client_order_id=f"o{number}") for number in range(120)]
        given_up = await asyncio.gather(*(hasty.submit(order) for order in orders), return_exceptions=True)

        async with asyncio.timeout(20):
            while not await _answered(hasty):
                continue
    assert {type(each) for each in given_up} == {BrokerUnavailable}


@pytest.mark.parametrize("token", [None, "not-the-token"])
@pytest.mark.parametrize("path", ["/control/faults", "/control/tally", "/v1/accounts"])
async def test_without_the_token_nobody_learns_or_does_anything(served: ServedVenue, path: str, token: str | None):
    headers = authorised(token) if token else {}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, trust_env=False) as http:
        assert (await http.get(path)).status_code == 401
        assert (await http.get("/health")).json()["status"] == "open"


async def test_a_venue_that_was_started_without_faults_has_no_control(db: Database, mongo_url: str):
    async with open_floor(FloorOptions(mongo_url, db.name)) as floor:
        transport = httpx.ASGITransport(venue_app(Door(floor, TOKEN)))
        async with httpx.AsyncClient(transport=transport, base_url="http://venue", headers=authorised()) as http:
            answers = [await http.get("/control/tally"), await http.post("/control/faults", json={"kind": "delay"})]

    assert [answer.status_code for answer in answers] == [404, 404]


async def _answered(broker: RemoteVenue) -> bool:
    try:
        return await broker.find(ACCOUNT, "never-sent") is None
    except BrokerUnavailable:
        return False


async def _with_an_account(served: ServedVenue) -> None:
    async with open_floor(served.options) as floor:
        await floor.venue.open_account(ACCOUNT, "USD", {"USD": Decimal(1000)})


@asynccontextmanager
async def _broker(
    url: str, token: str = TOKEN, patience: timedelta = timedelta(seconds=5)
) -> AsyncIterator[RemoteVenue]:
    link = VenueLink(Address(url, token, patience), WallClock())
    yield RemoteVenue(link)
    await link.close()


@asynccontextmanager
async def _answering(answer: bytes | None) -> AsyncIterator[str]:
    """Yield the URL of somebody who answers every request with these bytes and hangs up; with None, never."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()
