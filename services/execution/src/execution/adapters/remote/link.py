"""The link to a venue of its own: calls with one time limit, and a stream that comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import structlog
from mathematricks.contracts.instruments import Quote
from mathematricks.runtime.clock import Clock
from pydantic import TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from execution.adapters.remote import wire
from execution.adapters.remote.hearing import Hearing
from execution.ports import BrokerEvent, BrokerRejected, BrokerUnavailable

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
SILENT_FOR = 5.0
"""Seconds without a sign of life after which the stream counts as broken."""
CONNECTIONS = 50
LISTS, LISTS_TAKE = (wire.EXECUTIONS, wire.OPEN_ORDERS), 10
"""Lists grow with the account: they may take so many times longer than a usual call."""


@dataclass(frozen=True)
class Address:
    """
    Where a venue is and how it knows us.

    Attributes:
        answers_within: A call that takes longer has not been answered.
        starts_within: So long a start waits for the venue; then it goes on, and asks about the accounts it meets later.
    """

    url: str
    token: str
    answers_within: timedelta
    starts_within: timedelta = timedelta(seconds=10)

    @property
    def stream(self) -> str:
        """The URL of the stream."""
        return self.url.replace("http", "ws", 1).rstrip("/") + wire.STREAM


class VenueLink:
    """One venue, connected. Whatever goes wrong on the way is ``BrokerUnavailable``: nobody knows more than that."""

    def __init__(self, address: Address, clock: Clock) -> None:
        self.address, self.clock = address, clock
        self.accounts: dict[str, str] = {}
        self.hearing = Hearing()
        self._auth = {"Authorization": f"Bearer {address.token}"}
        self._http = httpx.AsyncClient(
            base_url=address.url,
            headers=self._auth,
            timeout=None,  # noqa: S113 - the limit of a call is on the whole of it, see ask()
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            trust_env=False,
        )
        self._lines = asyncio.Semaphore(CONNECTIONS)  # the client's own queue takes time that grows with its square
        self._on_quotes: Callable[[Sequence[Quote]], object] = _ignored
        self._connected = asyncio.Event()
        self._met = False

    def quotes_to(self, take: Callable[[Sequence[Quote]], object]) -> None:
        """Hand what the venue quotes to *take*."""
        self._on_quotes = take

    async def send(self, path: str, content: bytes, headers: Mapping[str, str] | None = None) -> bytes:
        """Return the venue's answer to *content*; raise ``BrokerRejected`` or ``BrokerUnavailable``."""
        return await self._ask(self._http.build_request("POST", path, content=content, headers=headers))

    async def ask(self, path: str, shape: TypeAdapter[Any], **params: str) -> Any:
        """Return what the venue says, as *shape*; raise ``BrokerRejected`` or ``BrokerUnavailable``."""
        limit = LISTS_TAKE if path in LISTS else 1
        return understood(shape, await self._ask(self._http.build_request("GET", path, params=params), limit))

    async def start(self) -> None:
        """Return once the venue is there; one that is not there in time is asked about its accounts when it comes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._connected.wait(), self.address.starts_within.total_seconds())
        if not self._connected.is_set():
            log.error("venue.absent", url=self.address.url)
            self._met = True

    async def listen(self) -> None:
        """Take what the stream tells, and connect again whenever it breaks; ends only by a bug."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with connect(
                    self.address.stream,
                    additional_headers=self._auth,
                    ping_interval=SILENT_FOR,
                    ping_timeout=SILENT_FOR,
                    open_timeout=SILENT_FOR,
                    close_timeout=1,
                    max_size=None,
                    max_queue=None,
                    proxy=None,
                ) as stream:
                    await self._hear(stream)
                    pause = FIRST_PAUSE
            except (OSError, WebSocketException, TimeoutError, ValidationError) as broken:
                log.warning("venue.stream_broken", reason=f"{type(broken).__name__}: {broken}"[:200])
            self._connected.clear()
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _hear(self, stream: ClientConnection) -> None:
        async for message in stream:
            self._take(wire.WORD.validate_json(message))

    def _take(self, word: wire.Word) -> None:
        if word.hello is not None:
            self._greeted(word.hello)
        if word.quotes:
            self._on_quotes(word.quotes)
        for numbered in word.events:
            self.hearing.tell(numbered.event, numbered.number)

    def _greeted(self, hello: wire.Hello) -> None:
        """What happened while nobody listened is not told: say of every account that it must be asked."""
        self.accounts.update(hello.accounts)
        self.hearing.begin(hello.epoch, hello.told)
        if self._met:
            now = self.clock.now()
            log.info("venue.reconnected", accounts=len(self.accounts))
            for account in self.accounts:
                self.hearing.tell(BrokerEvent("reconnected", account, None, None, now))
        self._met = True
        self._connected.set()

    async def _ask(self, request: httpx.Request, limit: int = 1) -> bytes:
        try:
            async with asyncio.timeout(self.address.answers_within.total_seconds() * limit), self._lines:
                answer = await self._http.send(request)
        except (httpx.HTTPError, TimeoutError) as silence:
            raise BrokerUnavailable(f"the venue did not answer: {type(silence).__name__}") from silence
        if answer.status_code == wire.REJECTED:
            raise BrokerRejected(understood(wire.REJECTION, answer.content).rejected)
        if not answer.is_success:
            raise BrokerUnavailable(f"the venue answered HTTP {answer.status_code}")
        self.hearing.reached(answer.headers.get(wire.TOLD, ""))
        return answer.content


def understood(shape: TypeAdapter[Any], content: bytes) -> Any:
    """Return *content* as *shape*; an answer that makes no sense is none."""
    try:
        return shape.validate_json(content)
    except ValidationError as garbled:
        raise BrokerUnavailable(f"the venue's answer makes no sense: {garbled.error_count()} faults") from garbled


def _ignored(_: Sequence[Quote]) -> None:
    return None


@asynccontextmanager
async def listening(link: VenueLink) -> AsyncIterator[None]:
    """Let *link* listen meanwhile, and close it afterwards; the venue need not be there yet."""
    task = asyncio.create_task(link.listen())
    task.add_done_callback(link.hearing.ended)
    try:
        await link.start()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await link.close()
