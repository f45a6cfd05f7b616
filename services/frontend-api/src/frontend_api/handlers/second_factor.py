"""The second factor: setting it up, showing it, and the acts that ask for it once more."""

from __future__ import annotations

import structlog
from mathematricks.contracts.people import Enrolment, RecoveryCodes, SecondFactor, SecondFactorView
from mathematricks.contracts.users import User
from mathematricks.runtime.http import Refusal

from frontend_api.domain.people import needs_second_factor
from frontend_api.domain.second_factor import (
    RECOVERY_CODES,
    address_of,
    authenticator_secret,
    is_digits,
    is_fresh,
    plain,
    qr_of,
    recovery_codes,
    recovery_hash,
    step_shown,
)
from frontend_api.domain.sessions import Browser
from frontend_api.domain.visibility import viewer_of
from frontend_api.handlers.attempts import charge_account, forgive
from frontend_api.handlers.audit import audited
from frontend_api.handlers.sessions import Entered, open_session, proven, renew
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

WRONG = "The code is wrong, or was used before: wait for the next one"
ASK_AGAIN = "second factor needed"


async def enter(code: str, half: Entered, browser: Browser, ports: Ports) -> Entered:
    """Return the whole session that a right *code* opens; the half one ends. Refuse with 403 or 429."""
    if not half.session.awaits_code:
        raise Refusal(409, "This session has shown its second factor")
    await show(code, "auth.second_factor", half, browser, ports)
    entered = await open_session(half.user, browser, ports, ports.clock.now())
    await ports.sessions.end(half.user.user_id, half.session.session_id)
    return entered


async def step_up(code: str, entered: Entered, browser: Browser, ports: Ports) -> Entered:
    """Return the session, fresh for dangerous acts. Refuse with 403 a wrong code, with 429 too many."""
    await show(code, "auth.step_up", entered, browser, ports)
    return await proven(entered, ports)


async def show(code: str, action: str, entered: Entered, browser: Browser, ports: Ports) -> None:
    """Use up *code*; refuse it with 403 where it is wrong or was used before, with 429 after too many."""
    user = entered.user
    await charge_account("code", user.user_id, ports)
    async with audited(viewer_of(user), action, user.user_id, browser, ports):
        if not await _use(plain(code), await ports.second_factors.find(user.user_id), ports):
            log.warning("second_factor.refused", user_id=user.user_id)
            raise Refusal(403, WRONG)
    await forgive("code", user.user_id, ports)


async def begin(entered: Entered, ports: Ports) -> Enrolment:
    """Return a new secret for an authenticator; the one in use stays until a code confirms the new one."""
    user, known = entered.user, await ports.second_factors.find(entered.user.user_id)
    if known and known.sealed:
        be_fresh(entered, ports)
    secret, now = authenticator_secret(ports.new_secret()), ports.clock.now()
    factor = known or SecondFactor(user_id=user.user_id, updated_at=now)
    sealed = ports.sealer.seal(secret, user.user_id)
    await ports.second_factors.put(factor.model_copy(update={"pending": sealed, "updated_at": now}))
    uri = address_of(secret, user.name)
    return Enrolment(secret=secret, uri=uri, qr=qr_of(uri))


async def confirm(code: str, entered: Entered, browser: Browser, ports: Ports) -> tuple[Entered, RecoveryCodes]:
    """
    Return the session, renewed and proven, and the recovery codes; every other session ends.

    Raises:
        Refusal: 409 where no enrolment was begun, 403 where *code* is not of the new secret, 429.
    """
    user = entered.user
    factor = await ports.second_factors.find(user.user_id)
    if factor is None or factor.pending is None:
        raise Refusal(409, "Begin first: POST /api/session/enrolment")
    if factor.sealed:
        be_fresh(entered, ports)
    await charge_account("code", user.user_id, ports)
    async with audited(viewer_of(user), "auth.enrolment", user.user_id, browser, ports):
        secret = ports.sealer.unseal(factor.pending, user.user_id)
        step = step_shown(secret, plain(code), ports.clock.now())
        if step is None:
            raise Refusal(403, "The code is wrong: is the clock of the authenticator right?")
        taken_up = {"sealed": factor.pending, "pending": None, "last_step": step}
        codes = await _put_with_codes(factor.model_copy(update=taken_up), ports)
        entered = await renew(await proven(entered, ports), "newest", ports)
        await ports.sessions.end_others(user.user_id, but=entered.session.session_id)
    await forgive("code", user.user_id, ports)
    return entered, codes


async def new_recovery_codes(entered: Entered, browser: Browser, ports: Ports) -> RecoveryCodes:
    """Return new recovery codes, the old ones are void. Refuse with 409 those without a factor, 403 a stale one."""
    factor = await _enrolled(entered.user, ports)
    be_fresh(entered, ports)
    async with audited(viewer_of(entered.user), "auth.recovery_codes", entered.user.user_id, browser, ports):
        return await _put_with_codes(factor, ports)


async def give_up(entered: Entered, browser: Browser, ports: Ports) -> None:
    """Do without a second factor. Refuse with 409 those who need one, with 403 without a fresh code."""
    await _enrolled(entered.user, ports)
    if needs_second_factor(entered.user):
        raise Refusal(409, "Your role needs a second factor")
    be_fresh(entered, ports)
    async with audited(viewer_of(entered.user), "auth.no_second_factor", entered.user.user_id, browser, ports):
        await ports.second_factors.remove(entered.user.user_id)


async def own(user: User, ports: Ports) -> SecondFactorView:
    """Return how the user's second factor stands."""
    factor = await ports.second_factors.find(user.user_id)
    return SecondFactorView(
        enrolled=bool(factor and factor.sealed),
        required=needs_second_factor(user),
        recovery_codes_left=len(factor.recovery) if factor else 0,
    )


def be_fresh(entered: Entered, ports: Ports) -> None:
    """Refuse with 403 where no second factor was shown in the last minutes; ``reason`` says so to programs."""
    if not is_fresh(entered.session.proven_at, ports.clock.now()):
        raise Refusal(403, "Show a code first: POST /api/session/step-up", reason=ASK_AGAIN)


async def _use(code: str, factor: SecondFactor | None, ports: Ports) -> bool:
    if factor is None or factor.sealed is None:
        return False
    if not is_digits(code):
        return await ports.second_factors.use_recovery(
            factor.user_id, recovery_hash(code, factor.user_id, ports.keys.recovery)
        )
    secret = ports.sealer.unseal(factor.sealed, factor.user_id)
    step = step_shown(secret, code, ports.clock.now(), after=factor.last_step)
    return step is not None and await ports.second_factors.use_step(factor.user_id, step)


async def _enrolled(user: User, ports: Ports) -> SecondFactor:
    factor = await ports.second_factors.find(user.user_id)
    if factor is None or factor.sealed is None:
        raise Refusal(409, "There is no second factor: POST /api/session/enrolment")
    return factor


async def _put_with_codes(factor: SecondFactor, ports: Ports) -> RecoveryCodes:
    codes = recovery_codes(ports.new_secret() for _ in range(RECOVERY_CODES))
    hashed = tuple(recovery_hash(code, factor.user_id, ports.keys.recovery) for code in codes)
    await ports.second_factors.put(factor.model_copy(update={"recovery": hashed, "updated_at": ports.clock.now()}))
    return RecoveryCodes(codes=codes)
