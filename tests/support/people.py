"""Builders of people, and of the tokens and settings that services are called with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mathematricks.contracts.base import derive_id
from mathematricks.contracts.passkeys import Passkey
from mathematricks.contracts.users import User
from mathematricks.runtime.settings import Platform
from mathematricks.runtime.tokens import Caller, Role, mint_token

DEPLOYMENT_KEY = "k" * 32
PASSWORD = "correct horse battery staple"
BORN = datetime(2026, 11, 20, tzinfo=UTC)


def a_platform(mongo_url: str, database: str, **but: Any) -> Platform:
    """Return what all services of a test's desk are told alike."""
    usual = {"mongo_url": mongo_url, "mongo_database": database, "deployment_key": DEPLOYMENT_KEY}
    return Platform(**usual | but)


def bearer(name: str = "operator", role: Role = "admin") -> dict[str, str]:
    """Return the header of a caller with a token of the desk's own."""
    return {"Authorization": f"Bearer {mint_token(Caller(name, role), DEPLOYMENT_KEY)}"}


def a_user(name: str = "ada", **but: Any) -> User:
    """Return an admin who has chosen a password, but for *but*."""
    usual: dict[str, Any] = {
        "user_id": derive_id("u", name),
        "name": name,
        "role": "admin",
        "password_hash": "no password matches this",
        "created_at": BORN,
        "updated_at": BORN,
    }
    return User(**usual | but)


def a_sender(name: str = "alice", **but: Any) -> User:
    """Return a sender who sees the signals of the sender *name*."""
    return a_user(name, role="sender", sender=name, **but)


def a_client(name: str = "carol", **but: Any) -> User:
    """Return a client who sees the capital of the client *name*."""
    return a_user(name, role="client", client_id=name, **but)


def a_passkey(user: User, **but: Any) -> Passkey:
    """Return a passkey of *user* that no authenticator has."""
    usual: dict[str, Any] = {
        "passkey_id": derive_id("pk", user.user_id),
        "user_id": user.user_id,
        "name": "Phone",
        "credential_id": "AAAA",
        "public_key": "AAAA",
        "sign_count": 0,
        "added_at": BORN,
    }
    return Passkey(**usual | but)


class QuickPasswords:
    """Passwords without the slow hash, counting how often one was looked at."""

    def __init__(self) -> None:
        self.looked_at = 0

    async def hash(self, password: str) -> str:
        return f"quick:{password}"

    async def matches(self, password: str, hashed: str | None) -> bool:
        self.looked_at += 1
        return hashed == f"quick:{password}"


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, time: timedelta) -> None:
        """Move the clock on."""
        self._now += time
