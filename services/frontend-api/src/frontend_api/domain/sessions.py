"""Sessions: how long they live, what their cookie is called, and the token that guards changes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from mathematricks.contracts.users import Session

COOKIE = "__Host-session"
"""A browser takes this name only over HTTPS, for this host alone and all its paths."""
PLAIN_COOKIE = "session"
"""The name on http://localhost."""
TOUCH_AFTER = timedelta(minutes=1)
"""A session's last use is written at most this often."""


@dataclass(frozen=True)
class SessionTerms:
    """How long a session lives unused, and at all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Browser:
    """Where a request comes from, as a session remembers it."""

    address: str
    label: str


def session_id_of(cookie: str) -> str:
    """Return the id under which the session of *cookie* is kept: its hash, of no use as a cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


def csrf_token_of(cookie: str, key: str) -> str:
    """Return the token that a change must show beside the session's *cookie*; another session's differs."""
    return hmac.new(key.encode(), b"csrf\n" + cookie.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def csrf_matches(shown: str, cookie: str, key: str) -> bool:
    """Return whether *shown* is the token of *cookie*, in constant time."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), csrf_token_of(cookie, key).encode())


def opened(cookie: str, user_id: str, browser: Browser, terms: SessionTerms, now: datetime) -> Session:
    """Return a new session, open from *now*."""
    return Session(
        session_id=session_id_of(cookie),
        user_id=user_id,
        opened_at=now,
        seen_at=now,
        idle_until=now + terms.idle,
        ends_at=now + terms.absolute,
        address=browser.address,
        browser=browser.label,
    )


def is_open(session: Session, now: datetime) -> bool:
    """Return whether the session still lets its user in."""
    return now < min(session.idle_until, session.ends_at)


def touched(session: Session, terms: SessionTerms, now: datetime) -> Session | None:
    """Return the session used at *now*; None where its last use is too recent to be worth a write."""
    if now < session.seen_at + TOUCH_AFTER:
        return None
    return session.model_copy(update={"seen_at": now, "idle_until": now + terms.idle})
