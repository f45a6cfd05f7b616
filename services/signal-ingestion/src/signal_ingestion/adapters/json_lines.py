"""JSON lines over TCP: one body per line, one answer per line. Off unless a port is set."""

from __future__ import annotations

import asyncio
import uuid

import orjson
import structlog

from signal_ingestion.domain.arrival import Answer, Arrival
from signal_ingestion.domain.json_body import MOST_BYTES
from signal_ingestion.handlers import accept
from signal_ingestion.ports import NotRecorded, Ports

log = structlog.get_logger(__name__)

IDLE_SECONDS = 300
MOST_CONNECTIONS = 200
TOO_FAST = Answer(429, {"error": "Too many signals from this address; slow down"})
TOO_MANY = Answer(429, {"error": "Too many connections from this address; close one first"})
NOT_RECORDED = Answer(503, {"error": "Not recorded; send it again"})


async def serve_lines(ports: Ports) -> None:
    """Serve until cancelled; without a port, only wait."""
    if ports.settings.tcp_port is None:
        await asyncio.Event().wait()
        return
    desk = _LineDesk(ports)
    server = await asyncio.start_server(
        desk.serve, ports.settings.tcp_host, ports.settings.tcp_port, limit=MOST_BYTES + 2
    )
    log.info("lines.listening", port=ports.settings.tcp_port)
    async with server:
        await server.serve_forever()


class _LineDesk:
    """Answers each line of each connection, in order."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MOST_CONNECTIONS:
                await self._converse(reader, writer)
        except (ConnectionError, TimeoutError):
            pass
        finally:
            self._open -= 1
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = str(writer.get_extra_info("peername")[0])
        with self._ports.connections.taken(client) as free:
            if free:
                await self._answer_lines(reader, writer, client)
            else:
                await _tell(writer, TOO_MANY)

    async def _answer_lines(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, client: str) -> None:
        while line := await asyncio.wait_for(_line(reader), IDLE_SECONDS):
            body = line if len(line) > MOST_BYTES else line.strip()
            if body:
                await _tell(writer, await self._answer(body, client))
            if len(body) > MOST_BYTES:
                return  # where the next line begins, nobody can tell

    async def _answer(self, line: bytes, client: str) -> Answer:
        ports = self._ports
        if not ports.addresses.take(client):
            return TOO_FAST
        now, environment = ports.clock.now(), ports.settings.platform.environment
        arrival = Arrival(f"r{uuid.uuid4().hex}", "tcp", line, now, environment, client)
        try:
            return await accept(arrival, ports)
        except NotRecorded:
            return NOT_RECORDED


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Return the next line; of one that is too long its beginning, which is refused and kept; nothing at the end."""
    try:
        return await reader.readuntil()
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    except asyncio.LimitOverrunError:
        return await reader.readexactly(MOST_BYTES + 1)


async def _tell(writer: asyncio.StreamWriter, answer: Answer) -> None:
    writer.write(orjson.dumps({"code": answer.status, **answer.body}) + b"\n")
    await writer.drain()
