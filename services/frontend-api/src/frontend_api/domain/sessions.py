"""Sessions: how long they live, when their cookie changes, and the token that guards changes."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mathematricks.contracts.users import Session

COOKIE = "__Host-session"
"""A browser takes this name only over HTTPS, for this host alone and all its paths."""
PLAIN_COOKIE = "session"
"""The name on http://localhost."""
TOUCH_AFTER = timedelta(minutes=1)
"""A session's last use is written at most this often."""
RENEW_AFTER = timedelta(minutes=15)
"""The life of one cookie; the session goes on with the next."""
GRACE = timedelta(seconds=10)
"""For what a browser sent with the former cookie before it had the new one."""
CODE_WITHIN = timedelta(minutes=5)
"""Between the password and the second factor."""
MOST_TOKENS = 500

Standing = Literal["newest", "former", "stolen"]


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


def hash_of(cookie: str) -> str:
    """Return what *cookie* is kept as: its hash, of no use as a cookie."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()


def csrf_token_of(session_id: str, key: str) -> str:
    """Return the token that a change must show beside the session's cookie; another session's differs."""
    return hmac.new(key.encode(), b"csrf\n" + session_id.encode(), hashlib.sha256).hexdigest()


def csrf_matches(shown: str, session_id: str, key: str) -> bool:
    """Return whether *shown* is the token of the session, in constant time."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), csrf_token_of(session_id, key).encode())


def opened(cookie: str, user_id: str, browser: Browser, terms: SessionTerms, now: datetime) -> Session:
    """Return a new session, open from *now*."""
    return Session(
        session_id=hash_of("session\n" + cookie),
        tokens=(hash_of(cookie),),
        renewed_at=now,
        user_id=user_id,
        opened_at=now,
        seen_at=now,
        idle_until=now + terms.idle,
        ends_at=now + terms.absolute,
        address=browser.address,
        browser=browser.label,
    )


def half_opened(session: Session) -> Session:
    """Return *session* as it is between the password and the second factor: good for that alone, and not for long."""
    until = session.opened_at + CODE_WITHIN
    return session.model_copy(update={"awaits_code": True, "idle_until": until, "ends_at": until})


def is_open(session: Session, now: datetime) -> bool:
    """Return whether the session still lets its user in."""
    return now < min(session.idle_until, session.ends_at)


def standing_of(session: Session, cookie: str, now: datetime) -> Standing:
    """
    Return what *cookie* is to *session*, one of whose cookies it is or was.

    The former one is good until the newest has been shown, for its answer may have been lost, and a
    moment longer, for what was on its way. Later, or an older one, is in the wrong hands, or was.
    """
    mine = [hmac.compare_digest(each, hash_of(cookie)) for each in session.tokens]
    if mine[0]:
        return "newest"
    in_time = session.taken_up_at is None or now < session.taken_up_at + GRACE
    return "former" if len(mine) > 1 and mine[1] and in_time else "stolen"


def is_due(session: Session, standing: Standing, now: datetime) -> bool:
    """Return whether the session's next cookie is due: the newest is old, or never reached its browser."""
    if session.awaits_code or session.renewed_at is None:
        return False
    if standing == "newest":
        return now >= session.renewed_at + RENEW_AFTER
    return session.taken_up_at is None and now >= session.renewed_at + GRACE


def renewed(session: Session, standing: Standing, cookie: str, now: datetime) -> Session:
    """Return the session with *cookie* as its newest; the one that was shown becomes the former."""
    shown = 0 if standing == "newest" else 1
    others = session.tokens[:shown] + session.tokens[shown + 1 :]
    tokens = (hash_of(cookie), session.tokens[shown], *others)[:MOST_TOKENS]
    return session.model_copy(update={"tokens": tokens, "renewed_at": now, "taken_up_at": None})


def touched(session: Session, standing: Standing, terms: SessionTerms, now: datetime) -> Session | None:
    """Return the session used at *now*; None where that is not worth a write."""
    taken_up = standing == "newest" and session.taken_up_at is None
    if now < session.seen_at + TOUCH_AFTER and not taken_up:
        return None
    used = {"seen_at": now, "taken_up_at": now if taken_up else session.taken_up_at}
    if not session.awaits_code:
        used["idle_until"] = now + terms.idle
    return session.model_copy(update=used)
