"""Hashes are slow on purpose: what matters is where they are computed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from frontend_api.adapters.argon2_passwords import MOST_WAITING, Argon2Passwords, argon2_passwords
from frontend_api.door_ports import TooManyLogins


class SlowHasher:
    """A hasher that is done only when it is told so, from elsewhere."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.verified: list[str] = []

    def verify(self, password: str, hashed: str) -> bool:
        self.verified.append(hashed)
        return self.done.wait(10)


@pytest.fixture
def hasher() -> SlowHasher:
    return SlowHasher()


@pytest.fixture
def passwords(hasher: Any) -> Iterator[Argon2Passwords]:
    with ThreadPoolExecutor(2) as threads:
        yield Argon2Passwords(hasher, "nobody's", threads)
        hasher.done.set()


async def test_the_event_loop_turns_while_a_password_is_hashed(passwords: Argon2Passwords, hasher: SlowHasher) -> None:
    matching = asyncio.create_task(passwords.matches("secret", "hash"))
    await asyncio.sleep(0)
    hasher.done.set()  # were the loop held up, nobody could say so

    assert await matching


async def test_nobodys_password_takes_the_same_way_and_never_matches(
    passwords: Argon2Passwords, hasher: SlowHasher
) -> None:
    hasher.done.set()

    assert not await passwords.matches("secret", None)
    assert hasher.verified == ["nobody's"]


async def test_a_crowd_is_turned_away_instead_of_kept_waiting(passwords: Argon2Passwords, hasher: SlowHasher) -> None:
    crowd = [asyncio.create_task(passwords.matches("secret", "hash")) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)

    with pytest.raises(TooManyLogins):
        await passwords.matches("secret", "hash")
    hasher.done.set()
    assert all(await asyncio.gather(*crowd))


async def test_what_is_kept_is_argon2id_and_no_stranger_to_it() -> None:
    with argon2_passwords() as passwords:
        kept = await passwords.hash("correct horse")

        assert kept.startswith("$argon2id$")
        assert await passwords.matches("correct horse", kept)
        assert not await passwords.matches("wrong horse", kept)
        assert not await passwords.matches("correct horse", "not a hash at all")
