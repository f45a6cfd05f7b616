"""Sessions: whose a cookie is, its renewal, and what happens to one that was stolen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.alerts import Severity
from mathematricks.contracts.users import Session, User

from frontend_api.domain.sessions import (
    Browser,
    Standing,
    half_opened,
    hash_of,
    is_due,
    is_open,
    opened,
    renewed,
    standing_of,
    touched,
)
from frontend_api.domain.visibility import viewer_of
from frontend_api.handlers.audit import audited
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

NAME = "frontend-api"


@dataclass(frozen=True)
class Entered:
    """Someone who is in: the user, the session, and the cookie that proves it; a new one is to be handed over."""

    user: User
    session: Session
    cookie: str
    is_new: bool = False


async def recognise(cookie: str, browser: Browser, ports: Ports) -> Entered | None:
    """
    Return who holds *cookie*; None where it is nobody's, expired, ended or its user disabled.

    A cookie whose successor is in use ends the session: one of the two is not in the user's hands.
    """
    session, now = await ports.sessions.find(hash_of(cookie)), ports.clock.now()
    if session is None or not is_open(session, now):
        return None
    user = await ports.users.find(session.user_id)
    if user is None or user.disabled:
        return None
    standing = standing_of(session, cookie, now)
    if standing == "stolen":
        await _end_stolen(user, session, browser, ports)
        return None
    if used := touched(session, standing, ports.session_terms, now):
        await ports.sessions.touch(used)
    return await _renewed_if_due(Entered(user, used or session, cookie), standing, ports)


async def open_session(user: User, browser: Browser, ports: Ports, proven_at: datetime | None = None) -> Entered:
    """Return a new, whole session of *user*, proven by a second factor at *proven_at*, or not."""
    cookie, now = ports.new_secret(), ports.clock.now()
    session = opened(cookie, user.user_id, browser, ports.session_terms, now)
    session = session.model_copy(update={"proven_at": proven_at})
    await ports.sessions.add(session)
    log.info("session.opened", user_id=user.user_id, role=user.role)
    return Entered(user, session, cookie, is_new=True)


async def open_half(user: User, browser: Browser, ports: Ports) -> Entered:
    """Return a session that is good for showing the second factor, and for nothing else."""
    cookie, now = ports.new_secret(), ports.clock.now()
    session = half_opened(opened(cookie, user.user_id, browser, ports.session_terms, now))
    await ports.sessions.add(session)
    return Entered(user, session, cookie, is_new=True)


async def proven(entered: Entered, ports: Ports) -> Entered:
    """Return the session with a second factor shown now."""
    session = entered.session.model_copy(update={"proven_at": ports.clock.now()})
    await ports.sessions.prove(session)
    return replace(entered, session=session)


async def renew(entered: Entered, standing: Standing, ports: Ports) -> Entered:
    """Return the session under its next cookie; another request may have been faster, then as it is."""
    cookie = ports.new_secret()
    session = renewed(entered.session, standing, cookie, ports.clock.now())
    if not await ports.sessions.renew(session, entered.session):
        return entered
    return Entered(entered.user, session, cookie, is_new=True)


async def _renewed_if_due(entered: Entered, standing: Standing, ports: Ports) -> Entered:
    if is_due(entered.session, standing, ports.clock.now()):
        return await renew(entered, standing, ports)
    return entered


async def _end_stolen(user: User, session: Session, browser: Browser, ports: Ports) -> None:
    async with audited(viewer_of(user), "auth.stolen_session", session.session_id, browser, ports) as act:
        await ports.sessions.end(user.user_id, session.session_id)
        act.refused(401)
    log.warning("session.stolen", user_id=user.user_id)
    severity: Severity = "critical" if user.role == "admin" else "warning"
    title = f"A cookie of {user.name} was shown again after its successor: the session has ended"
    await raise_hell(ports.bus, NAME, f"stolen-session:{user.user_id}", severity, title, ports.clock.now())
