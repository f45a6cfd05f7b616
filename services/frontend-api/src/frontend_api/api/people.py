"""Users and the audit trail, for admins; invitations, for who holds one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from mathematricks.contracts.people import (
    Acceptance,
    AuditTrail,
    InvitationView,
    Invited,
    NewUser,
    UserChange,
    UserLine,
    UserList,
    ZoneChoice,
)
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.users import User, Who

from frontend_api.api.desk import Before, Limit, page_router
from frontend_api.api.entrance import TRY_LATER, at_the_door, who
from frontend_api.api.who import CREDENTIALS, MAY_REFUSE, Fresh, Here, Wired, browser_of, guarded, not_there, set_cookie
from frontend_api.domain.visibility import Page
from frontend_api.handlers import people
from frontend_api.ports import AuditQuestion

Text = Annotated[str | None, Query(min_length=1, max_length=100)]
Token = Annotated[str, Path(min_length=1, max_length=200)]
CONFLICT = {"model": Failure}
users = page_router(Page.USERS)
audit = page_router(Page.AUDIT)
invitations = APIRouter(prefix="/api/invitations", tags=["auth"], responses=MAY_REFUSE)
oneself = APIRouter(
    prefix="/api/session", tags=["auth"], route_class=guarded(None), responses=MAY_REFUSE, dependencies=CREDENTIALS
)
routers = (users, audit, invitations, oneself)


async def named(user_id: Annotated[str, Path(min_length=1, max_length=200)], ports: Wired) -> User:
    """Return the user in the path; there is none such: 404."""
    user = await ports.users.find(user_id)
    if user is None:
        raise not_there()
    return user


Named = Annotated[User, Depends(named)]


@users.get("/users")
async def all_users(_: Here, ports: Wired) -> UserList:
    """Return everyone who may log in."""
    return await people.everyone(ports)


@users.post("/users", status_code=201, responses={409: CONFLICT}, dependencies=(Fresh,))
async def create_user(new: NewUser, here: Here, ports: Wired) -> Invited:
    """Let somebody in: the answer holds the invitation, shown this once. It needs a fresh second factor."""
    return await people.invite_new(new, here.viewer, here.browser, ports)


@users.patch("/users/{user_id}", responses={409: CONFLICT}, dependencies=(Fresh,))
async def change_user(user: Named, change: UserChange, here: Here, ports: Wired) -> UserLine:
    """Change a user's time zone, or whether they need a second factor."""
    return await people.change(user, change, here.viewer, here.browser, ports)


@users.post("/users/{user_id}/invitation", responses={409: CONFLICT}, dependencies=(Fresh,))
async def invite_again(user: Named, here: Here, ports: Wired) -> Invited:
    """Invite a user to choose a (new) password; earlier invitations are void."""
    return await people.invite_again(user, here.viewer, here.browser, ports)


@users.post("/users/{user_id}/disable", responses={409: CONFLICT})
async def disable_user(user: Named, here: Here, ports: Wired) -> UserLine:
    """Put a user out, now; like every stop, it asks for no code."""
    return await people.disable(user, here.viewer, here.browser, ports)


@users.post("/users/{user_id}/enable", responses={409: CONFLICT}, dependencies=(Fresh,))
async def enable_user(user: Named, here: Here, ports: Wired) -> UserLine:
    """Let a user log in again."""
    return await people.enable(user, here.viewer, here.browser, ports)


@users.post("/users/{user_id}/revoke-sessions")
async def revoke_sessions(user: Named, here: Here, ports: Wired) -> UserLine:
    """End every session of a user."""
    return await people.revoke_sessions(user, here.viewer, here.browser, ports)


@users.post("/users/{user_id}/reset-second-factor", responses={409: CONFLICT}, dependencies=(Fresh,))
async def reset_second_factor(user: Named, here: Here, ports: Wired) -> UserLine:
    """Forget a user's second factor and passkeys: the device is lost. Every session of theirs ends."""
    return await people.reset_second_factor(user, here.viewer, here.browser, ports)


def asked_of_the_trail(
    limit: Limit = 50,
    actor: Text = None,
    action: Annotated[str | None, Query(pattern=r"^[a-z_.]{1,100}$", examples=["auth", "auth.login"])] = None,
    since: Before = None,
    before: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
) -> AuditQuestion:
    """Return which entries are asked for: *action* is one, or what several begin with; *before* an entry's id."""
    return AuditQuestion(limit, actor, action, since, before)


@audit.get("/audit")
async def audit_trail(
    _: Here, asked: Annotated[AuditQuestion, Depends(asked_of_the_trail)], ports: Wired
) -> AuditTrail:
    """Return who did what to what, the newest first."""
    lines = await ports.audit.newest(asked)
    return AuditTrail(items=tuple(lines), next=lines[-1].entry_id if len(lines) == asked.limit else None)


@oneself.put("/time-zone", responses={409: CONFLICT})
async def choose_time_zone(choice: ZoneChoice, here: Here, ports: Wired) -> Who:
    """Choose the time zone in which one reads."""
    return who(await people.choose_zone(here.session(), choice.time_zone, here.browser, ports), ports)


@invitations.get("/{token}")
async def invitation(token: Token, ports: Wired) -> InvitationView:
    """Return whom an invitation is for: name and role, no more."""
    found = await people.invitation_view(token, ports)
    if found is None:
        raise not_there()
    return found


@invitations.post("/{token}/accept", responses={409: CONFLICT, 429: TRY_LATER})
async def accept(token: Token, acceptance: Acceptance, request: Request, response: Response, ports: Wired) -> Who:
    """Choose the first password, and be logged in."""
    at_the_door(request)
    entered = await people.accept(token, acceptance, browser_of(request), ports)
    set_cookie(response, entered, request.app.state.settings)
    return who(entered, ports)
