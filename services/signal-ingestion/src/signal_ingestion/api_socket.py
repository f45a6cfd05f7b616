"""The front door for senders that keep a connection: one JSON text per signal, one JSON answer for each."""

from __future__ import annotations

import uuid

import orjson
import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from mathematricks.runtime.addresses import client_of
from mathematricks.runtime.service import Running

from signal_ingestion.domain.admission import environment_of
from signal_ingestion.domain.arrival import Answer, Arrival
from signal_ingestion.domain.authentic import WRONG_TOKEN
from signal_ingestion.handlers import accept
from signal_ingestion.ports import NotRecorded, Ports
from signal_ingestion.verdicts import tell_of_strangers

router = APIRouter()
log = structlog.get_logger(__name__)
GOING_AWAY, POLICY, TRY_AGAIN_LATER = 1001, 1008, 1013
TOO_MANY = "Too many connections from this address; close one first"


@router.websocket("/api/v1/signals/ws")
async def signals_socket(socket: WebSocket) -> None:
    """
    Answer every message in order.

    A sender is known by ``?token=…`` for all messages, or by a passphrase in each. A token that is
    not ours closes the door before it opens; an address with too many connections is told so with 1013.
    """
    state: Running | None = socket.app.state.running
    if state is None:
        await socket.close(GOING_AWAY)
        return
    ports: Ports = state.ports
    client = client_of(socket, ports.settings.trusted_proxies)
    with ports.connections.taken(client) as free:
        if not free:
            await socket.accept()  # before it is accepted no code and no reason reaches the sender
            await socket.close(TRY_AGAIN_LATER, TOO_MANY)
        else:
            await _converse(socket, client, ports)


async def _converse(socket: WebSocket, client: str, ports: Ports) -> None:
    token = socket.query_params.get("token")
    if token is not None and await ports.senders.by_secret("token", token, ports.clock.now()) is None:
        log.warning("socket.unauthenticated", intake="websocket", client=client, reason=WRONG_TOKEN)
        await tell_of_strangers(ports)
        await socket.close(POLICY)
        return
    await socket.accept()
    try:
        while True:
            answer = await _answer(socket, await _next_body(socket), token, ports)
            await socket.send_text(orjson.dumps({"code": answer.status, **answer.body}).decode())
    except WebSocketDisconnect:
        return


async def _next_body(socket: WebSocket) -> bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text = message.get("text")
    return text.encode("utf-8", "surrogatepass") if text is not None else message.get("bytes") or b""


async def _answer(socket: WebSocket, body: bytes, token: str | None, ports: Ports) -> Answer:
    client = client_of(socket, ports.settings.trusted_proxies)
    if not ports.addresses.take(client):
        return Answer(429, {"error": "Too many signals from this address; slow down"})
    platform = ports.settings.platform.environment
    arrival = Arrival(
        raw_id=f"r{uuid.uuid4().hex}",
        intake="websocket",
        body=body,
        received_at=ports.clock.now(),
        environment=environment_of(socket.headers.get("host", ""), ports.settings.hosts, platform),
        client=client,
        token=token,
    )
    try:
        return await accept(arrival, ports)
    except NotRecorded:
        return Answer(503, {"error": "Not recorded; send it again"})
