"""The book's CVaR between signals: recorded as it changes, and said aloud as it nears its limit."""

from __future__ import annotations

from datetime import timedelta

from mathematricks.contracts.decisions import PortfolioId
from mathematricks.contracts.risk import PortfolioRisk

from cerebro.domain.standing_risk import alarm_at, risk_of
from cerebro.handlers.ports import Ports

SAID_AGAIN = timedelta(seconds=30)
"""An unchanged figure is recorded anew after this time: its age tells that somebody still watches."""


async def watch(ports: Ports) -> None:
    """Record how each portfolio's risk stands, where it has changed or was last told a while ago."""
    history = ports.returns.current
    if history is None:
        return
    now, policy = ports.world.clock.now(), ports.world.rules.policy
    for portfolio, keeper in ports.keepers.items():
        risk = risk_of(keeper.book, history, policy, now)
        told = ports.risks.get(portfolio)
        if risk is None or (told is not None and _same(told, risk) and now - told.as_of < SAID_AGAIN):
            continue
        await ports.histories.tell(risk)
        await _say(portfolio, told, risk, ports)
        ports.risks[portfolio] = risk


async def _say(portfolio: PortfolioId, told: PortfolioRisk | None, risk: PortfolioRisk, ports: Ports) -> None:
    limit = ports.world.rules.policy.cvar_limit
    severity = alarm_at(risk.cvar, limit)
    if severity is None or (told is not None and alarm_at(told.cvar, limit) == severity):
        return
    title = f"CVaR of the {portfolio} book is {risk.cvar:.2%} of equity a day; its limit is {limit:.2%}"
    await ports.world.outbox.alarm(f"cvar.{portfolio}", severity, title, risk.as_of)


def _same(one: PortfolioRisk, other: PortfolioRisk) -> bool:
    return one.model_copy(update={"as_of": other.as_of}) == other
