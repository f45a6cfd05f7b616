"""A position is a pure fold of the set of its fills, at average cost and exact to the last digit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from functools import reduce
from typing import Protocol

from mathematricks.contracts.base import Side

EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Wide enough for the product of any two stored numbers; Decimal's own 28 digits would round it."""

FINEST = Decimal(1).scaleb(-18)
"""The finest step of money that is booked: what divides into no decimal is rounded to it, half even."""

ZERO = Decimal(0)
_BEYOND = Decimal(1).scaleb(16)

SortKey = tuple[datetime, int, str]


class Unbookable(Exception):
    """A figure is 10^16 or larger, so that it would not fit MongoDB's 34 digits beside 18 decimals."""


class Fill(Protocol):
    """What folding needs of a fill; an ``Execution`` is one."""

    @property
    def execution_id(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def multiplier(self) -> Decimal: ...
    @property
    def commission(self) -> Decimal: ...
    @property
    def executed_at(self) -> datetime: ...
    @property
    def venue_seq(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Position:
    """
    What one set of fills in one instrument comes to. Money is in the instrument's quote currency.

    ``cost`` is the signed money behind what is open (quantity x price x multiplier, summed), kept
    instead of a rounded average so that ``realized_pnl - cost`` always equals the exact flow of money.

    Attributes:
        quantity: Units held; a short is negative.
        realized_pnl: Gross of commission.
        multiplier: Money per point and unit, as of the newest fill.
    """

    quantity: Decimal = ZERO
    cost: Decimal = ZERO
    realized_pnl: Decimal = ZERO
    commission: Decimal = ZERO
    multiplier: Decimal = Decimal(1)

    @property
    def average_price(self) -> Decimal:
        """Price paid per unit of what is open; 0 when flat."""
        if not self.quantity:
            return ZERO
        with localcontext(EXACT):
            return booked(self.cost / (self.quantity * self.multiplier))


FLAT = Position()


def booked(amount: Decimal) -> Decimal:
    """
    Return *amount* as it may be booked: at most 18 decimals, otherwise unchanged.

    Raises:
        Unbookable: *amount* is 10^16 or larger.
    """
    if not -_BEYOND < amount < _BEYOND:
        raise Unbookable(f"{amount:.3E} is too large to book")
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -18:
        return amount.quantize(FINEST, context=EXACT)
    return amount


def signed(fill: Fill) -> Decimal:
    """Return the change of position: a sale is negative."""
    return fill.quantity if fill.side == "BUY" else fill.quantity.copy_negate()  # a minus sign would round


def notional(fill: Fill) -> Decimal:
    """Return quantity x price x multiplier in quote currency; a sale is negative."""
    with localcontext(EXACT):
        return booked(signed(fill) * fill.price * fill.multiplier)


def sort_key(fill: Fill) -> SortKey:
    """Return what fills are folded in order of: venue time, venue sequence, execution id."""
    return fill.executed_at, fill.venue_seq, fill.execution_id


def apply_fill(position: Position, fill: Fill) -> Position:
    """
    Return *position* after *fill*: what opposes it closes it at average cost, any excess reverses it.

    Raises:
        Unbookable: a resulting figure is too large to store exactly.
    """
    change, money = signed(fill), notional(fill)
    with localcontext(EXACT):
        closing = _closing(position.quantity, change)
        opening = change - closing
        money_closed = booked(closing * fill.price * fill.multiplier) if opening else money
        released = _released(position, closing)
        return Position(
            quantity=booked(position.quantity + change),
            cost=booked(position.cost - released + (money - money_closed)),
            realized_pnl=booked(position.realized_pnl - money_closed - released),
            commission=booked(position.commission + fill.commission),
            multiplier=fill.multiplier,
        )


def fold(fills: Iterable[Fill], start: Position = FLAT) -> Position:
    """
    Return what *fills* come to, whatever order they arrived in and however often.

    Source: RULES 8. *start* is the position before the oldest of them.
    """
    once = {fill.execution_id: fill for fill in fills}
    return reduce(apply_fill, sorted(once.values(), key=sort_key), start)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of *amounts*."""
    with localcontext(EXACT):
        return sum(amounts, ZERO)


def _closing(held: Decimal, change: Decimal) -> Decimal:
    """The part of *change* that reduces *held*; the rest opens."""
    if not held or (held > 0) == (change > 0):
        return ZERO
    return change if abs(change) <= abs(held) else -held


def _released(position: Position, closing: Decimal) -> Decimal:
    """The part of the open cost that *closing* takes with it."""
    if closing == -position.quantity:
        return position.cost
    return booked(position.cost * -closing / position.quantity) if closing else ZERO
