"""The capital that a strategy may use: its share of the equity of all accounts of its mode (RULES 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Reason

from cerebro.domain.inputs import Allotted, Standing
from cerebro.domain.policy import Policy
from cerebro.domain.refused import Refused

HUNDRED = Decimal(100)


def percent_for(strategy_id: str, allotted: Allotted, policy: Policy) -> Decimal | Refused:
    """
    Return the strategy's per cent of equity.

    The fallback holds only while no allocation is ACTIVE; a strategy that an ACTIVE one leaves out,
    or gives 0, may open nothing.
    """
    if allotted.allocation_id is None:
        return policy.fallback_percent
    if not allotted.percent:
        return Refused(Reason.NO_ALLOCATION, f"The active allocation gives {strategy_id} nothing.")
    return allotted.percent


@dataclass(frozen=True, slots=True)
class Capital:
    """
    The money allotted to a strategy: *percent* per cent of *equity*, in the traded account's base currency.

    *in_use* is what its open and working entries tie up of it.
    """

    equity: Decimal
    percent: Decimal
    amount: Decimal
    in_use: Decimal = ZERO


def capital_for(
    strategy_id: str, allotted: Allotted, standings: Iterable[Standing], policy: Policy
) -> Capital | Refused:
    """Return the strategy's capital, or why it has none; a negative equity allots nothing."""
    percent = percent_for(strategy_id, allotted, policy)
    if isinstance(percent, Refused):
        return percent
    equity = ZERO
    for one in standings:
        if one.rate is None:
            return Refused(Reason.NO_QUOTE, f"No rate is known to convert the equity of {one.account}.")
        equity += one.equity * one.rate
    return Capital(equity, percent, max(ZERO, equity * percent / HUNDRED))
