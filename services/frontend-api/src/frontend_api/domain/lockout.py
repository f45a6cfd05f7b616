"""Lock-out: how long a name or an address must wait after failed logins."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from mathematricks.contracts.users import LoginAttempts

FORGOTTEN_AFTER = timedelta(hours=1)
"""Without a further failure."""


@dataclass(frozen=True)
class Patience:
    """Failures that cost nothing, then a wait that doubles from *first* up to *longest*."""

    free: int
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=5)


NAME = Patience(free=5)
ADDRESS = Patience(free=20)
"""An address may be many people's."""


def wait_after(failures: int, patience: Patience) -> timedelta:
    """Return how long the next attempt must wait after *failures* in a row."""
    beyond = failures - patience.free
    if beyond <= 0:
        return timedelta(0)
    return min(patience.longest, patience.first * (1 << min(beyond - 1, 30)))


def still_to_wait(attempts: LoginAttempts | None, patience: Patience, now: datetime) -> timedelta:
    """Return how much of the wait is left at *now*; zero: try."""
    if attempts is None or now >= attempts.forget_at:
        return timedelta(0)
    return max(timedelta(0), attempts.last_at + wait_after(attempts.failures, patience) - now)


def one_more(attempts: LoginAttempts | None, now: datetime) -> LoginAttempts:
    """Return the attempts with one more failure; it is charged before the password is looked at."""
    before = 0 if attempts is None or now >= attempts.forget_at else attempts.failures
    return LoginAttempts(failures=before + 1, last_at=now, forget_at=now + FORGOTTEN_AFTER)


def attempts_key(kind: str, value: str, key: str) -> str:
    """Return what failed logins of *value* are kept under; nobody reads a name or an address out of it."""
    return hmac.new(key.encode(), f"{kind}\n{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
