"""Margin: what an entry ties up, and the hard gate of 40 % of equity (RULES 3)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from mathematricks.accounting.lots import ZERO
from mathematricks.contracts.base import Mode, Side
from mathematricks.contracts.decisions import Reason
from mathematricks.contracts.instruments import Instrument

from cerebro.domain.inputs import Standing
from cerebro.domain.refused import Refused

STOCK = Decimal("0.50")
FOREX = Decimal("0.05")
WHOLE = Decimal(1)


def initial_margin(
    instrument: Instrument, side: Side, unit_notional: Decimal, rate: Decimal, mode: Mode
) -> Decimal | Refused:
    """
    Return the initial margin of one unit, in base currency.

    A margin that the instrument table fixes comes first, but a long option always costs its premium.
    Else: stocks and ETFs 50 % times their leverage factor, at most 100 %; FX 5 %; spot crypto all of
    it. A future or a short option without a fixed margin is refused, as is, live, a stock whose
    leverage is unknown.
    """
    kind = instrument.contract.type
    if kind == "OPTION" and side == "BUY":
        return unit_notional
    if instrument.initial_margin is not None:
        return instrument.initial_margin * rate
    if kind == "STOCK":
        return _of_stock(instrument, unit_notional, mode)
    if kind == "FOREX":
        return unit_notional * FOREX
    if kind == "CRYPTO":
        return unit_notional
    return Refused(Reason.UNSUPPORTED_INSTRUMENT, f"No initial margin is known for {instrument.instrument}.")


def _of_stock(instrument: Instrument, unit_notional: Decimal, mode: Mode) -> Decimal | Refused:
    if instrument.leverage is None and mode == "LIVE":
        return Refused(
            Reason.UNSUPPORTED_INSTRUMENT,
            f"The leverage of {instrument.instrument} is unknown; it must be before it trades live.",
        )
    factor = instrument.leverage if instrument.leverage is not None else WHOLE
    return unit_notional * min(WHOLE, STOCK * factor)


def is_leveraged(instrument: Instrument, side: Side) -> bool:
    """Return whether a position ties up margin instead of its full value."""
    kind = instrument.contract.type
    return kind in ("FUTURE", "FOREX") or (kind == "OPTION" and side == "SELL")


def margin_room(standings: Iterable[Standing], limit: Decimal) -> Decimal:
    """
    Return how much more initial margin these accounts may tie up together, in the traded account's base.

    What the broker counts and what we hold for orders it may not know of yet both count; negative
    where the limit is passed.
    """
    room = ZERO
    for one in standings:
        room += (limit * one.equity - one.initial_margin - one.reserved) * (one.rate or ZERO)
    return room


def margin_use(standings: Iterable[Standing]) -> Decimal:
    """Return the initial margin in use and reserved, in the traded account's base."""
    return sum(((one.initial_margin + one.reserved) * (one.rate or ZERO) for one in standings), ZERO)
