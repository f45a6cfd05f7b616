"""Passkeys: signing in with one, and one's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from mathematricks.contracts.passkeys import (
    NewPasskey,
    PasskeyCreation,
    PasskeyLine,
    PasskeyList,
    PasskeyProof,
    PasskeyRequest,
    SignInWays,
)
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.users import Who

from frontend_api.api.entrance import TRY_LATER, at_the_door, who
from frontend_api.api.who import (
    CREDENTIALS,
    MAY_REFUSE,
    Fresh,
    Here,
    Wired,
    browser_of,
    cookie_of,
    guarded,
    not_there,
    set_cookie,
)
from frontend_api.domain.passkeys import ANSWERED_WITHIN, line_of
from frontend_api.handlers import passkeys
from frontend_api.settings import Settings

REFUSES = MAY_REFUSE | {409: {"model": Failure}}
entrance = APIRouter(prefix="/api/auth", tags=["auth"], responses=REFUSES)
own = APIRouter(
    prefix="/api/session/passkeys",
    tags=["passkeys"],
    route_class=guarded(None),
    responses=REFUSES,
    dependencies=CREDENTIALS,
)
routers = (entrance, own)


@entrance.get("/ways")
async def ways(ports: Wired) -> SignInWays:
    """Return how one may sign in here."""
    return SignInWays(passkeys=ports.site is not None)


@entrance.post("/passkey/challenge")
async def begin_login(request: Request, response: Response, ports: Wired) -> PasskeyRequest:
    """Return what a passkey must sign within five minutes, once, in this browser."""
    at_the_door(request)
    site = passkeys.site_of(ports)
    ticket, challenge = passkeys.asked("login", "", ports)
    _hand_over(ticket, request, response)
    return PasskeyRequest(challenge=challenge, rp_id=site.rp_id)


@entrance.post("/passkey", responses={429: TRY_LATER})
async def log_in(shown: PasskeyProof, request: Request, response: Response, ports: Wired) -> Who:
    """Open a session with a passkey, in the place of password and code; the answer is that of logging in."""
    at_the_door(request)
    tickets = (_ticket_of(request), cookie_of(request))
    entered = await passkeys.log_in(shown, tickets, browser_of(request), ports)
    set_cookie(response, entered, request.app.state.settings)
    _take_back(request, response)
    return who(entered, ports)


@own.get("")
async def own_passkeys(here: Here, ports: Wired) -> PasskeyList:
    """Return one's own passkeys."""
    mine = await ports.passkeys.of(here.session().user.user_id)
    return PasskeyList(items=tuple(line_of(each) for each in mine), offered=ports.site is not None)


@own.post("/challenge", dependencies=(Fresh,))
async def begin_adding(here: Here, request: Request, response: Response, ports: Wired) -> PasskeyCreation:
    """Return what an authenticator needs to make a passkey within five minutes. It needs a fresh second factor."""
    ticket, creation = await passkeys.begin(here.session(), ports)
    _hand_over(ticket, request, response)
    return creation


@own.post("", status_code=201, dependencies=(Fresh,))
async def add_passkey(shown: NewPasskey, here: Here, request: Request, response: Response, ports: Wired) -> PasskeyLine:
    """Keep the passkey that was made. It needs a fresh second factor."""
    line = await passkeys.add(shown, _ticket_of(request), here.session(), here.browser, ports)
    _take_back(request, response)
    return line


@own.delete("/{passkey_id}", status_code=204)
async def remove_passkey(
    passkey_id: Annotated[str, Path(min_length=1, max_length=200)], here: Here, ports: Wired
) -> None:
    """Forget one of one's own passkeys, now; like every stop, it asks for no code."""
    if not await passkeys.remove(passkey_id, here.session(), here.browser, ports):
        raise not_there()


def _ticket_of(request: Request) -> str | None:
    settings: Settings = request.app.state.settings
    return request.cookies.get(settings.passkey_cookie)


def _hand_over(ticket: str, request: Request, response: Response) -> None:
    settings: Settings = request.app.state.settings
    response.set_cookie(
        settings.passkey_cookie,
        ticket,
        max_age=int(ANSWERED_WITHIN.total_seconds()),
        path="/",
        secure=not settings.plain_http,
        httponly=True,
        samesite="strict",
    )


def _take_back(request: Request, response: Response) -> None:
    settings: Settings = request.app.state.settings
    secure = not settings.plain_http
    response.delete_cookie(settings.passkey_cookie, path="/", secure=secure, httponly=True, samesite="strict")
