"""Logging in and out, passwords and sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.users import LoginRequest, Need, OpenSession, PasswordChange, SessionList, Who
from mathematricks.runtime.http import Refusal

from frontend_api.api.who import (
    ANY,
    CREDENTIALS,
    MAY_REFUSE,
    Here,
    Wired,
    browser_of,
    cookie_of,
    from_here,
    guarded,
    not_there,
    set_cookie,
)
from frontend_api.domain.people import need_of
from frontend_api.domain.second_factor import FRESH_FOR
from frontend_api.domain.sessions import csrf_token_of
from frontend_api.handlers import entrance
from frontend_api.handlers.sessions import Entered
from frontend_api.ports import Ports
from frontend_api.settings import Settings

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
TRY_LATER = {"model": Failure, "headers": {"Retry-After": {"schema": {"type": "integer"}}}}
open_router = APIRouter(prefix="/api/auth", tags=["auth"], responses=MAY_REFUSE)


def auth_router(*meets: Need) -> APIRouter:
    """Return a router for everyone who is in, though they have one of *meets* to do first."""
    return APIRouter(
        prefix="/api/auth",
        tags=["auth"],
        route_class=guarded(None, frozenset(meets)),
        responses=MAY_REFUSE,
        dependencies=CREDENTIALS,
    )


threshold = auth_router(*ANY)
password = auth_router("password")
router = auth_router()
routers = (open_router, threshold, password, router)


@open_router.post("/login", responses={429: TRY_LATER})
async def log_in(login: LoginRequest, request: Request, response: Response, ports: Wired) -> Who:
    """Open a session: its cookie is set, its CSRF token is in the answer, and what it needs before anything else."""
    at_the_door(request)
    entered = await entrance.log_in(login, browser_of(request), cookie_of(request), ports)
    set_cookie(response, entered, request.app.state.settings)
    return who(entered, ports)


@threshold.post("/logout", status_code=204)
async def log_out(here: Here, request: Request, response: Response, ports: Wired) -> None:
    """End this session."""
    await entrance.log_out(here.session(), here.browser, ports)
    settings: Settings = request.app.state.settings
    response.delete_cookie(settings.cookie, path="/", secure=not settings.plain_http, httponly=True, samesite="strict")


@threshold.get("/session")
async def session(here: Here, ports: Wired) -> Who:
    """Return who is logged in, until when, and the CSRF token."""
    if here.entered is None:
        return Who(name=here.viewer.name, role=here.viewer.role)
    return who(here.entered, ports)


@password.post("/password", responses={409: {"model": Failure}, 429: TRY_LATER})
async def change_password(
    change: PasswordChange, here: Here, request: Request, response: Response, ports: Wired
) -> Who:
    """Change one's password; every other session ends, and this one gets a new cookie."""
    entered = await entrance.change_password(change, here.session(), here.browser, ports)
    set_cookie(response, entered, request.app.state.settings)
    return who(entered, ports)


@router.get("/sessions")
async def sessions(here: Here, ports: Wired) -> SessionList:
    """Return one's own open sessions, the last used first."""
    entered = here.entered
    mine = await ports.sessions.of(entered.user.user_id) if entered else ()
    return SessionList(
        items=tuple(
            OpenSession(
                **one.model_dump(include=OpenSession.model_fields.keys() - {"current"}),
                current=entered is not None and one.session_id == entered.session.session_id,
            )
            for one in mine
        )
    )


@router.delete("/sessions", status_code=204)
async def end_other_sessions(here: Here, ports: Wired) -> None:
    """End one's every session but this one."""
    entered = here.session()
    await entrance.end_others(entered, here.browser, ports)


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(session_id: Annotated[str, Path(min_length=1, max_length=200)], here: Here, ports: Wired) -> None:
    """End one of one's own sessions."""
    if not await entrance.end_one(here.session(), session_id, here.browser, ports):
        raise not_there()


def who(entered: Entered, ports: Ports) -> Who:
    """Return what a browser is told about its session."""
    user, session = entered.user, entered.session
    return Who(
        name=user.name,
        role=user.role,
        needs=need_of(user, session),
        must_change_password=user.must_change_password,
        time_zone=user.time_zone,
        second_factor=session.proven_at is not None,
        fresh_until=session.proven_at + FRESH_FOR if session.proven_at else None,
        csrf_token=csrf_token_of(session.session_id, ports.keys.csrf),
        idle_until=session.idle_until,
        ends_at=session.ends_at,
    )


def at_the_door(request: Request) -> None:
    """Refuse to let anyone in whom another site sent, or over plain HTTP from elsewhere than this machine."""
    from_here(request)
    settings: Settings = request.app.state.settings
    if settings.plain_http and not _is_local(request):
        raise Refusal(403, "Over plain HTTP one may log in on http://localhost only; elsewhere use HTTPS")


def _is_local(request: Request) -> bool:
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name.lower() in LOCAL_HOSTS
