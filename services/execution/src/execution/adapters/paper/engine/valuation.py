"""Valuation: an account's equity, margin and P&L at the market's prices, in its base currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from execution.adapters.paper.engine.accounts import PAID_IN_FULL, Account, Position
from execution.adapters.paper.engine.margin import Margin, margin_of
from execution.adapters.paper.engine.money import ZERO, exact
from execution.adapters.paper.market import PaperMarket
from execution.domain.instruments import underlying_of


@dataclass(frozen=True, slots=True)
class MarkedPosition:
    """A position at the market: price (None: no quote, valued at cost), P&L and margin, quote currency."""

    position: Position
    price: Decimal | None
    unrealized: Decimal
    margin: Margin

    @property
    def worth(self) -> Decimal:
        """What it adds to equity: its value if it was paid in full, else its open P&L."""
        paid = self.position.instrument.contract.type in PAID_IN_FULL
        return self.position.cost + self.unrealized if paid else self.unrealized


@dataclass(frozen=True, slots=True)
class Valuation:
    """
    An account at the market, in its base currency.

    ``rates`` holds every rate used; money in a currency without any known rate counts for nothing
    in the sums, and is to be seen in the cash per currency only.
    """

    equity: Decimal
    cash: Decimal
    initial: Decimal
    maintenance: Decimal
    unrealized: Decimal
    rates: Mapping[str, Decimal]
    positions: tuple[MarkedPosition, ...]

    @property
    def available(self) -> Decimal:
        """What may still be tied up by new positions."""
        return self.equity - self.initial


@exact
def value(account: Account, market: PaperMarket) -> Valuation:
    """Return *account* at the newest prices and rates of *market*."""
    marked = tuple(mark(position, market) for position in account.positions.values())
    currencies = {*account.cash, *(held.position.instrument.currency for held in marked)}
    rates = {currency: rate for currency in currencies if (rate := _rate(account, market, currency)) is not None}
    cash = sum((amount * rates.get(currency, ZERO) for currency, amount in account.cash.items()), ZERO)
    equity, initial, maintenance, unrealized = cash, ZERO, ZERO, ZERO
    for held in marked:
        rate = rates.get(held.position.instrument.currency, ZERO)
        equity += held.worth * rate
        initial += held.margin.initial * rate
        maintenance += held.margin.maintenance * rate
        unrealized += held.unrealized * rate
    return Valuation(equity, cash, initial, maintenance, unrealized, rates, marked)


def mark(position: Position, market: PaperMarket) -> MarkedPosition:
    """Return *position* at the mid price; without a quote at what it cost."""
    instrument, quantity = position.instrument, position.quantity
    quote = market.quote(instrument.contract)
    price = quote.mid if quote else None
    unrealized = quantity * price * instrument.multiplier - position.cost if price is not None else ZERO
    at = price if price is not None else position.average_price
    underlying = underlying_of(instrument.contract, market.quote) or instrument.contract.strike
    margin = margin_of(instrument, quantity, at, underlying) or Margin(ZERO, ZERO)
    return MarkedPosition(position, price, unrealized, margin)


def _rate(account: Account, market: PaperMarket, currency: str) -> Decimal | None:
    if currency == account.base_currency:
        return Decimal(1)
    rate = market.rate(currency, account.base_currency)
    return rate if rate is not None else account.rates.get(currency)
