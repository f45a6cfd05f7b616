"""The caps that look at history: likeness to what is held, and the CVaR of the whole book (RULES 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.decisions import Reason

from cerebro.domain.caps import Allowed, Limits, Sized
from cerebro.domain.tail_risk import resemblance, room_for

STEP = Decimal("1e-8")


def likeness(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """
    A strategy that moves with the rest of the book gets less of its capital.

    Above the threshold its capital shrinks linearly, to nothing at a correlation of 1.
    """
    view = limits.tail
    if view is None:
        return
    alike = resemblance(view.others, view.own)
    threshold = limits.policy.correlation_threshold
    if alike is None or alike <= threshold:
        return
    factor = max(ZERO, (1 - _shown(alike)) / (1 - threshold))
    left = limits.capital * factor - limits.in_use
    cost = sum((leg.units * leg.unit_capital for leg in legs), ZERO)
    facts = {"correlation": _shown(alike), "threshold": threshold, "factor": factor.quantize(STEP), "left": left}
    sentence = f"the strategy moves with what is held (correlation {alike:.2f}, allowed {threshold})"
    sets = left / cost if cost > 0 else Decimal("Infinity")
    yield Allowed("correlation", Reason.RISK_LIMIT, sets, facts, sentence)


def tail(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """The book's CVaR stays within its share of equity, with this entry in it."""
    view = limits.tail
    if view is None:
        return
    policy = limits.policy
    cost = sum((leg.units * leg.unit_capital for leg in legs), ZERO)
    one_set = view.own * float(cost / view.equity)
    room = room_for(
        view.book,
        one_set,
        float(view.wanted),
        float(policy.cvar_limit),
        float(policy.cvar_confidence),
    )
    fits = room.sets >= float(view.wanted)
    facts = {
        "limit": policy.cvar_limit,
        "confidence": policy.cvar_confidence,
        "before": _shown(room.before),
        "after": _shown(room.after),
        "contribution": _shown(room.contribution),
        "days": Decimal(view.own.size),
    }
    sentence = (
        f"the book may lose {policy.cvar_limit:.2%} of equity on a day of its worst {1 - policy.cvar_confidence:.0%}"
    )
    yield Allowed("cvar", Reason.CVAR_LIMIT, view.wanted if fits else _floor(room.sets), facts, sentence)


RISK_CAPS = (likeness, tail)


def _shown(figure: float) -> Decimal:
    return Decimal(repr(figure)).quantize(STEP)


def _floor(sets: float) -> Decimal:
    """Down to nine significant digits: machines differ in the last ones, and decisions must not."""
    exact = Decimal(repr(sets))
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 8), rounding=ROUND_DOWN) if exact else ZERO
