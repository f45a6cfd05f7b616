"""An account as a fold of its fills: cash per currency, positions at average cost, what was earned and paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from mathematricks.contracts.instruments import Instrument

from execution.adapters.paper.engine.money import ZERO, round_cost
from execution.adapters.paper.engine.orders import Fill, PaperOrder

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PAID_IN_FULL = frozenset({"STOCK", "OPTION", "CRYPTO"})
"""Types whose price changes hands; futures and margin FX move only profit, loss and fees (RULES 4)."""


@dataclass(frozen=True, slots=True)
class Position:
    """
    What the account holds of one instrument.

    ``cost`` is what the open part cost (negative: what a short brought in), in the quote
    currency with the multiplier; it carries the sign of ``quantity``.
    """

    instrument: Instrument
    quantity: Decimal
    cost: Decimal

    @property
    def average_price(self) -> Decimal:
        return self.cost / (self.quantity * self.instrument.multiplier)


@dataclass(frozen=True, slots=True)
class Account:
    """
    Money and positions after fill number ``seq``. Amounts are by currency unless said.

    ``realized`` is gross of commission; ``realized_base`` the same in the base currency, each
    part at its closing fill's rate. ``rates`` are the last ones used.
    """

    name: str
    base_currency: str
    deposits: Mapping[str, Decimal] = field(default_factory=dict)
    cash: Mapping[str, Decimal] = field(default_factory=dict)
    positions: Mapping[str, Position] = field(default_factory=dict)
    realized: Mapping[str, Decimal] = field(default_factory=dict)
    fees: Mapping[str, Decimal] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    realized_base: Decimal = ZERO
    seq: int = 0
    last_at: datetime = EPOCH

    def held(self, instrument: str) -> Decimal:
        """Return the signed quantity held of *instrument* (``Contract.key``)."""
        position = self.positions.get(instrument)
        return position.quantity if position else ZERO


def opened(name: str, base_currency: str, cash: Mapping[str, Decimal]) -> Account:
    """Return a new account that holds *cash*, by currency."""
    return Account(name, base_currency, deposits=dict(cash), cash=dict(cash))


def trade(
    position: Position | None, instrument: Instrument, quantity: Decimal, price: Decimal
) -> tuple[Position | None, Decimal]:
    """
    Return the position after trading signed *quantity* at *price*, and the P&L that realised.

    Average cost; a trade beyond the position closes it and opens the rest the other way. The
    P&L is in the quote currency, gross of commission.
    """
    unit = price * instrument.multiplier
    if position is None or position.quantity * quantity > 0:
        held, cost = (position.quantity, position.cost) if position else (ZERO, ZERO)
        return Position(instrument, held + quantity, cost + quantity * unit), ZERO
    if abs(quantity) < abs(position.quantity):
        released = round_cost(position.cost * -quantity / position.quantity)
        left = Position(instrument, position.quantity + quantity, position.cost - released)
        return left, -quantity * unit - released
    realized = position.quantity * unit - position.cost
    rest = position.quantity + quantity
    return (Position(instrument, rest, rest * unit) if rest else None), realized


def booked(account: Account, order: PaperOrder, fill: Fill) -> Account:
    """Return *account* after *fill* of *order*: position, cash, P&L and fee, and its place in the sequence."""
    instrument, quantity = order.instrument, order.signed * fill.quantity
    key, currency = instrument.instrument, instrument.currency
    position, realized = trade(account.positions.get(key), instrument, quantity, fill.price)
    positions = {**account.positions, key: position} if position else _without(account.positions, key)
    paid_in_full = instrument.contract.type in PAID_IN_FULL
    flow = -quantity * fill.price * instrument.multiplier if paid_in_full else realized
    rate = fill.rate if fill.rate is not None else account.rates.get(currency, ZERO)
    return replace(
        account,
        cash=_plus(account.cash, currency, flow - fill.commission),
        positions=positions,
        realized=_plus(account.realized, currency, realized) if realized else account.realized,
        fees=_plus(account.fees, currency, fill.commission),
        rates={**account.rates, currency: rate} if rate else account.rates,
        realized_base=account.realized_base + realized * rate,
        seq=fill.venue_seq,
        last_at=fill.executed_at,
    )


def _plus(amounts: Mapping[str, Decimal], currency: str, amount: Decimal) -> Mapping[str, Decimal]:
    return {**amounts, currency: amounts.get(currency, ZERO) + amount}


def _without(positions: Mapping[str, Position], key: str) -> Mapping[str, Position]:
    return {name: position for name, position in positions.items() if name != key}
