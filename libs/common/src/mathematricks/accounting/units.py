"""Units of a fund: flows buy or redeem them at the price struck just before, so that nobody gains by another's flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, localcontext

from mathematricks.contracts.clients import HOUSE

FIRST_UNIT = Decimal(1000)
UNIT_STEP = Decimal("1E-18")
CENT = Decimal("0.01")
ZERO = Decimal(0)
WIDE = Context(prec=80, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero])

Units = Mapping[str, Decimal]
"""What each client holds."""


class Unpriceable(Exception):
    """Units are held, and the fund is worth nothing: they have no price."""


class TooMuch(Exception):
    """More is asked for than the client's capital, which is the argument."""


@dataclass(frozen=True)
class Trade:
    """
    What a flow does to units.

    Attributes:
        amount: Base money that the client pays in, or gets; never negative.
        units: The client's change; redeemed units are negative.
        house_units: The house's change: what rounding leaves, so that the price stays what it was.
    """

    amount: Decimal
    units: Decimal
    house_units: Decimal


def net_asset_value(equity: Decimal, in_transit: Decimal, accrued_fees: Decimal) -> Decimal:
    """Return equity of the accounts, plus cash in transit, less fees accrued; source: RULES 11."""
    with localcontext(WIDE):
        return equity + in_transit - accrued_fees


def total_units(units: Units) -> Decimal:
    """Return all units there are, exactly."""
    with localcontext(WIDE):
        return sum(units.values(), ZERO)


def unit_price(nav: Decimal, total: Decimal) -> Decimal:
    """Return base money per unit, to 18 decimals; the first unit costs 1,000. Raises ``Unpriceable``."""
    if total == 0:
        return FIRST_UNIT
    if nav <= 0:
        raise Unpriceable("the fund is worth nothing")
    with localcontext(WIDE):
        return (nav / total).quantize(UNIT_STEP)


def opening(nav: Decimal) -> Decimal:
    """Return the house's units for what a fund holds before anybody has a unit."""
    with localcontext(WIDE):
        return max(ZERO, nav / FIRST_UNIT).quantize(UNIT_STEP)


def deposit(units: Units, nav: Decimal, client: str, amount: Decimal) -> Trade:
    """Return the units that *client* gets for *amount* at the price of now."""
    price = unit_price(nav, total_units(units))
    with localcontext(WIDE):
        bought = (amount / price).quantize(UNIT_STEP)
        return Trade(amount, bought, _residue({**units, client: units.get(client, ZERO) + bought}, nav + amount, price))


def withdrawal(units: Units, nav: Decimal, client: str, amount: Decimal | None) -> Trade:
    """
    Return the units that *client* gives for *amount*; None, or all of the capital shown: every unit.

    Raises:
        TooMuch: *amount* is more than the client's capital as ``capital`` shows it.
        Unpriceable: the fund is worth nothing.
    """
    price, held = unit_price(nav, total_units(units)), units.get(client, ZERO)
    shown = capital(units, nav).get(client, ZERO)
    if held <= 0 or (amount is not None and amount > shown):
        raise TooMuch(shown)
    with localcontext(WIDE):
        everything = amount is None or amount == shown
        paid = shown if amount is None else amount
        redeemed = held if everything else min(held, (paid / price).quantize(UNIT_STEP))
        left = {**units, client: held - redeemed}
        return Trade(paid, -redeemed, ZERO if everything and client == HOUSE else _residue(left, nav - paid, price))


def after(units: Units, client: str, trade: Trade) -> dict[str, Decimal]:
    """Return what each client holds after *trade*."""
    with localcontext(WIDE):
        changed = {**units, client: units.get(client, ZERO) + trade.units}
        changed[HOUSE] = changed.get(HOUSE, ZERO) + trade.house_units
        return changed


def capital(units: Units, nav: Decimal) -> dict[str, Decimal]:
    """
    Return each client's base money in cents; together they are *nav* rounded down to the cent.

    Cents go by largest remainder; between equals, and for what no remainder settles, the house is first.
    """
    total = total_units(units)
    if total == 0 or nav <= 0:
        return dict.fromkeys(units, ZERO.quantize(CENT))
    with localcontext(WIDE):
        exact = {client: held * nav / total for client, held in units.items()}
        shares = {client: worth.quantize(CENT, ROUND_DOWN) for client, worth in exact.items()}
        missing = int((nav.quantize(CENT, ROUND_DOWN) - sum(shares.values(), ZERO)) / CENT)
        in_turn = sorted(exact, key=lambda client: (shares[client] - exact[client], client != HOUSE, client))
        for client in in_turn[:missing]:
            shares[client] += CENT
    return shares


def _residue(units: Units, nav: Decimal, price: Decimal) -> Decimal:
    """The house's change of units with which all units at *price* are *nav*; it never goes below none."""
    with localcontext(WIDE):
        wanted = (nav / price).quantize(UNIT_STEP) - sum(units.values(), ZERO)
        return max(wanted, -units.get(HOUSE, ZERO))
