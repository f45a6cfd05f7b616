"""Admission: whether an order may enter the book, and what margin it then ties up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from execution.adapters.paper.engine.accounts import Position
from execution.adapters.paper.engine.book import Book
from execution.adapters.paper.engine.commissions import commission
from execution.adapters.paper.engine.margin import margin_of
from execution.adapters.paper.engine.matching import far_price
from execution.adapters.paper.engine.money import ZERO, exact, round_cost
from execution.adapters.paper.engine.steps import Trading
from execution.domain.instruments import has_expired
from execution.ports import BrokerOrder

MOST_DIGITS = 18
"""On either side of the point, so that what is reckoned from a quantity and a price can be stored."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What an order needs, before it is known whether the account has it.

    ``required`` is the initial margin and commission of its opening part, in the base currency;
    nothing for an order that only reduces.
    """

    refusal: str = ""
    required: Decimal = ZERO


def malformed(asked: BrokerOrder) -> str:
    """Return what is wrong with the order itself, empty if nothing is."""
    numbers = (asked.quantity, asked.limit_price, asked.stop_price)
    if not all(_reckonable(number) for number in numbers if number is not None):
        return f"MALFORMED: quantities and prices have at most {MOST_DIGITS} digits on either side of the point"
    if asked.quantity <= 0:
        return "MALFORMED: the quantity must be above zero"
    if asked.order_type in ("LIMIT", "STOP_LIMIT") and asked.limit_price is None:
        return f"MALFORMED: a {asked.order_type} order needs a limit price"
    if asked.order_type in ("STOP", "STOP_LIMIT") and asked.stop_price is None:
        return f"MALFORMED: a {asked.order_type} order needs a stop price"
    return ""


def _reckonable(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS and number.adjusted() < MOST_DIGITS


@exact
def judge(book: Book, asked: BrokerOrder, trading: Trading, underlying: Decimal | None, now: datetime) -> Judgement:
    """Return why *asked* may not enter whatever the account holds, or what it requires."""
    instrument = trading.instrument
    contract = instrument.contract
    opening = _opening(book, asked, instrument.instrument)
    if asked.quantity % instrument.lot:
        return Judgement(f"LOT: the quantity must be a multiple of {instrument.lot}")
    if has_expired(contract, now):
        return Judgement(f"INSTRUMENT_EXPIRED: {contract.key} expired on {contract.expiry}")
    if contract.type == "CRYPTO" and asked.side == "SELL" and opening > 0:
        return Judgement(f"SHORT_CRYPTO: spot crypto cannot be sold beyond what is held of {contract.key}")
    if asked.order_type == "MARKET" and far_price(asked.side, instrument, trading.quote) is None:
        return Judgement(f"NO_QUOTE: nobody quotes {contract.key} on that side")
    return _requirement(book, asked, trading, underlying) if opening > 0 else Judgement()


def short_of_funds(judgement: Judgement, funds: Decimal, base_currency: str) -> str:
    """Return the refusal of an order that requires more than *funds*, empty if they suffice."""
    if judgement.required <= max(ZERO, funds):
        return ""
    needed, left = (f"{amount:.2f} {base_currency}" for amount in (judgement.required, funds))
    return f"INSUFFICIENT_MARGIN: the order needs {needed}, the account has {left} available"


def _requirement(book: Book, asked: BrokerOrder, trading: Trading, underlying: Decimal | None) -> Judgement:
    """Return the growth of the position's margin that the order would bring, with its commission."""
    instrument = trading.instrument
    if trading.rate is None:
        return Judgement(f"NO_RATE: no rate from {instrument.currency} to {book.account.base_currency}")
    price = _worst_price(asked, trading)
    held = book.account.held(instrument.instrument)
    after = held + (asked.quantity if asked.side == "BUY" else -asked.quantity)
    margin = margin_of(instrument, after, price, underlying)
    if margin is None:
        return Judgement(f"MARGIN_UNKNOWN: the venue knows no margin for {instrument.instrument} on that side")
    before = margin_of(instrument, held, price, underlying)
    growth = max(ZERO, margin.initial - (before.initial if before else ZERO))
    notional = asked.quantity * price * instrument.multiplier
    fee = commission(trading.tariff, asked.quantity, notional, instrument.currency)
    return Judgement(required=round_cost((growth + fee) * trading.rate))


def _opening(book: Book, asked: BrokerOrder, instrument: str) -> Decimal:
    """Return how much of the order opens or adds; the rest closes what is held."""
    position: Position | None = book.account.positions.get(instrument)
    if position is None or (position.quantity > 0) == (asked.side == "BUY"):
        return asked.quantity
    return max(ZERO, asked.quantity - abs(position.quantity))


def _worst_price(asked: BrokerOrder, trading: Trading) -> Decimal:
    """Return the dearest price among the far side and the order's own prices."""
    own = {"LIMIT": asked.limit_price, "STOP": asked.stop_price, "STOP_LIMIT": asked.limit_price}.get(asked.order_type)
    far = far_price(asked.side, trading.instrument, trading.quote)
    if asked.side == "BUY" and own is not None:
        return own
    return max((price for price in (own, far) if price is not None), key=abs, default=ZERO)
