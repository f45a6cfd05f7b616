"""The second factor of one's own session: setting it up, showing it, and doing without."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from mathematricks.contracts.people import CodeShown, Enrolment, RecoveryCodes, SecondFactorView
from mathematricks.contracts.rest import Failure
from mathematricks.contracts.users import Need, Who

from frontend_api.api.entrance import TRY_LATER, who
from frontend_api.api.who import CREDENTIALS, MAY_REFUSE, Here, Wired, guarded, set_cookie
from frontend_api.handlers import second_factor


def session_router(*meets: Need) -> APIRouter:
    """Return a router for everyone who is in, though they have one of *meets* to do first."""
    return APIRouter(
        prefix="/api/session",
        tags=["second factor"],
        route_class=guarded(None, frozenset(meets)),
        responses=MAY_REFUSE | {409: {"model": Failure}, 429: TRY_LATER},
        dependencies=CREDENTIALS,
    )


threshold = session_router("code")
enrolling = session_router("enrolment")
router = session_router()
routers = (threshold, enrolling, router)


@threshold.post("/second-factor")
async def show_code(shown: CodeShown, here: Here, request: Request, response: Response, ports: Wired) -> Who:
    """Show the second factor after the password: the whole session opens, under a new cookie and CSRF token."""
    entered = await second_factor.enter(shown.code, here.session(), here.browser, ports)
    set_cookie(response, entered, request.app.state.settings)
    return who(entered, ports)


@enrolling.get("/second-factor")
async def own_second_factor(here: Here, ports: Wired) -> SecondFactorView:
    """Return how one's own second factor stands."""
    return await second_factor.own(here.session().user, ports)


@enrolling.post("/enrolment")
async def begin_enrolment(here: Here, ports: Wired) -> Enrolment:
    """Begin to set up an authenticator; one in use is replaced once a code of the new one confirms it."""
    return await second_factor.begin(here.session(), ports)


@enrolling.post("/enrolment/confirm")
async def confirm_enrolment(
    shown: CodeShown, here: Here, request: Request, response: Response, ports: Wired
) -> RecoveryCodes:
    """Show a code of the new authenticator; the answer is the recovery codes, this once. Other sessions end."""
    entered, codes = await second_factor.confirm(shown.code, here.session(), here.browser, ports)
    set_cookie(response, entered, request.app.state.settings)
    return codes


@router.post("/recovery-codes")
async def new_recovery_codes(here: Here, ports: Wired) -> RecoveryCodes:
    """Return new recovery codes, this once; the old ones are void. It needs a fresh second factor."""
    return await second_factor.new_recovery_codes(here.session(), here.browser, ports)


@router.delete("/second-factor", status_code=204)
async def give_up_second_factor(here: Here, ports: Wired) -> None:
    """Do without a second factor, where one's role may. It needs a fresh one."""
    await second_factor.give_up(here.session(), here.browser, ports)


@router.post("/step-up")
async def step_up(shown: CodeShown, here: Here, ports: Wired) -> Who:
    """Show a code once more: for five minutes dangerous acts ask for no other."""
    return who(await second_factor.step_up(shown.code, here.session(), here.browser, ports), ports)
