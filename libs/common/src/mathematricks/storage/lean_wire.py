"""
A lean way to wait for MongoDB's answers (ADR 0014): one timer per operation instead of three tasks.

PyMongo 4.20 reads each answer in a task of its own beside another that polls for cancellation, and writes each
request in a third; most of an operation's CPU, and of a transaction's time, goes there. The exchange itself
cannot block, so it needs none of them. What they guard stays guarded: the timeout, and a pool that is cleared.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pymongo
from pymongo import _csot, network_layer
from pymongo.asynchronous import command_runner, pool
from pymongo.common import MAX_MESSAGE_SIZE
from pymongo.errors import ProtocolError, _OperationCancelled

KNOWN = (4, 20)
"""The version whose insides this is written against; with another, PyMongo's own way stays in place."""
_UNPACK: dict[int, Any] = getattr(network_layer, "_UNPACK_REPLY", {})
LOOK_EVERY = 0.5
"""Seconds between looks at whether the pool was cleared: PyMongo's own pace."""


def install() -> bool:
    """Put the lean exchange in PyMongo's place; return whether this version of PyMongo is known."""
    if pymongo.version_tuple[:2] != KNOWN:
        return False
    for module in (pool, command_runner):
        for name, lean in (("async_sendall", send), ("async_receive_message", receive)):
            if hasattr(module, name):
                setattr(module, name, lean)
    return True


async def send(conn: Any, request: bytes) -> None:
    """Hand *request* to the transport, which never waits."""
    await conn.write(request)


async def receive(conn: Any, request_id: int | None, max_message_size: int = MAX_MESSAGE_SIZE) -> Any:
    """Return the answer on *conn*; raise ``TimeoutError``, or PyMongo's own error where its pool was cleared."""
    deadline = _deadline(conn)
    try:
        async with asyncio.timeout(None) as scope:
            watch = _Watch(conn, deadline, scope)
            try:
                answer, kind = await conn.conn.get_conn.read(request_id, max_message_size)
            finally:
                watch.stop()
    except TimeoutError:
        if conn.cancel_context.cancelled:
            raise _OperationCancelled("operation cancelled") from None
        raise TimeoutError("timed out") from None
    try:
        unpack = _UNPACK[kind]
    except KeyError:
        raise ProtocolError(f"Got opcode {kind!r}") from None
    return unpack(answer)


class _Watch:
    """Ends *scope* once the deadline is over or the operation is cancelled."""

    def __init__(self, conn: Any, deadline: float | None, scope: asyncio.Timeout) -> None:
        self._conn, self._deadline, self._scope = conn, deadline, scope
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._pause(), self._look)

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        over = self._deadline is not None and time.monotonic() >= self._deadline
        if over or self._conn.cancel_context.cancelled:
            self._scope.reschedule(self._loop.time())
        else:
            self._timer = self._loop.call_later(self._pause(), self._look)

    def _pause(self) -> float:
        if self._deadline is None:
            return LOOK_EVERY
        return min(LOOK_EVERY, max(0.0, self._deadline - time.monotonic()))


def _deadline(conn: Any) -> float | None:
    if _csot.get_timeout():
        deadline: float | None = _csot.get_deadline()
        return deadline
    timeout = conn.conn.gettimeout
    return time.monotonic() + timeout if timeout else None
