"""The authority moves to another version, by an entry in the sequence that it decides."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import SystemRandom

import structlog
from mathematricks.contracts.decisions import PortfolioId
from mathematricks.contracts.shadows import AuthorityView, PromotionRequest, Reign, VersionSeen
from mathematricks.runtime.errors import Refusal
from mathematricks.runtime.failpoints import failpoint

from cerebro.domain.authority import Act, authority_from, first_authority, promotion_of, reigns_of
from cerebro.handlers.ports import PORTFOLIOS, Ports
from cerebro.handlers.signals import on_signal

log = structlog.get_logger(__name__)

SEEN_WITHIN = timedelta(seconds=30)
TRIES = 500
LONGEST_JITTER = 0.02
ROUNDS = 10
_random = SystemRandom()


async def promote(wanted: PromotionRequest, by: str, ports: Ports) -> AuthorityView:
    """
    Give the authority to a version that runs, and return every reign; done already, it is done.

    Raises:
        Refusal: 404 the version never ran here, 409 it does not run now, 503 deciding never paused.
    """
    await _must_run(wanted.version, ports)
    act = Act(by, wanted.reason, ports.world.clock.now())
    for portfolio in (wanted.portfolio,) if wanted.portfolio else PORTFOLIOS:
        await _promote(portfolio, wanted.version, act, ports)
        await ports.queues[portfolio].keep_up()
    return await authority_view(ports)


async def authority_view(ports: Ports) -> AuthorityView:
    """Return every reign of both portfolios and the versions that run."""
    reigns: list[Reign] = []
    for portfolio in PORTFOLIOS:
        now = await ports.world.authorities.current(portfolio)
        if now is None:
            continue
        promotions = await ports.world.authorities.promotions(portfolio)
        reigns += reigns_of(first_authority(now, promotions), promotions)
    return AuthorityView(reigns=tuple(reigns), versions=tuple(await ports.world.authorities.versions()))


async def take_up(ports: Ports) -> None:
    """
    Decide every accepted signal that nobody has decided, now that this version has the authority.

    Signals are recorded before they are announced, so what this version left to the other is found there.
    """
    missed = {signal.signal_id for signal in await ports.shadows.undecided()}
    for _ in range(ROUNDS):
        waiting = [signal for signal in await ports.shadows.undecided() if signal.signal_id in missed]
        if not waiting:
            return
        log.info("authority.takes_up", signals=len(waiting))
        await asyncio.gather(*(on_signal(signal, ports) for signal in waiting), return_exceptions=True)
        await asyncio.sleep(LONGEST_JITTER)


async def tell(ports: Ports) -> None:
    """Record that this version runs."""
    rules = ports.world.rules
    seen = VersionSeen(version=rules.version, code_version=rules.code_version, seen_at=ports.world.clock.now())
    await ports.world.authorities.tell(seen)
    await failpoint("cerebro.version_told")


async def _must_run(version: str, ports: Ports) -> None:
    seen = {one.version: one.seen_at for one in await ports.world.authorities.versions()}
    if version not in seen:
        raise Refusal(404, f"No Cerebro of version {version} has ever run here; start one with CEREBRO_SHADOW=true")
    if ports.world.clock.now() - seen[version] > SEEN_WITHIN:
        raise Refusal(409, f"Cerebro {version} does not run now: it was last seen at {seen[version]:%Y-%m-%d %H:%M:%S}")


async def _promote(portfolio: PortfolioId, version: str, act: Act, ports: Ports) -> None:
    """Take the next number before the version that reigns does; it decides on, so it may take some tries."""
    authorities = ports.world.authorities
    for _ in range(TRIES):
        reigning = await authorities.of(portfolio, version, act.at)
        await failpoint("cerebro.authority_asked")
        promotion = promotion_of(version, reigning, await authorities.head(portfolio), act)
        if promotion is None:
            return
        promoted = await authorities.promote(promotion, authority_from(promotion))
        await failpoint("cerebro.promoted")
        if promoted:
            log.info("authority.promoted", portfolio=portfolio, version=version, seq=promotion.seq, by=act.by)
            return
        await asyncio.sleep(_random.uniform(0, LONGEST_JITTER))
    raise Refusal(503, "Decisions come too fast for a promotion to get in between; try again in a moment")
