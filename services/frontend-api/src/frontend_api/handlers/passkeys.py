"""Passkeys: adding and removing one's own, and logging in with one in the place of password and code."""

from __future__ import annotations

import structlog
from mathematricks.alerting.raise_hell import raise_hell
from mathematricks.contracts.passkeys import NewPasskey, Passkey, PasskeyCreation, PasskeyLine, PasskeyProof
from mathematricks.contracts.users import User
from mathematricks.runtime.http import Refusal
from webauthn.helpers import bytes_to_base64url

from frontend_api.domain.passkeys import (
    ALGORITHMS,
    ANSWERED_WITHIN,
    MOST,
    Ceremony,
    Site,
    challenge_hash,
    challenge_of,
    count_shown,
    is_in_time,
    line_of,
    made_by,
    passkey_id_of,
    ticket_for,
    user_handle_of,
    went_back,
)
from frontend_api.domain.people import needs_second_factor
from frontend_api.domain.second_factor import ISSUER
from frontend_api.domain.sessions import Browser
from frontend_api.domain.visibility import viewer_of
from frontend_api.handlers.attempts import charge_account, charge_address, forgive, refund
from frontend_api.handlers.audit import Act, audited
from frontend_api.handlers.entrance import NOBODY, end_cookie
from frontend_api.handlers.sessions import Entered, open_session
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

NAME = "frontend-api"
WRONG = "The passkey was not accepted: try again, or sign in with name and password"
TOO_LATE = "That took too long, or was shown before: try again"


def asked(ceremony: Ceremony, bound_to: str, ports: Ports) -> tuple[str, str]:
    """Return the ticket that a browser keeps and the challenge its authenticator answers; nothing is stored."""
    ticket = ticket_for(ports.new_secret(), ports.clock.now())
    return ticket, bytes_to_base64url(challenge_of(ticket, ceremony, bound_to, ports.keys.passkeys))


async def begin(entered: Entered, ports: Ports) -> tuple[str, PasskeyCreation]:
    """Return the ticket and what an authenticator needs to make a passkey for this session's user."""
    site, user = site_of(ports), entered.user
    ticket, challenge = asked("add", entered.session.session_id, ports)
    return ticket, PasskeyCreation(
        challenge=challenge,
        rp_id=site.rp_id,
        rp_name=ISSUER,
        user_id=user_handle_of(user.user_id),
        user_name=user.name,
        algorithms=tuple(int(each) for each in ALGORITHMS),
        known=tuple(each.credential_id for each in await ports.passkeys.of(user.user_id)),
    )


async def add(shown: NewPasskey, ticket: str | None, entered: Entered, browser: Browser, ports: Ports) -> PasskeyLine:
    """
    Return the passkey that was made for this session's user.

    Raises:
        Refusal: 403 where the answer is late, used, of another site or session or without user
            verification; 409 where the passkey is known, or there are too many.
    """
    site, user = site_of(ports), entered.user
    async with audited(viewer_of(user), "passkeys.add", user.user_id, browser, ports) as act:
        challenge = await _used_up(ticket, "add", entered.session.session_id, ports)
        made = made_by(shown, challenge, site)
        if made is None:
            raise Refusal(403, "The authenticator's answer was not accepted: try again")
        if len(await ports.passkeys.of(user.user_id)) >= MOST:
            raise Refusal(409, f"There are {MOST} passkeys: remove one first")
        passkey = Passkey(
            passkey_id=passkey_id_of(made.credential_id),
            user_id=user.user_id,
            name=shown.name,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            added_at=ports.clock.now(),
        )
        if not await ports.passkeys.add(passkey):
            raise Refusal(409, "This passkey is known already")
        act.answered(201, line_of(passkey).model_dump(mode="json"))
    return line_of(passkey)


async def remove(passkey_id: str, entered: Entered, browser: Browser, ports: Ports) -> bool:
    """Forget one of one's own passkeys; False where there is none such."""
    user = entered.user
    mine = [each for each in await ports.passkeys.of(user.user_id) if each.passkey_id == passkey_id]
    before = line_of(mine[0]).model_dump(mode="json") if mine else None
    async with audited(viewer_of(user), "passkeys.remove", passkey_id, browser, ports, before=before) as act:
        removed = await ports.passkeys.remove(user.user_id, passkey_id)
        if not removed:
            act.refused(404)
        return removed


async def log_in(
    shown: PasskeyProof, tickets: tuple[str | None, str | None], browser: Browser, ports: Ports
) -> Entered:
    """
    Return a new session: a passkey with user verification is two factors, and no site but ours gets its answer.

    *tickets* are the passkey's and the cookie that the browser had, whose session ends. Who must have
    an authenticator and has none sets it up first, as after a password.

    Raises:
        Refusal: 401 where it is nobody's, wrong, late, used or copied; 429 where one must wait.
    """
    site, (ticket, old_cookie) = site_of(ports), tickets
    await charge_address(browser, ports)
    passkey = await ports.passkeys.find(passkey_id_of(shown.credential_id))
    user = await ports.users.find(passkey.user_id) if passkey else None
    if passkey is not None:
        await charge_account("passkey", passkey.passkey_id, ports)
    who, subject = (viewer_of(user), user.user_id) if user else (NOBODY, "(unknown passkey)")
    async with audited(who, "auth.passkey", subject, browser, ports) as act:
        challenge = await _used_up(ticket, "login", "", ports)
        if passkey is None or user is None or user.disabled:
            raise Refusal(401, WRONG)
        await _count(count_shown(shown, passkey, challenge, site), passkey, user, act, ports)
        await end_cookie(old_cookie, ports)
        entered = await _enter(user, browser, ports)
    await forgive("passkey", passkey.passkey_id, ports)
    await refund(browser, ports)
    return entered


def site_of(ports: Ports) -> Site:
    """Return the site that passkeys belong to; refuse with 409 where the deployment names none."""
    if ports.site is None:
        raise Refusal(409, "There are no passkeys here: FRONTEND_API_PUBLIC_ORIGIN is not set")
    return ports.site


async def _used_up(ticket: str | None, ceremony: Ceremony, bound_to: str, ports: Ports) -> bytes:
    """Return the challenge of *ticket*, which counts this once: it is used up before the answer is looked at."""
    now = ports.clock.now()
    if ticket is None or not is_in_time(ticket, now):
        raise Refusal(401 if ceremony == "login" else 403, TOO_LATE)
    challenge = challenge_of(ticket, ceremony, bound_to, ports.keys.passkeys)
    if not await ports.passkeys.use_challenge(challenge_hash(challenge), now + ANSWERED_WITHIN):
        raise Refusal(401 if ceremony == "login" else 403, TOO_LATE)
    return challenge


async def _count(shown: int | None, passkey: Passkey, user: User, act: Act, ports: Ports) -> None:
    if shown is None:
        log.warning("passkey.refused", user_id=user.user_id)
        raise Refusal(401, WRONG)
    if went_back(passkey.sign_count, shown):
        act.after = {"passkey": passkey.passkey_id, "count_known": passkey.sign_count, "count_shown": shown}
        title = f"A passkey of {user.name} was used less often than we saw: there is a copy of it. Remove it"
        await raise_hell(ports.bus, NAME, f"copied-passkey:{passkey.passkey_id}", "critical", title, ports.clock.now())
        raise Refusal(401, "The passkey seems to be a copy: sign in with name and password, and remove it")
    if not await ports.passkeys.use(passkey, shown, ports.clock.now()):
        raise Refusal(401, WRONG)


async def _enter(user: User, browser: Browser, ports: Ports) -> Entered:
    factor = await ports.second_factors.find(user.user_id)
    must_enrol = needs_second_factor(user) and not (factor and factor.sealed)
    return await open_session(user, browser, ports, None if must_enrol else ports.clock.now())
