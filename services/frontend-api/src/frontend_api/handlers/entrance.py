"""In and out: who is asking, logging in, changing a password, ending sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from mathematricks.contracts.users import LoginRequest, PasswordChange, Session, User
from mathematricks.runtime.http import Refusal

from frontend_api.domain.lockout import ADDRESS, NAME, Patience, attempts_key, one_more, still_to_wait
from frontend_api.domain.passwords import normal, weakness_of
from frontend_api.domain.sessions import Browser, is_open, opened, session_id_of, touched
from frontend_api.domain.visibility import Viewer, viewer_of
from frontend_api.handlers.audit import audited
from frontend_api.ports import Ports, TooManyLogins

log = structlog.get_logger(__name__)

MOST_RACES = 5
WRONG = "The name or the password is wrong"
NOBODY = Viewer("(nobody)", "client")


@dataclass(frozen=True)
class Entered:
    """Someone who is in: the user, the session, and the cookie that proves it."""

    user: User
    session: Session
    cookie: str


async def recognise(cookie: str, ports: Ports) -> Entered | None:
    """Return who holds *cookie*; None where it is nobody's, expired, ended or its user disabled."""
    session = await ports.sessions.find(session_id_of(cookie))
    now = ports.clock.now()
    if session is None or not is_open(session, now):
        return None
    user = await ports.users.find(session.user_id)
    if user is None or user.disabled:
        return None
    if used := touched(session, ports.session_terms, now):
        await ports.sessions.touch(used)
    return Entered(user, used or session, cookie)


async def log_in(request: LoginRequest, browser: Browser, old_cookie: str | None, ports: Ports) -> Entered:
    """
    Return a new session; the one that the browser had ends, so none can be planted on it.

    Each attempt is charged before the password is looked at, and a name that does not exist takes
    as long and costs as much as one that does.

    Raises:
        Refusal: 401 where name and password do not belong together, 429 where one must wait.
    """
    name = normal(request.name).strip().casefold()
    name_key = attempts_key("name", name, ports.keys.attempts)
    address_key = attempts_key("address", browser.address, ports.keys.attempts)
    await _charge(address_key, ADDRESS, ports)
    await _charge(name_key, NAME, ports)
    user = await ports.users.named(name)
    matches = await _matches(request.password, user, ports)
    if user is None or not matches or user.disabled:
        await _record_refusal(user, browser, ports)
        raise Refusal(401, WRONG)
    await ports.attempts.forgive(name_key)
    await ports.attempts.refund(address_key)
    if old_cookie and (old := await recognise(old_cookie, ports)):
        await ports.sessions.end(old.user.user_id, old.session.session_id)
    async with audited(viewer_of(user), "auth.login", user.user_id, browser, ports):
        return await _open(user, browser, ports)


async def log_out(entered: Entered, browser: Browser, ports: Ports) -> None:
    """End the session; its cookie is worth nothing from now on."""
    async with audited(viewer_of(entered.user), "auth.logout", entered.user.user_id, browser, ports):
        await ports.sessions.end(entered.user.user_id, entered.session.session_id)


async def change_password(change: PasswordChange, entered: Entered, browser: Browser, ports: Ports) -> Entered:
    """
    Return a new session under the new password; every other session of the user ends.

    Raises:
        Refusal: 403 where the current password is wrong, 422 where the new one is weak, 409 on a race.
    """
    user = entered.user
    key = attempts_key("name", user.name, ports.keys.attempts)
    await _charge(key, NAME, ports)
    if not await _matches(change.current, user, ports):
        raise Refusal(403, "The current password is wrong")
    await ports.attempts.forgive(key)
    if weakness := weakness_of(change.new, user.name):
        raise Refusal(422, weakness)
    if normal(change.new) == normal(change.current):
        raise Refusal(422, "The new password is the old one: choose another")
    async with audited(viewer_of(user), "auth.password", user.user_id, browser, ports):
        changed = await _with_password(user, change.new, ports.clock.now(), ports)
        if not await ports.users.replace(changed, user):
            raise Refusal(409, "The user was changed meanwhile; try again")
        renewed = await _open(changed, browser, ports)
        await ports.sessions.end_others(user.user_id, but=renewed.session.session_id)
    return renewed


async def end_one(entered: Entered, session_id: str, browser: Browser, ports: Ports) -> bool:
    """End one session of the same user; False where it has none of this id."""
    async with audited(viewer_of(entered.user), "auth.end_session", session_id, browser, ports) as act:
        ended = await ports.sessions.end(entered.user.user_id, session_id)
        if not ended:
            act.refused(404)
        return ended


async def end_others(entered: Entered, browser: Browser, ports: Ports) -> None:
    """End every other session of the same user."""
    async with audited(viewer_of(entered.user), "auth.end_sessions", entered.user.user_id, browser, ports):
        await ports.sessions.end_others(entered.user.user_id, but=entered.session.session_id)


async def _charge(key: str, patience: Patience, ports: Ports) -> None:
    for _ in range(MOST_RACES):
        now = ports.clock.now()
        known = await ports.attempts.find(key)
        wait = still_to_wait(known, patience, now)
        if wait:
            seconds = max(1, round(wait.total_seconds()))
            log.warning("login.locked_out", seconds=seconds)
            raise Refusal(429, f"Too many attempts: wait {seconds} s", {"Retry-After": str(seconds)})
        if await ports.attempts.charge(key, one_more(known, now), known):
            return
    raise Refusal(429, "Too many attempts at once: wait a moment", {"Retry-After": "1"})


async def _matches(password: str, user: User | None, ports: Ports) -> bool:
    try:
        return await ports.passwords.matches(normal(password), user.password_hash if user else None)
    except TooManyLogins as crowd:
        raise Refusal(503, "Too many people are logging in: try again in a moment", {"Retry-After": "2"}) from crowd


async def _with_password(user: User, password: str, now: datetime, ports: Ports) -> User:
    hashed = await ports.passwords.hash(normal(password))
    return user.model_copy(update={"password_hash": hashed, "must_change_password": False, "updated_at": now})


async def _open(user: User, browser: Browser, ports: Ports) -> Entered:
    cookie = ports.new_secret()
    session = opened(cookie, user.user_id, browser, ports.session_terms, ports.clock.now())
    await ports.sessions.add(session)
    log.info("session.opened", user_id=user.user_id, role=user.role)
    return Entered(user, session, cookie)


async def _record_refusal(user: User | None, browser: Browser, ports: Ports) -> None:
    """What was typed as a name is kept only where it is one: people type passwords there."""
    who = viewer_of(user) if user else NOBODY
    subject = user.user_id if user else "(unknown name)"
    async with audited(who, "auth.login", subject, browser, ports) as act:
        act.refused(401)
    log.warning("login.refused", user_id=user.user_id if user else None)
