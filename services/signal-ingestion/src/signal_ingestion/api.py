"""The front door: a body per POST, for senders known by passphrase, URL token or signature."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.signals import SignalAnswer
from mathematricks.runtime.addresses import client_of
from mathematricks.runtime.http import Refusal, ports_of
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from signal_ingestion.api_intake import router as intake
from signal_ingestion.api_socket import router as socket
from signal_ingestion.domain.admission import environment_of
from signal_ingestion.domain.arrival import Arrival
from signal_ingestion.domain.authentic import MAC_HEADERS, signature_in
from signal_ingestion.domain.json_body import MOST_BYTES
from signal_ingestion.handlers import accept
from signal_ingestion.ports import NotRecorded, Ports


class PlainRoute(APIRoute):
    """A route that hands the request straight to its function; the busiest one reads its body itself."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function, called with the request and what the path holds."""

        async def handle(request: Request) -> Response:
            return cast(Response, await self.endpoint(request, **request.path_params))

        return handle


plain = APIRouter(route_class=PlainRoute)
"""The busiest routes; the service lists them first, so that they are found first."""
router = APIRouter()

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": ", ".join(["Content-Type", *MAC_HEADERS.values()]),
}
OPEN = {"Access-Control-Allow-Origin": "*"}
_EXAMPLE = {
    "strategy_name": "Trend",
    "signal_sent_EPOCH": 1795176000,
    "signalID": "trend-1",
    "passphrase": "…",
    "signal_legs": [{"instrument": "AAPL", "instrument_type": "STOCK", "action": "BUY", "quantity": 10}],
}
_REQUEST: dict[str, Any] = {
    "parameters": [
        {"name": header, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
        for header in MAC_HEADERS.values()
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
            "text/plain": {"schema": {"type": "string", "maxLength": MOST_BYTES}},
        },
    },
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": SignalAnswer, "description": "The very same signal was received before"},
    202: {"model": SignalAnswer, "description": "Recorded for good"},
    400: {"model": Failure, "description": "Not understood; the error says what to put right"},
    401: {"model": Failure, "description": "No valid passphrase, token or signature"},
    403: {"model": Failure, "description": "Not this sender's strategy"},
    413: {"model": Failure, "description": "Larger than 64 KiB"},
    422: {"model": Failure, "description": "The other environment, or a clock too far ahead"},
    429: {"model": Failure, "description": "Too many from this address"},
    503: {"model": Failure, "description": "Not recorded; send it again"},
}


class IntakeStatus(BaseModel):
    """What anybody may know of this service."""

    status: str = "running"
    service: str = "signal-ingestion"
    environment: str


@plain.post("/api/v1/signals", status_code=202, responses=_ANSWERS, openapi_extra=_REQUEST, tags=["senders"])
async def post_signal(request: Request) -> Response:
    """Take a signal whose body holds a passphrase, or whose headers hold a signature."""
    return await _take(request, None)


@plain.post(
    "/api/v1/signals/{sender_token}", status_code=202, responses=_ANSWERS, openapi_extra=_REQUEST, tags=["senders"]
)
async def post_signal_by_token(request: Request, sender_token: Annotated[str, Path(max_length=200)]) -> Response:
    """Take a signal of a sender that can set nothing but a URL."""
    return await _take(request, sender_token)


@router.get("/api/v1/signals", response_model=IntakeStatus, tags=["senders"])
async def service_status(request: Request) -> IntakeStatus:
    """Say that the front door is open."""
    ports: Ports = ports_of(request)
    return IntakeStatus(environment=ports.settings.platform.environment)


@router.options("/api/v1/signals", status_code=204, tags=["senders"])
async def preflight() -> Response:
    """Tell a browser that it may post here."""
    return Response(status_code=204, headers=CORS)


@router.options("/api/v1/signals/{sender_token}", status_code=204, tags=["senders"])
async def preflight_by_token(sender_token: str) -> Response:
    """Tell a browser that it may post here, whoever it is."""
    return Response(status_code=204, headers=CORS)


async def _take(request: Request, token: str | None) -> Response:
    ports: Ports = ports_of(request)
    client = client_of(request, ports.settings.trusted_proxies)
    if not ports.addresses.take(client):
        raise Refusal(429, "Too many signals from this address; slow down", OPEN | {"Retry-After": "1"})
    platform = ports.settings.platform.environment
    arrival = Arrival(
        raw_id=f"r{uuid.uuid4().hex}",
        intake="http",
        body=await _body_of(request),
        received_at=ports.clock.now(),
        environment=environment_of(request.headers.get("host", ""), ports.settings.hosts, platform),
        client=client,
        token=token,
        signature=signature_in(request.headers),
    )
    try:
        answer = await accept(arrival, ports)
    except NotRecorded:
        raise Refusal(503, "Not recorded; send it again", OPEN | {"Retry-After": "1"}) from None
    return Response(orjson.dumps(answer.body), answer.status, OPEN, "application/json")


async def _body_of(request: Request) -> bytes:
    """Read no more than shows that the body is too large."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                break
    except ClientDisconnect:
        raise Refusal(400, "The body ended before its end") from None
    return body


router.include_router(socket)
router.include_router(intake)
