"""The 30 % rule: an entry is refused once the market has taken more than 30 % of its expected alpha."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.decisions import Reason
from mathematricks.contracts.signals import Leg

from cerebro.domain.policy import Policy
from cerebro.domain.pricing import FINEST, stop_price_of
from cerebro.domain.refused import Refused

MINUTE = Decimal(60_000)


@dataclass(frozen=True, slots=True)
class Moved:
    """
    One leg and how the market stands to it.

    Attributes:
        reference: Price the signal was made at; None: it named none.
        far: Price at which it would trade now; None: no quote.
        weight: Its notional, in base currency.
        bounded: It cannot trade beyond its own limit, so that nothing can slip.
    """

    side: Side
    reference: Decimal | None
    far: Decimal | None
    weight: Decimal
    bounded: bool


def reference_of(leg: Leg) -> Decimal | None:
    """Return the price that the leg's sender reckoned with: its trigger for a stop, else the price he saw."""
    price = stop_price_of(leg) if leg.order_type == "STOP" else leg.price
    return price if price is not None and price > 0 else None


def adverse_move(legs: Sequence[Moved], waited: timedelta, policy: Policy) -> Decimal:
    """
    Return how far the market moved against the signal, as a fraction of price weighted by notional.

    A move in its favour is negative. Where no price is known on either side, the market is taken
    to drift 0.1 % per minute since the signal was sent.
    """
    drift = policy.drift_per_minute * max(0, int(waited / timedelta(milliseconds=1))) / MINUTE
    weight = sum((leg.weight for leg in legs), Decimal(0))
    return sum((_move(leg, drift) * leg.weight for leg in legs), Decimal(0)) / weight if weight else Decimal(0)


@dataclass(frozen=True, slots=True)
class Slip:
    """
    What the 30 % rule found.

    Attributes:
        adverse: Move against the signal so far, as a fraction of price.
        lost: Share of the expected alpha that it cost; None: no alpha is expected, so nothing was refused.
        worst: For each leg the market price beyond which it is not to be sent or kept.
    """

    adverse: Decimal
    lost: Decimal | None
    worst: tuple[Decimal | None, ...]


def judge_slippage(
    legs: Sequence[Moved], waited: timedelta, expected_alpha: Decimal | None, policy: Policy
) -> Slip | Refused:
    """
    Return what the market's move has cost, or SLIPPAGE_EXCEEDED for more than 30 % of the expected alpha.

    Exactly 30 % still trades. What is left of it is the room that the market has until the order
    is sent. An unknown alpha refuses nothing.
    """
    adverse = adverse_move(legs, waited, policy)
    if expected_alpha is None:
        return Slip(adverse, None, (None,) * len(legs))
    lost = adverse / expected_alpha
    if lost > policy.slippage_limit:
        return Refused(
            Reason.SLIPPAGE_EXCEEDED,
            f"The market has taken {lost:.0%} of the expected gain; more than {policy.slippage_limit:.0%} is too much.",
        )
    remaining = policy.slippage_limit * expected_alpha - adverse
    return Slip(adverse, lost, tuple(worst_price(leg, remaining) for leg in legs))


def worst_price(leg: Moved, remaining: Decimal) -> Decimal | None:
    """
    Return the market price beyond which the entry is not to be sent or kept.

    Args:
        remaining: Further adverse move that the rule allows, as a fraction of price.
    """
    if leg.bounded:
        return None
    base = leg.reference if leg.reference is not None else leg.far
    start = leg.far if leg.far is not None else leg.reference
    if base is None or start is None:
        return None
    worst = start + (base * remaining if leg.side == "BUY" else -base * remaining)
    return worst.quantize(FINEST, rounding=ROUND_FLOOR if leg.side == "BUY" else ROUND_CEILING)


def _move(leg: Moved, drift: Decimal) -> Decimal:
    if leg.bounded:
        return Decimal(0)
    if leg.reference is None or leg.far is None:
        return drift
    change = (leg.far - leg.reference) / leg.reference
    return change if leg.side == "BUY" else -change
