"""What a fill does to cash, and what a position is worth: signs, multipliers and currencies in one place."""

from __future__ import annotations

from decimal import Decimal, localcontext

from mathematricks.accounting.position import EXACT, Fill, Position, booked, notional
from mathematricks.contracts.instruments import InstrumentType

SETTLES_RESULT_ONLY: frozenset[InstrumentType] = frozenset({"FUTURE", "FOREX"})
"""Margined: opening moves no cash but the fee, closing moves the realized P&L (RULES 4)."""


def cash_effect(kind: InstrumentType, fill: Fill, realized: Decimal) -> Decimal:
    """
    Return what *fill* does to cash, in its quote currency, commission included.

    Stocks, options and spot crypto pay or receive the notional; futures and margin FX only *realized*,
    the gross P&L in quote currency that this fill realized on the position that settles.

    Source: RULES 4.
    """
    with localcontext(EXACT):
        gross = realized if kind in SETTLES_RESULT_ONLY else -notional(fill)
        return booked(gross - fill.commission)


def to_base(amount: Decimal, fx_rate: Decimal) -> Decimal:
    """Return *amount* of quote currency in the base currency; *fx_rate* is base per unit of quote."""
    with localcontext(EXACT):
        return booked(amount * fx_rate)


def unrealized_pnl(position: Position, mark: Decimal) -> Decimal:
    """Return what closing *position* at the price *mark* would realize, in quote currency before fees."""
    with localcontext(EXACT):
        return booked(position.quantity * mark * position.multiplier - position.cost)


def net(position: Position) -> Decimal:
    """Return the realized P&L after commission, in quote currency."""
    with localcontext(EXACT):
        return position.realized_pnl - position.commission
