"""What one unit of an instrument is worth, and whether an entry in it can be priced at all (RULES 3, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal

from mathematricks.contracts.base import Side
from mathematricks.contracts.decisions import Reason
from mathematricks.contracts.instruments import Instrument, Quote
from mathematricks.contracts.signals import Leg

from cerebro.domain.inputs import DecisionInputs, Market
from cerebro.domain.margin import initial_margin, is_leveraged
from cerebro.domain.refused import Refused

FINEST = Decimal(1).scaleb(-12)
LEAST, MOST = Decimal(1).scaleb(-9), Decimal(10) ** 12
"""Between these a price or the value of one unit makes sense."""


@dataclass(frozen=True, slots=True)
class Priced:
    """
    One leg with what money depends on.

    Attributes:
        far: The quote's far side, at which an order would trade now; None: no quote.
        price: What it is sized at, in the quote currency.
        rate: Value of the quote currency in the account's base.
        unit_notional: Money that one unit is worth, in base currency.
        unit_margin: Initial margin of one unit, in base currency.
        unit_capital: Strategy capital that one unit ties up: its notional, or its margin where leveraged.
        closed: Its market is closed now.
    """

    instrument: Instrument
    far: Decimal | None
    price: Decimal
    rate: Decimal
    unit_notional: Decimal
    unit_margin: Decimal
    unit_capital: Decimal
    closed: bool


def price_leg(leg: Leg, side: Side, inputs: DecisionInputs, base_currency: str) -> Priced | Refused:
    """Return *leg* priced for an entry of *side*, or why it cannot be."""
    instrument = _tradable(leg, side, inputs.market, inputs.now)
    if isinstance(instrument, Refused):
        return instrument
    rate = Decimal(1) if instrument.currency == base_currency else inputs.market.rates.get(instrument.currency)
    if rate is None or rate <= 0:
        return Refused(Reason.NO_QUOTE, f"No rate from {instrument.currency} to {base_currency} is known.")
    far = far_side(inputs.market.quotes.get(leg.instrument), side)
    price = _sizing_price(leg, far)
    if isinstance(price, Refused):
        return price
    notional = price * instrument.multiplier * rate
    if not (LEAST <= price <= MOST and LEAST <= notional <= MOST):
        return Refused(Reason.INVALID_PRICE, f"{leg.instrument} at {price:g} cannot be sized.")
    margin = initial_margin(instrument, side, notional, rate, inputs.mode)
    if isinstance(margin, Refused):
        return margin
    capital = (margin if is_leveraged(instrument, side) else notional).quantize(FINEST, rounding=ROUND_UP)
    closed = leg.instrument in inputs.market.closed
    return Priced(instrument, far, price, rate, notional, margin, capital, closed)


def _tradable(leg: Leg, side: Side, market: Market, now: datetime) -> Instrument | Refused:
    key = leg.instrument
    if _expired(leg, now):
        return Refused(Reason.INSTRUMENT_EXPIRED, f"{key} expired on {leg.contract.expiry}.")
    instrument = market.instruments.get(key)
    if instrument is None:
        return Refused(Reason.UNSUPPORTED_INSTRUMENT, f"{key} is not an instrument the desk can trade.")
    if instrument.contract.type == "CRYPTO" and side == "SELL":
        return Refused(Reason.UNSUPPORTED_INSTRUMENT, f"{key} is spot: it cannot be sold short.")
    if key in market.closed and leg.order_type == "MARKET":
        return Refused(Reason.MARKET_CLOSED, f"The market of {key} is closed, and a market order cannot wait for it.")
    return instrument


def far_side(quote: Quote | None, side: Side) -> Decimal | None:
    """Return the price at which an order of *side* would trade now: the ask buys, the bid sells."""
    if quote is None:
        return None
    return quote.ask if side == "BUY" else quote.bid


def _sizing_price(leg: Leg, far: Decimal | None) -> Decimal | Refused:
    """The quote's far side, else the price a resting order names."""
    if far is None and leg.order_type == "MARKET":
        return Refused(Reason.NO_QUOTE, f"There is no market price for {leg.instrument} now.")
    price = far if far is not None else leg.price or leg.stop_price
    if price is None or price <= 0:
        return Refused(Reason.INVALID_PRICE, f"{leg.instrument} cannot be sized without a price above 0.")
    for named, kind in ((limit_price_of(leg), "LIMIT"), (stop_price_of(leg), "STOP")):
        if kind in leg.order_type and (named is None or named <= 0):
            return Refused(Reason.INVALID_PRICE, f"A {leg.order_type} order needs its {kind.lower()} price above 0.")
    return price


def limit_price_of(leg: Leg) -> Decimal | None:
    """Return the price beyond which the order may not trade; None where its type has none."""
    return leg.price if leg.order_type in ("LIMIT", "STOP_LIMIT") else None


def stop_price_of(leg: Leg) -> Decimal | None:
    """Return the price that triggers a stop: its own, else the one price that it names; None for other types."""
    if leg.order_type == "STOP":
        return leg.stop_price if leg.stop_price is not None else leg.price
    return leg.stop_price if leg.order_type == "STOP_LIMIT" else None


def _expired(leg: Leg, now: datetime) -> bool:
    expiry = leg.contract.expiry
    return expiry is not None and expiry < f"{now:%Y%m%d}"
