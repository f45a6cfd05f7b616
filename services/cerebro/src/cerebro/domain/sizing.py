"""How large an entry would be before any cap: four kinds of sizing (RULES 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.accounting.lots import DOWN, round_down
from mathematricks.contracts.signals import Leg
from mathematricks.contracts.strategies import Sizing

WHOLES = (Decimal(1), Decimal(100))
"""An ``account_equity`` of 1 or 100 says that quantities are shares of it, not units."""

FINEST = Decimal(1).scaleb(-12)
"""The finest step of a sender's units that the book keeps."""

MOST = Decimal(10) ** 15
"""More units than this nobody means; it keeps every sum of them exact."""


def kind_of(configured: Sizing | None, account_equity: Decimal | None, leg: Leg) -> Sizing:
    """
    Return the kind of sizing: the strategy's own, else what its body says.

    A leg without a quantity leaves the size to the desk, which is kind ``capital``.
    """
    if leg.quantity is None:
        return "capital"
    if configured is not None:
        return "capital" if configured == "units" and not (account_equity and account_equity > 0) else configured
    if account_equity is None or account_equity <= 0:
        return "capital"
    return "share_of_equity" if account_equity in WHOLES else "units"


def senders_units(leg: Leg, account_equity: Decimal | None, kind: Sizing) -> Decimal | None:
    """Return the leg's quantity as the book keeps it: shares as fractions of 1, everything else as sent."""
    if leg.quantity is None:
        return None
    is_percent = kind in ("share_of_equity", "target") and account_equity == WHOLES[1]
    return round_down(min(MOST, leg.quantity / WHOLES[1] if is_percent else leg.quantity), FINEST)


@dataclass(frozen=True, slots=True)
class ToSize:
    """
    One leg to size, priced.

    Attributes:
        asked: The sender's units; None: left to the desk.
        unit_notional: Money that one unit is worth, in base currency.
        unit_cost: Capital that pays for one unit: its notional; a future's margin.
    """

    kind: Sizing
    asked: Decimal | None
    unit_notional: Decimal
    unit_cost: Decimal


def size_entry(legs: Sequence[ToSize], capital: Decimal, account_equity: Decimal | None) -> tuple[Decimal, ...]:
    """
    Return the units of each leg that the signal asks for, unrounded and before any cap.

    ``capital``: as many as the capital pays for, several legs in the proportion of their quantities
    (without quantities: of equal value). ``units``: the sender's units, times capital / his equity.
    ``share_of_equity`` and ``target``: the part of the capital that the sender's fraction names.

    Source: project brief, Milestone 1.2, "Enhanced Cerebro Position Sizing"; RULES 3.
    """
    together = _from_capital(legs, capital)
    wanted = (_one(leg, capital, account_equity, whole) for leg, whole in zip(legs, together, strict=True))
    return tuple(min(MOST, units) for units in wanted)


def _one(leg: ToSize, capital: Decimal, account_equity: Decimal | None, from_capital: Decimal) -> Decimal:
    if leg.kind == "units" and leg.asked is not None and account_equity:
        return DOWN.divide(DOWN.multiply(leg.asked, capital), account_equity)
    if leg.kind in ("share_of_equity", "target") and leg.asked is not None:
        return DOWN.divide(DOWN.multiply(capital, leg.asked), leg.unit_notional)
    return from_capital


def _from_capital(legs: Sequence[ToSize], capital: Decimal) -> tuple[Decimal, ...]:
    if len(legs) == 1:
        return (DOWN.divide(capital, legs[0].unit_cost),)
    ratios = [leg.asked if leg.asked else DOWN.divide(Decimal(1), leg.unit_cost) for leg in legs]
    cost = sum((ratio * leg.unit_cost for ratio, leg in zip(ratios, legs, strict=True)), Decimal(0))
    return tuple(DOWN.divide(DOWN.multiply(capital, ratio), cost) for ratio in ratios)
