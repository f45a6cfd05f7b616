"""Argon2id, in threads of its own: a hash takes a tenth of a second and must hold up nobody."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from frontend_api.door_ports import TooManyLogins

T = TypeVar("T")
AT_ONCE = 2
"""Each takes 64 MiB and all the CPU it can get."""
MOST_WAITING = 32


class Argon2Passwords:
    """Hashes at most two passwords at once, and turns away what would wait too long."""

    def __init__(self, hasher: PasswordHash, nobody: str, threads: ThreadPoolExecutor) -> None:
        self._hasher = hasher
        self._nobody = nobody
        self._threads = threads
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def matches(self, password: str, hashed: str | None) -> bool:
        against = hashed if hashed is not None else self._nobody
        return await self._in_thread(lambda: self._verify(password, against)) and hashed is not None

    def _verify(self, password: str, hashed: str) -> bool:
        try:
            return self._hasher.verify(password, hashed)
        except UnknownHashError:
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise TooManyLogins
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


@contextmanager
def argon2_passwords() -> Iterator[Argon2Passwords]:
    """Yield the hasher, with the hash of nobody's password ready; its threads end with it."""
    hasher = PasswordHash((Argon2Hasher(),))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2") as threads:
        nobody = threads.submit(hasher.hash, secrets.token_urlsafe(32)).result()
        yield Argon2Passwords(hasher, nobody, threads)
