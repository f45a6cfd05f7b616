"""The venue's API: the broker port over HTTP, its events over WebSocket, and what faults make of either."""

from __future__ import annotations

import asyncio
import hmac
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from execution.adapters.remote import wire
from execution.ports import BrokerOrder, BrokerRejected, BrokerUnavailable
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from pymongo.errors import PyMongoError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from mathematricks_cli.venue.control import Control
from mathematricks_cli.venue.floor import Floor
from mathematricks_cli.venue.stream import Listener, Stream
from mathematricks_cli.venue.wires import TRANSPORT, Wires

QUOTES_EVERY = 1.0
STORE_SILENT = 503
Answer = Callable[[Request], Awaitable[Any]]


class Cut(Exception):
    """The connection ends here, without an answer."""


@dataclass(frozen=True)
class Door:
    """What an API needs: the floor behind it, the token that opens it, whether faults may be asked for."""

    floor: Floor
    token: str
    wires: Wires = field(default_factory=Wires)
    faults: bool = False


def venue_app(door: Door) -> Starlette:
    """Return the ASGI app of the venue behind *door*."""
    api = Api(door)
    routes: list[BaseRoute] = [*api.routes(), *(Control(door.floor, door.wires).routes() if door.faults else ())]
    app = Starlette(routes=routes, lifespan=api.lifespan)
    app.add_middleware(Guard, door=door)
    return app


class Guard:
    """Lets in who shows the token; to ``/health`` everybody. While the wires are down nobody gets to the venue."""

    def __init__(self, app: Any, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        if not self._knows(scope):
            refused: Any = Response(b'{"error": "The token is missing or wrong"}', 401, media_type="application/json")
            await refused(scope, receive, send)
            return
        transport = _transport(scope)
        outside = scope["path"].startswith("/v1/") and transport is not None
        if outside:
            self._door.wires.add(transport)
        try:
            if outside and self._door.wires.down:
                raise Cut
            await self._app(scope, receive, send)
        except Cut:
            transport.abort()
            while (await receive())["type"] != "http.disconnect":
                continue

    def _knows(self, scope: Scope) -> bool:
        shown = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(shown, f"Bearer {self._door.token}".encode())


class Api:
    """The broker port, served."""

    def __init__(self, door: Door) -> None:
        self._floor, self._wires, self._faults = door.floor, door.wires, door.floor.faults
        self._with_faults = door.faults
        self._stream = Stream(door.floor)
        self._epoch = uuid.uuid4().hex

    def routes(self) -> list[BaseRoute]:
        """Return everything that is served to everyone with the token."""
        served: list[tuple[str, str, Answer]] = [
            ("GET", wire.ACCOUNTS, self.accounts),
            ("POST", wire.ACCOUNTS, self.open_account),
            ("POST", wire.ORDERS, self.submit),
            ("POST", wire.CANCELS, self.cancel),
            ("GET", wire.ORDERS, self.find),
            ("GET", wire.OPEN_ORDERS, self.open_orders),
            ("GET", wire.EXECUTIONS, self.executions),
            ("GET", wire.SNAPSHOT, self.snapshot),
            ("POST", wire.QUOTES, self.quotes),
            ("POST", wire.MARKET, self.market),
        ]
        return [
            Route("/health", self.health, methods=["GET"]),
            *(Route(path, self._answering(answer), methods=[method]) for method, path, answer in served),
            WebSocketRoute(wire.STREAM, self.stream),
        ]

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Tell events and quotes while the app runs."""
        async with AsyncExitStack() as stack:
            for loop in (self._stream.run(), self._tell_quotes()):
                stack.callback(asyncio.create_task(loop).cancel)
            yield

    async def health(self, _: Request) -> Response:
        """Say that the venue is open."""
        return Response(to_json({"status": "open", "epoch": self._epoch, "faults": self._with_faults}))

    async def accounts(self, _: Request) -> Any:
        return [wire.Account(name, currency) for name, currency in self._currencies().items()]

    async def open_account(self, request: Request) -> Any:
        wanted = await _body(request, wire.ACCOUNT)
        await self._floor.venue.open_account(wanted.account, wanted.base_currency, wanted.cash)
        return wire.Account(wanted.account, self._floor.venue.base_currency(wanted.account))

    async def submit(self, request: Request) -> None:
        order = await _body(request, wire.ORDER)
        where = (order.account, order.contract.key)
        if self._faults.strike("order_lost", *where):
            raise Cut
        if delayed := self._faults.strike("delay", *where):
            await asyncio.sleep(delayed.seconds)
        if _too_late(request, self._floor.wall.now()):
            raise BrokerRejected("TOO_LATE: whoever sent this order waits for it no more")
        if self._faults.strike("reject", *where):
            raise BrokerRejected("REFUSED: the venue takes no such order now")
        await self._taken(order)
        if self._faults.strike("reply_lost", *where):
            raise Cut

    async def _taken(self, order: BrokerOrder) -> None:
        await self._floor.venue.submit(order)
        self._faults.strike("stale_clock", order.account, order.contract.key)

    async def cancel(self, request: Request) -> Any:
        orders = await _body(request, wire.ORDER_NAMES)
        return await asyncio.gather(*(self._cancelled(order) for order in orders))

    async def _cancelled(self, order: wire.OrderName) -> wire.Cancelled:
        try:
            await self._floor.venue.cancel(order.account, order.client_order_id)
        except BrokerRejected as no:
            return wire.Cancelled(rejected=str(no))
        except (KeyError, BrokerUnavailable, PyMongoError) as silence:
            return wire.Cancelled(unknown=str(silence))
        return wire.Cancelled()

    async def find(self, request: Request) -> Any:
        state = await self._floor.venue.find(_asked(request, "account"), _asked(request, "client_order_id"))
        return self._floor.shown_state(state) if state else None

    async def open_orders(self, request: Request) -> Any:
        states = await self._floor.venue.open_orders(_asked(request, "account"))
        return [self._floor.shown_state(state) for state in states]

    async def executions(self, request: Request) -> Any:
        since = datetime.fromisoformat(_asked(request, "since"))
        fills = await self._floor.venue.executions(_asked(request, "account"), since)
        return [self._floor.shown(fill) for fill in fills]

    async def snapshot(self, request: Request) -> Any:
        return await self._floor.venue.snapshot(_asked(request, "account"))

    async def quotes(self, request: Request) -> None:
        await self._floor.take_quotes(await _body(request, wire.QUOTE_LIST))

    async def market(self, request: Request) -> Any:
        """Begin to quote what was not quoted before, where the venue makes its own prices; return what is quoted."""
        wanted = await _body(request, wire.WANTED_LIST)
        for each in wanted:
            await self._floor.market.seed(each.contract, each.price)
        return [quote for each in wanted if (quote := self._floor.market.quote(each.contract)) is not None]

    async def stream(self, socket: WebSocket) -> None:
        """Tell one listener everything from now on."""
        await socket.accept()
        listener = self._stream.join()
        try:
            await socket.send_bytes(wire.WORD.dump_json(self._hello()))
            if struck := self._faults.strike("disconnect"):
                self._wires.cut(struck.seconds)
            async with asyncio.TaskGroup() as both:
                telling = both.create_task(_tell(socket, listener))
                await _until_gone(socket)
                telling.cancel()
        except (WebSocketDisconnect, RuntimeError, OSError):
            return
        finally:
            self._stream.leave(listener)

    def _hello(self) -> wire.Word:
        hello = wire.Hello(self._epoch, self._floor.venue.told, self._currencies())
        return wire.Word(hello, (), tuple(self._floor.market.quoted()))

    def _currencies(self) -> dict[str, str]:
        venue = self._floor.venue
        return {name: venue.base_currency(name) for name in venue.accounts()}

    async def _tell_quotes(self) -> None:
        while True:
            self._stream.tell_quotes(self._floor.market.quoted())
            await asyncio.sleep(QUOTES_EVERY)

    def _answering(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        async def answering(request: Request) -> Response:
            status, body = await _outcome(answer, request)
            await asyncio.sleep(0)  # what this call made happen is told, and so numbered, first
            told = f"{self._epoch}:{self._floor.venue.told}"
            return Response(to_json(body), status, {wire.TOLD: told}, "application/json")

        return answering


async def _outcome(answer: Answer, request: Request) -> tuple[int, Any]:
    """Return status and body: what was answered, the venue's no, or that nobody knows."""
    try:
        return 200, await answer(request)
    except BrokerRejected as no:
        return wire.REJECTED, wire.Rejection(str(no))
    except ValidationError as error:
        return wire.REJECTED, wire.Rejection(f"MALFORMED: {error.error_count()} fields are wrong")
    except (KeyError, ValueError) as error:
        return 400, {"error": str(error)}
    except ClientDisconnect:
        return 400, {"error": "whoever asked went away before the question was whole"}
    except (BrokerUnavailable, PyMongoError) as silence:
        return STORE_SILENT, {"error": str(silence)}


def _too_late(request: Request, now: datetime) -> bool:
    until = request.headers.get(wire.UNTIL)
    return until is not None and now > datetime.fromisoformat(until)


async def _body(request: Request, shape: TypeAdapter[Any]) -> Any:
    return shape.validate_json(await request.body())


def _asked(request: Request, name: str) -> str:
    return request.query_params[name]


async def _tell(socket: WebSocket, listener: Listener) -> None:
    while True:
        await socket.send_bytes(wire.WORD.dump_json(await listener.next()))


async def _until_gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        continue


def _transport(scope: Scope) -> Any:
    """Return the connection of a request; None for a stream, whose connection is known since it was one."""
    return scope.get("extensions", {}).get(TRANSPORT, {}).get("transport") if scope["type"] == "http" else None
