"""Margin per instrument type: what a position ties up, initially and to be kept (RULES 3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from mathematricks.contracts.instruments import Instrument

from execution.adapters.paper.engine.money import ZERO

STOCK_INITIAL = Decimal("0.50")
STOCK_MAINTENANCE = Decimal("0.25")
FOREX_MARGIN = Decimal("0.05")
SHORT_OPTION = Decimal("0.20")
"""Share of the underlying's value that a short option ties up, beside its own price."""
FUTURE_INITIAL_OVER_MAINTENANCE = Decimal("1.1")
"""Exchanges ask 110 % of maintenance to open a speculative position."""
WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Margin:
    """What a position ties up, in its quote currency."""

    initial: Decimal
    maintenance: Decimal


def margin_of(
    instrument: Instrument, quantity: Decimal, price: Decimal, underlying: Decimal | None = None
) -> Margin | None:
    """
    Return the margin of signed *quantity* at *price*; None where it cannot be known.

    Args:
        underlying: Price of an option's underlying; needed for a short option whose instrument
            fixes no margin.
    """
    notional = abs(quantity * price) * instrument.multiplier
    match instrument.contract.type:
        case "STOCK":
            leverage = instrument.leverage or WHOLE
            initial, maintenance = (min(WHOLE, rate * leverage) for rate in (STOCK_INITIAL, STOCK_MAINTENANCE))
            return Margin(notional * initial, notional * maintenance)
        case "FOREX":
            return Margin(notional * FOREX_MARGIN, notional * FOREX_MARGIN)
        case "FUTURE":
            return _fixed(instrument, quantity, FUTURE_INITIAL_OVER_MAINTENANCE)
        case "OPTION" if quantity < 0:
            return _fixed(instrument, quantity, WHOLE) or _short_option(instrument, quantity, notional, underlying)
        case _:
            return Margin(notional, notional)


def _fixed(instrument: Instrument, quantity: Decimal, over_maintenance: Decimal) -> Margin | None:
    if instrument.initial_margin is None:
        return None
    initial = abs(quantity) * instrument.initial_margin
    return Margin(initial, initial / over_maintenance)


def _short_option(
    instrument: Instrument, quantity: Decimal, premium: Decimal, underlying: Decimal | None
) -> Margin | None:
    if underlying is None:
        return None
    needed = max(ZERO, underlying) * instrument.multiplier * abs(quantity) * SHORT_OPTION + premium
    return Margin(needed, needed)
