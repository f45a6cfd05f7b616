"""Hard limits of one strategy (brief, Milestone 1.2): the day's loss; the position's size is a cap."""

from __future__ import annotations

from datetime import datetime

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Reason
from mathematricks.contracts.strategies import RiskLimits

from cerebro.domain.inputs import Day
from cerebro.domain.policy import Policy
from cerebro.domain.refused import Refused


def refuse_daily_loss(risk: RiskLimits, day: Day | None, now: datetime, policy: Policy) -> Refused | None:
    """
    Return RISK_LIMIT where the strategy has lost its limit today.

    The loss is what was realized today, net, and what open positions are under water; their gains
    excuse nothing. A strategy with a limit opens nothing while its results are unknown.
    """
    if risk.max_daily_loss is None:
        return None
    if day is None or now - day.as_of > policy.max_account_age:
        return Refused(
            Reason.ACCOUNT_STATE_STALE, "What the strategy made today is not known, and its daily loss is limited."
        )
    loss = -(day.realized + min(ZERO, day.unrealized))
    if loss < risk.max_daily_loss:
        return None
    return Refused(
        Reason.RISK_LIMIT, f"The strategy has lost {loss:,.2f} today; it may lose {risk.max_daily_loss:,.2f} a day."
    )
