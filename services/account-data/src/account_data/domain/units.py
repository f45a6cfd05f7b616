"""Units of the fund: flows buy or redeem them at the net asset value struck just before."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_UP, Decimal, localcontext

HOUSE = "house"
FIRST_UNIT = Decimal(1000)
UNIT_STEP = Decimal("1E-18")
CENT = Decimal("0.01")
DIGITS = 60

Units = Mapping[str, Decimal]


def net_asset_value(equity: Decimal, in_transit: Decimal, accrued_fees: Decimal) -> Decimal:
    """Equity of the LIVE accounts in base, plus cash in transit, less fees accrued; in base money."""
    return equity + in_transit - accrued_fees


def unit_price(nav: Decimal, units: Units) -> Decimal:
    """Base money per unit; the first unit costs 1,000. ValueError where units stand for nothing."""
    total = sum(units.values(), Decimal(0))
    if total == 0:
        return FIRST_UNIT
    if nav <= 0:
        raise ValueError("units cannot be priced: the fund is worth nothing")
    with localcontext(prec=DIGITS):
        return nav / total


def after_flow(units: Units, nav: Decimal, client: str, amount: Decimal) -> dict[str, Decimal]:
    """Units after a deposit (above 0) or withdrawal (below 0) of base money; ValueError if too few are held."""
    with localcontext(prec=DIGITS):
        # Both roundings favour those who stay: fewer units bought, more redeemed.
        bought = (amount / unit_price(nav, units)).quantize(UNIT_STEP, ROUND_DOWN if amount > 0 else ROUND_UP)
        held = units.get(client, Decimal(0)) + bought
    if held < 0:
        raise ValueError(f"{client} holds too few units for this withdrawal")
    return {**units, client: held}


def capital(units: Units, nav: Decimal) -> dict[str, Decimal]:
    """Base money of each holder in cents by largest remainder; adds up to the fund rounded down to the cent."""
    price = unit_price(nav, units)
    with localcontext(prec=DIGITS):
        exact = {client: held * price for client, held in units.items()}
        shares = {client: worth.quantize(CENT, ROUND_DOWN) for client, worth in exact.items()}
        total = nav.quantize(CENT, ROUND_DOWN) if any(units.values()) else Decimal(0)
        missing = int((total - sum(shares.values(), Decimal(0))) / CENT)
        by_remainder = sorted(exact, key=lambda c: (shares[c] - exact[c], c != HOUSE, c))
        for client in by_remainder[:missing]:
            shares[client] += CENT
    return shares
