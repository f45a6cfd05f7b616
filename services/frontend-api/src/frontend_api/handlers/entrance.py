"""In and out: logging in, changing a password, ending sessions."""

from __future__ import annotations

import structlog
from mathematricks.contracts.users import LoginRequest, PasswordChange, User
from mathematricks.runtime.http import Refusal

from frontend_api.domain.passwords import normal, weakness_of
from frontend_api.domain.people import login_name
from frontend_api.domain.sessions import Browser, hash_of
from frontend_api.domain.visibility import Viewer, viewer_of
from frontend_api.handlers.attempts import charge_account, charge_address, forgive, matches, refund
from frontend_api.handlers.audit import audited
from frontend_api.handlers.sessions import Entered, open_half, open_session
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

WRONG = "The name or the password is wrong"
NOBODY = Viewer("(nobody)", "client")


async def log_in(request: LoginRequest, browser: Browser, old_cookie: str | None, ports: Ports) -> Entered:
    """
    Return a new session, half open where a second factor is set up; the one that the browser had ends.

    Each attempt is charged before the password is looked at, and a name that does not exist takes
    as long and costs as much as one that does.

    Raises:
        Refusal: 401 where name and password do not belong together, 429 where one must wait.
    """
    name = login_name(request.name)
    await charge_address(browser, ports)
    await charge_account("name", name, ports)
    user = await ports.users.named(name)
    is_right = await matches(request.password, user, ports)
    if user is None or not is_right or user.disabled:
        await _record_refusal(user, browser, ports)
        raise Refusal(401, WRONG)
    await forgive("name", name, ports)
    await refund(browser, ports)
    await end_cookie(old_cookie, ports)
    async with audited(viewer_of(user), "auth.login", user.user_id, browser, ports):
        factor = await ports.second_factors.find(user.user_id)
        return await (open_half if factor and factor.sealed else open_session)(user, browser, ports)


async def end_cookie(cookie: str | None, ports: Ports) -> None:
    """End the session that a browser had, so that none can be planted on it."""
    if cookie and (old := await ports.sessions.find(hash_of(cookie))):
        await ports.sessions.end(old.user_id, old.session_id)


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
    await charge_account("name", user.name, ports)
    if not await matches(change.current, user, ports):
        raise Refusal(403, "The current password is wrong")
    await forgive("name", user.name, ports)
    if normal(change.new) == normal(change.current):
        raise Refusal(422, "The new password is the old one: choose another")
    async with audited(viewer_of(user), "auth.password", user.user_id, browser, ports):
        changed = await with_password(user, change.new, ports)
        renewed = await open_session(changed, browser, ports, entered.session.proven_at)
        await ports.sessions.end_others(user.user_id, but=renewed.session.session_id)
    return renewed


async def with_password(user: User, password: str, ports: Ports) -> User:
    """Return *user* under a new password; refuse with 422 a weak one, with 409 where another was faster."""
    if weakness := weakness_of(password, user.name):
        raise Refusal(422, weakness)
    hashed = await ports.passwords.hash(normal(password))
    given = {"password_hash": hashed, "must_change_password": False, "updated_at": ports.clock.now()}
    changed = user.model_copy(update=given)
    if not await ports.users.replace(changed, user):
        raise Refusal(409, "The user was changed meanwhile; try again")
    return changed


async def end_one(entered: Entered, session_id: str, browser: Browser, ports: Ports) -> bool:
    """End one session of the same user; False where it has none of this id."""
    async with audited(viewer_of(entered.user), "auth.end_session", session_id, browser, ports) as act:
        ended = await ports.sessions.end(entered.user.user_id, session_id)
        if not ended:
            act.refused(404)
        return ended


async def end_others(entered: Entered, browser: Browser, ports: Ports) -> None:
    """End every session of the same user but this one."""
    async with audited(viewer_of(entered.user), "auth.end_sessions", entered.user.user_id, browser, ports):
        await ports.sessions.end_others(entered.user.user_id, but=entered.session.session_id)


async def _record_refusal(user: User | None, browser: Browser, ports: Ports) -> None:
    """What was typed as a name is kept only where it is one: people type passwords there."""
    who = viewer_of(user) if user else NOBODY
    subject = user.user_id if user else "(unknown name)"
    async with audited(who, "auth.login", subject, browser, ports) as act:
        act.refused(401)
    log.warning("login.refused", user_id=user.user_id if user else None)
