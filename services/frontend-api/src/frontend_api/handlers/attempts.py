"""Every attempt at a secret is charged before it is looked at, so that guessing takes for ever."""

from __future__ import annotations

import structlog
from mathematricks.contracts.users import User
from mathematricks.runtime.http import Refusal

from frontend_api.domain.lockout import ADDRESS, NAME, Patience, attempts_key, one_more, still_to_wait
from frontend_api.domain.passwords import normal
from frontend_api.domain.sessions import Browser
from frontend_api.door_ports import TooManyLogins
from frontend_api.ports import Ports

log = structlog.get_logger(__name__)

MOST_RACES = 5


async def charge_address(browser: Browser, ports: Ports) -> None:
    """Count an attempt of an address; refuse with 429 where it must wait."""
    await _charge(address_key(browser, ports), ADDRESS, ports)


async def charge_account(kind: str, account: str, ports: Ports) -> None:
    """Count an attempt at one account's secret of this *kind*; refuse with 429 where it must wait."""
    await _charge(attempts_key(kind, account, ports.keys.attempts), NAME, ports)


async def forgive(kind: str, account: str, ports: Ports) -> None:
    """Forget the failures of an account: the secret was right."""
    await ports.attempts.forgive(attempts_key(kind, account, ports.keys.attempts))


async def refund(browser: Browser, ports: Ports) -> None:
    """Take back the last attempt of an address, and no other: it may be many people's."""
    await ports.attempts.refund(address_key(browser, ports))


def address_key(browser: Browser, ports: Ports) -> str:
    """Return what the attempts of an address are kept under."""
    return attempts_key("address", browser.address, ports.keys.attempts)


async def matches(password: str, user: User | None, ports: Ports) -> bool:
    """Return whether *password* is the user's; nobody's takes as long. Refuse with 503 in a crowd."""
    try:
        return await ports.passwords.matches(normal(password), user.password_hash if user else None)
    except TooManyLogins as crowd:
        raise Refusal(503, "Too many people are logging in: try again in a moment", {"Retry-After": "2"}) from crowd


async def _charge(key: str, patience: Patience, ports: Ports) -> None:
    for _ in range(MOST_RACES):
        now = ports.clock.now()
        known = await ports.attempts.find(key)
        wait = still_to_wait(known, patience, now)
        if wait:
            seconds = max(1, round(wait.total_seconds()))
            log.warning("login.locked_out", seconds=seconds)
            raise Refusal(429, f"Too many attempts: wait {seconds} s", {"Retry-After": str(seconds)})
        if await ports.attempts.charge(key, one_more(known, now), known):
            return
    raise Refusal(429, "Too many attempts at once: wait a moment", {"Retry-After": "1"})
