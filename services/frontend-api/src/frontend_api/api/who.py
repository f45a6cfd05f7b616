"""Who is asking: known before anything else of a request is read; what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.users import Need
from mathematricks.runtime.addresses import client_of
from mathematricks.runtime.http import Refusal, caller_of, ports_of
from starlette.exceptions import HTTPException

from frontend_api.domain.people import need_of
from frontend_api.domain.sessions import COOKIE, Browser, csrf_matches
from frontend_api.domain.visibility import Page, Viewer, may_open, viewer_of
from frontend_api.handlers.second_factor import be_fresh
from frontend_api.handlers.sessions import Entered, recognise
from frontend_api.ports import Ports
from frontend_api.settings import Settings

CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BEARERS = ("admin", "service")
ANY: frozenset[Need] = frozenset({"code", "password", "enrolment"})
FIRST: dict[Need, str] = {
    "code": "Show a code first: POST /api/session/second-factor",
    "password": "Change the password first: POST /api/auth/password",
    "enrolment": "Set up a second factor first: POST /api/session/enrolment",
}
CREDENTIALS = (
    Depends(APIKeyCookie(name=COOKIE, scheme_name="session", auto_error=False)),
    Depends(HTTPBearer(scheme_name="token", auto_error=False)),
)
"""Said for the reader of the OpenAPI document alone; the guard is what looks at them."""
MAY_REFUSE: dict[int | str, dict[str, Any]] = {
    status: {"model": Failure} for status in (400, 401, 403, 404, 413, 422, 503)
}


@dataclass(frozen=True)
class Presence:
    """Someone who may ask: by a browser's session, or (``entered`` is None) by a token of the desk's own."""

    viewer: Viewer
    browser: Browser
    entered: Entered | None = None

    def session(self) -> Entered:
        """Return the session; refuse those who have none to speak of."""
        if self.entered is None:
            raise Refusal(403, "A token has no session: log in with a name and a password for that")
        return self.entered


def guarded(page: Page | None, meets: frozenset[Need] = frozenset()) -> type[APIRoute]:
    """
    Return the kind of route that only those who may open *page* get through to; None: everyone who is in.

    It is closed to those who have something to do first, unless it is where they do it (*meets*).
    The session's next cookie, where it is due, goes with the answer.
    """

    class Guarded(APIRoute):
        opens = page
        is_met_for = meets

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def guard_and_handle(request: Request) -> Response:
                presence = await let_in(request, page, meets)
                request.state.presence = presence
                response = await handle(request)
                if presence.entered and presence.entered.is_new and "set-cookie" not in response.headers:
                    set_cookie(response, presence.entered, request.app.state.settings)
                return response

            return guard_and_handle

    return Guarded


async def let_in(request: Request, page: Page | None, meets: frozenset[Need]) -> Presence:
    """
    Return who asks; refuse everyone else.

    Raises:
        Refusal: 401 not logged in, 404 not for this role, 403 a change without its CSRF token, or
            something that must be done first (``reason`` says which need).
    """
    presence = await _recognised(request)
    if page is not None and not may_open(presence.viewer, page):
        raise not_there()
    if presence.entered is not None:
        if request.method not in SAFE:
            _same_page(request, presence.entered)
        need = need_of(presence.entered.user, presence.entered.session)
        if need is not None and need not in meets:
            raise Refusal(403, FIRST[need], reason=need)
    return presence


async def _recognised(request: Request) -> Presence:
    browser = browser_of(request)
    if "authorization" in request.headers:
        caller = caller_of(request)
        if caller.role not in BEARERS:
            raise Refusal(401, "Log in with a name and a password")
        return Presence(Viewer(caller.name, "admin"), browser)
    ports: Ports = ports_of(request)
    cookie = cookie_of(request)
    entered = await recognise(cookie, browser, ports) if cookie else None
    if entered is None:
        raise Refusal(401, "Log in first: POST /api/auth/login")
    return Presence(viewer_of(entered.user), browser, entered)


def not_there() -> HTTPException:
    """Return the refusal that an address nobody serves gets, to the letter."""
    return HTTPException(404)


def _same_page(request: Request, entered: Entered) -> None:
    """Refuse a change that another site may have had the browser send."""
    ports: Ports = ports_of(request)
    from_here(request)
    if not csrf_matches(request.headers.get(CSRF_HEADER, ""), entered.session.session_id, ports.keys.csrf):
        raise Refusal(403, f"Show the session's token in the header {CSRF_HEADER}: GET /api/auth/session tells it")


def from_here(request: Request) -> None:
    """Refuse what the browser itself says another site caused, be it a neighbour under the same domain."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Refusal(403, "Another site asked for that")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Refusal(403, "Another site asked for that")


def browser_of(request: Request) -> Browser:
    """Return where *request* comes from, in a form that can be kept."""
    settings: Settings = request.app.state.settings
    address = client_of(request, settings.trusted_proxies)
    return Browser(address[:100], request.headers.get("user-agent", "")[:200])


def cookie_of(request: Request) -> str | None:
    """Return the session cookie that *request* shows."""
    settings: Settings = request.app.state.settings
    return request.cookies.get(settings.cookie)


def set_cookie(response: Response, entered: Entered, settings: Settings) -> None:
    """Hand over the session's cookie: out of reach of scripts and of other sites."""
    response.set_cookie(
        settings.cookie,
        entered.cookie,
        max_age=int(settings.session_life.total_seconds()),
        path="/",
        secure=not settings.plain_http,
        httponly=True,
        samesite="strict",
    )


def fresh(request: Request, ports: Annotated[Ports, Depends(ports_of)]) -> None:
    """Refuse a dangerous act without a second factor of the last minutes; a token of the desk's own is one."""
    if (entered := present(request).entered) is not None:
        be_fresh(entered, ports)


def present(request: Request) -> Presence:
    """Return who asks, as the guard found out."""
    presence: Presence = request.state.presence
    return presence


Here = Annotated[Presence, Depends(present)]
Wired = Annotated[Ports, Depends(ports_of)]
Fresh = Depends(fresh)
"""A dependency of every route that does something dangerous; stopping is never one."""
