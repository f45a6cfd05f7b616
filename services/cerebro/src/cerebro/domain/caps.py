"""
The caps on an entry, one after another, each with its numbers; several legs shrink by one factor.

An entry is a number of *sets*, one set holding each leg in proportion. A cap says how many sets it
allows. A new cap is one more function in ``CAPS``, or in ``RISK_CAPS`` where it looks at history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from mathematricks.accounting.lots import DOWN, ZERO, round_down
from mathematricks.contracts.base import Side
from mathematricks.contracts.decisions import Cap, Reason
from mathematricks.contracts.strategies import RiskLimits

from cerebro.domain.inputs import Standing
from cerebro.domain.margin import margin_room, margin_use
from cerebro.domain.policy import Policy
from cerebro.domain.refused import Refused
from cerebro.domain.tail_risk import TailView

SHOWN = Decimal(1).scaleb(-8)


@dataclass(frozen=True, slots=True)
class Sized:
    """
    One leg of an entry, before its caps. Money is in base currency.

    Attributes:
        units: Units of the instrument in one set.
        unit_capital: Strategy capital that one unit ties up: its notional, or its margin where leveraged.
        held: Units that the strategy holds in the instrument already, a short negative.
    """

    instrument: str
    side: Side
    units: Decimal
    lot: Decimal
    unit_notional: Decimal
    unit_capital: Decimal
    unit_margin: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Limits:
    """What the caps measure against, in base currency; *tail* where returns are known."""

    capital: Decimal
    in_use: Decimal
    risk: RiskLimits
    standing: Standing
    standings: tuple[Standing, ...]
    policy: Policy
    tail: TailView | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one cap allows: *sets* of the legs; below 0 means that its limit is passed already."""

    name: str
    reason: Reason
    sets: Decimal
    facts: Mapping[str, Decimal]
    sentence: str


@dataclass(frozen=True, slots=True)
class Capped:
    """
    An entry after its caps.

    Attributes:
        quantities: Whole lots of each leg.
        caps: What each cap did to each leg.
        bound: The last cap that made it smaller; None: the signal got all it asked for, but for rounding.
    """

    quantities: tuple[Decimal, ...]
    caps: tuple[tuple[Cap, ...], ...]
    bound: Allowed | None


CapRule = Callable[[Sequence[Sized], Limits], Iterator[Allowed]]


def strategy_capital(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """What is left of the strategy's capital pays for the set."""
    left = limits.capital - limits.in_use
    cost = _total(legs, [leg.unit_capital for leg in legs])
    facts = {"capital": limits.capital, "in_use": limits.in_use, "left": left, "unit_cost": cost}
    reason = Reason.FULLY_DEPLOYED if limits.in_use > 0 or limits.capital <= 0 else Reason.TOO_SMALL
    sentence = f"{limits.in_use:,.2f} of the strategy's {limits.capital:,.2f} is deployed already"
    yield Allowed("strategy_capital", reason, _sets(left, cost), facts, sentence)


def max_position_size(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """No position of the strategy is worth more than its limit."""
    most = limits.risk.max_position_size
    if most is None:
        return
    rooms = [most - _held_value(leg) for leg in legs]
    sets = min(_sets(room, leg.units * leg.unit_notional) for room, leg in zip(rooms, legs, strict=True))
    sentence = f"a position may be worth {most:,.2f} at most"
    yield Allowed("max_position_size", Reason.RISK_LIMIT, sets, {"limit": most, "left": min(rooms)}, sentence)


def account_margin(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """Margin ties up at most its share of the traded account's equity."""
    yield _margin("account_margin", legs, (limits.standing,), limits.policy, f"on {limits.standing.account}")


def overall_margin(legs: Sequence[Sized], limits: Limits) -> Iterator[Allowed]:
    """The same of all accounts of the mode together."""
    yield _margin("overall_margin", legs, limits.standings, limits.policy, "on all accounts together")


CAPS: tuple[CapRule, ...] = (strategy_capital, max_position_size, account_margin, overall_margin)
"""In the order in which the receipt shows them; rounding to whole lots comes last."""


def apply_caps(
    legs: Sequence[Sized], wanted: Decimal, limits: Limits, rules: Sequence[CapRule] = CAPS
) -> Capped | Refused:
    """
    Return how much of *wanted* sets the caps leave, in whole lots, or why nothing is left.

    The result fits every cap, and one lot more would break one. It is never rounded up: a leg that
    rounds to nothing refuses the whole entry.
    """
    shown: list[tuple[Cap, ...]] = []
    sets, bound = wanted, None
    if too_small := _too_small(legs, sets):
        return Refused(Reason.TOO_SMALL, f"{too_small} would be less than its smallest tradable step.")
    for rule in rules:
        for allowed in rule(legs, limits):
            given = max(ZERO, min(sets, allowed.sets))
            shown.append(tuple(_cap(leg, allowed, sets, given) for leg in legs))
            if _too_small(legs, given):
                return Refused(allowed.reason, f"Nothing is left to trade: {allowed.sentence}.")
            bound = allowed if _whole(legs, given) != _whole(legs, sets) else bound
            sets = given
    quantities = _whole(legs, sets)
    shown.append(tuple(_lot_cap(leg, sets, quantity) for leg, quantity in zip(legs, quantities, strict=True)))
    return Capped(quantities, tuple(zip(*shown, strict=True)), bound)


def _margin(name: str, legs: Sequence[Sized], standings: Sequence[Standing], policy: Policy, where: str) -> Allowed:
    room = margin_room(standings, policy.margin_limit)
    cost = _total(legs, [leg.unit_margin for leg in legs])
    equity = sum((one.equity * (one.rate or ZERO) for one in standings), ZERO)
    facts = {
        "equity": equity,
        "in_use": margin_use(standings),
        "limit": policy.margin_limit,
        "left": room,
        "unit_cost": cost,
    }
    sentence = (
        f"margin {where} may tie up {policy.margin_limit:.0%} of {equity:,.2f}, and {margin_use(standings):,.2f} is"
    )
    return Allowed(name, Reason.MARGIN_LIMIT, _sets(room, cost), facts, sentence)


def _total(legs: Sequence[Sized], unit_costs: Sequence[Decimal]) -> Decimal:
    return sum((leg.units * cost for leg, cost in zip(legs, unit_costs, strict=True)), ZERO)


def _sets(room: Decimal, cost: Decimal) -> Decimal:
    return DOWN.divide(room, cost) if cost > 0 else Decimal("Infinity")


def _held_value(leg: Sized) -> Decimal:
    """What is held the leg's way; the other way leaves no more room than nothing held."""
    same_way = leg.held if leg.side == "BUY" else -leg.held
    return max(ZERO, same_way) * leg.unit_notional


def _too_small(legs: Sequence[Sized], sets: Decimal) -> str | None:
    return next((leg.instrument for leg in legs if DOWN.multiply(leg.units, sets) < leg.lot), None)


def _whole(legs: Sequence[Sized], sets: Decimal) -> tuple[Decimal, ...]:
    return tuple(round_down(DOWN.multiply(leg.units, sets), leg.lot) for leg in legs)


def _cap(leg: Sized, allowed: Allowed, asked: Decimal, given: Decimal) -> Cap:
    return Cap(
        name=allowed.name, asked=shown(leg.units * asked), given=shown(leg.units * given), facts=dict(allowed.facts)
    )


def _lot_cap(leg: Sized, asked: Decimal, quantity: Decimal) -> Cap:
    return Cap(name="lot", asked=shown(leg.units * asked), given=quantity, facts={"lot": leg.lot})


def shown(figure: Decimal) -> Decimal:
    """Return *figure* to 8 decimals, as the receipt shows it."""
    return figure.quantize(SHOWN, rounding=ROUND_DOWN)
