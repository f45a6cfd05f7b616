"""The wire that chaos cuts: bytes pass in order, a cut ends every connection, what is slow arrives all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from mathematricks_cli.chaos.proxy import Wire, wire_to
from mathematricks_cli.mongod import free_port

PATIENCE = 20


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A wire to someone who says everything back."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    async with server, wire_to(server.sockets[0].getsockname()[1]) as wire:
        yield wire


async def test_what_is_said_is_heard_behind_it_in_its_order(wire: Wire):
    async with _connected(wire) as (reader, writer):
        assert await _said(reader, writer, b"one", b"two") == b"onetwo"


async def test_a_cut_ends_what_is_connected_and_lets_in_who_comes_later(wire: Wire):
    async with _connected(wire) as (reader, writer):
        await _said(reader, writer, b"before")
        wire.cut(0)
        assert await _ends(reader)
    async with _connected(wire) as (reader, writer):
        assert await _said(reader, writer, b"after") == b"after"


async def test_while_it_is_cut_nobody_gets_through(wire: Wire):
    wire.cut(PATIENCE * 10)

    async with _connected(wire) as (reader, _):
        assert await _ends(reader)


async def test_what_is_slow_is_late_and_neither_lost_nor_out_of_order(wire: Wire):
    loop = asyncio.get_running_loop()
    wire.slow(PATIENCE, 0.1)
    due = wire.due(0)
    async with _connected(wire) as (reader, writer):
        heard = await _said(reader, writer, b"one", b"two")

    assert heard == b"onetwo"
    assert loop.time() > due
    assert wire.due(due + PATIENCE) == due + PATIENCE


async def test_a_wire_to_nobody_ends_who_connects():
    async with wire_to(free_port()) as wire, _connected(wire) as (reader, _):
        assert await _ends(reader)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(1000):
        writer.write(said)
    writer.close()


@asynccontextmanager
async def _connected(wire: Wire) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
    yield reader, writer
    writer.close()


async def _said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *parts: bytes) -> bytes:
    for part in parts:
        writer.write(part)
        await writer.drain()
    return await asyncio.wait_for(reader.readexactly(sum(map(len, parts))), PATIENCE)


async def _ends(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends, politely or not."""
    try:
        return await asyncio.wait_for(reader.read(), PATIENCE) == b""
    except ConnectionError:
        return True
