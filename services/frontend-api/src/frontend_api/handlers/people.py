"""People: letting them in by invitation, and putting them out at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import available_timezones

from mathematricks.contracts.people import (
    Acceptance,
    Invitation,
    InvitationView,
    Invited,
    NewUser,
    UserChange,
    UserLine,
    UserList,
)
from mathematricks.contracts.users import User
from mathematricks.runtime.http import Refusal

from frontend_api.domain.people import invitation_for, invited, line_of
from frontend_api.domain.sessions import Browser, hash_of
from frontend_api.domain.visibility import Viewer, viewer_of
from frontend_api.handlers.attempts import charge_address, refund
from frontend_api.handlers.audit import audited
from frontend_api.handlers.entrance import with_password
from frontend_api.handlers.sessions import Entered, open_half, open_session
from frontend_api.ports import Ports

VOID = "The invitation is void: it was accepted, or is older than three days. Ask for another"


async def everyone(ports: Ports) -> UserList:
    """Return everyone who may log in."""
    factors, sessions = await ports.second_factors.all(), await ports.sessions.all()
    return UserList(
        items=tuple(
            line_of(user, factors.get(user.user_id), [one for one in sessions if one.user_id == user.user_id])
            for user in await ports.users.all()
        )
    )


async def invite_new(new: NewUser, viewer: Viewer, browser: Browser, ports: Ports) -> Invited:
    """Return a new user with the invitation to choose a password. Refuse with 409 a name that is taken."""
    known_zone(new.time_zone)
    user = invited(new, ports.clock.now())
    async with audited(viewer, "users.create", user.user_id, browser, ports) as act:
        if not await ports.users.add(user):
            raise Refusal(409, "The name is taken")
        told = await _invitation(user, viewer, ports)
        act.answered(201, told.user.model_dump(mode="json"))
        return told


async def invite_again(user: User, viewer: Viewer, browser: Browser, ports: Ports) -> Invited:
    """Return an invitation for *user* to choose another password; until then the old one holds."""
    async with audited(viewer, "users.invite", user.user_id, browser, ports):
        return await _invitation(user, viewer, ports)


async def change(user: User, wanted: UserChange, viewer: Viewer, browser: Browser, ports: Ports) -> UserLine:
    """Return *user* changed. Refuse with 409 an admin without a second factor."""
    given = wanted.model_dump(exclude_unset=True)
    if given.get("time_zone"):
        known_zone(given["time_zone"])
    if user.role == "admin" and given.get("second_factor_required") is False:
        raise Refusal(409, "Admins always need a second factor")
    kept = {name: value for name, value in given.items() if name != "time_zone" or value}
    return await _changed("users.change", user, kept, (viewer, browser), ports)


async def choose_zone(entered: Entered, zone: str, browser: Browser, ports: Ports) -> Entered:
    """Return the session with its user's time zone as they chose it. Refuse with 422 one that there is not."""
    known_zone(zone)
    user = entered.user
    changed = user.model_copy(update={"time_zone": zone, "updated_at": ports.clock.now()})
    async with audited(viewer_of(user), "users.time_zone", user.user_id, browser, ports, before=user.time_zone) as act:
        if not await ports.users.replace(changed, user):
            raise Refusal(409, "The user was changed meanwhile; try again")
        act.answered(200, zone)
    return replace(entered, user=changed)


async def disable(user: User, viewer: Viewer, browser: Browser, ports: Ports) -> UserLine:
    """Put *user* out: no login, and every session ends now. Refuse with 409 one's own name."""
    if user.name == viewer.name:
        raise Refusal(409, "Another admin disables you, so that one is always left")
    line = await _changed("users.disable", user, {"disabled": True}, (viewer, browser), ports)
    await ports.sessions.end_others(user.user_id, but="")
    await ports.invitations.withdraw(user.user_id)
    return line.model_copy(update={"sessions": 0})


async def enable(user: User, viewer: Viewer, browser: Browser, ports: Ports) -> UserLine:
    """Let *user* log in again."""
    return await _changed("users.enable", user, {"disabled": False}, (viewer, browser), ports)


async def revoke_sessions(user: User, viewer: Viewer, browser: Browser, ports: Ports) -> UserLine:
    """End every session of *user*."""

    async def end() -> None:
        await ports.sessions.end_others(user.user_id, but="")

    return await _done_to("users.revoke_sessions", user, end, (viewer, browser), ports)


async def reset_second_factor(user: User, viewer: Viewer, browser: Browser, ports: Ports) -> UserLine:
    """Forget second factor and passkeys of *user*, whose device is lost; sessions end. Refuse with 409 one's own."""
    if user.name == viewer.name:
        raise Refusal(409, "Another admin resets yours; the last one's: mathematricks user reset-second-factor")

    async def forget() -> None:
        await ports.second_factors.remove(user.user_id)
        await ports.passkeys.remove_all(user.user_id)
        await ports.sessions.end_others(user.user_id, but="")

    return await _done_to("users.reset_second_factor", user, forget, (viewer, browser), ports)


async def invitation_view(token: str, ports: Ports) -> InvitationView | None:
    """Return whom the invitation is for; None: it is void."""
    found = await _waiting(token, ports)
    return InvitationView(name=found[0].name, role=found[0].role) if found else None


async def accept(token: str, acceptance: Acceptance, browser: Browser, ports: Ports) -> Entered:
    """
    Return the session of who accepted, under the password they chose; every other session ends.

    Raises:
        Refusal: 404 where the invitation is void, 422 where the password is weak, 429.
    """
    await charge_address(browser, ports)
    found = await _waiting(token, ports)
    if found is None:
        raise Refusal(404, VOID)
    await refund(browser, ports)
    user, _ = found
    async with audited(viewer_of(user), "users.accept", user.user_id, browser, ports):
        user = await with_password(user, acceptance.password, ports)
        if not await ports.invitations.take(hash_of(token)):
            raise Refusal(404, VOID)
        await ports.sessions.end_others(user.user_id, but="")
        factor = await ports.second_factors.find(user.user_id)
        return await (open_half if factor and factor.sealed else open_session)(user, browser, ports)


def known_zone(name: str) -> None:
    """Refuse with 422 a time zone that there is not."""
    if name not in available_timezones():
        raise Refusal(422, "There is no such time zone: name one such as Europe/Zurich")


async def _waiting(token: str, ports: Ports) -> tuple[User, Invitation] | None:
    invitation = await ports.invitations.find(hash_of(token))
    if invitation is None or ports.clock.now() >= invitation.expires_at:
        return None
    user = await ports.users.find(invitation.user_id)
    return None if user is None or user.disabled else (user, invitation)


async def _invitation(user: User, viewer: Viewer, ports: Ports) -> Invited:
    token, invitation = ports.new_secret(), invitation_for(user, viewer.name, ports.clock.now())
    await ports.invitations.put(hash_of(token), invitation)
    return Invited(user=await _line(user, ports), token=token, expires_at=invitation.expires_at)


async def _changed(
    action: str, user: User, given: dict[str, Any], by: tuple[Viewer, Browser], ports: Ports
) -> UserLine:
    changed = user.model_copy(update={**given, "updated_at": ports.clock.now()})
    before = (await _line(user, ports)).model_dump(mode="json")
    async with audited(by[0], action, user.user_id, by[1], ports, before=before) as act:
        if not await ports.users.replace(changed, user):
            raise Refusal(409, "The user was changed meanwhile; try again")
        line = await _line(changed, ports)
        act.answered(200, line.model_dump(mode="json"))
        return line


async def _done_to(
    action: str, user: User, deed: Callable[[], Awaitable[None]], by: tuple[Viewer, Browser], ports: Ports
) -> UserLine:
    before = (await _line(user, ports)).model_dump(mode="json")
    async with audited(by[0], action, user.user_id, by[1], ports, before=before) as act:
        await deed()
        line = await _line(user, ports)
        act.answered(200, line.model_dump(mode="json"))
        return line


async def _line(user: User, ports: Ports) -> UserLine:
    factor = await ports.second_factors.find(user.user_id)
    return line_of(user, factor, list(await ports.sessions.of(user.user_id)))
