"""Cash by hand: what fills do to an account, reckoned the plain way, apart from the code under test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from mathematricks.contracts.executions import Execution

CENT = Decimal("0.01")
MARGINED = ("FUTURE", "FOREX")


def cash_by_hand(fills: Iterable[Execution]) -> dict[str, Decimal]:
    """
    Return the change of cash per currency after *fills*, oldest first, that begin and end flat.

    What is paid in full pays and receives its price. A future or a currency pair moves only what
    buying and selling differ by; from flat to flat that is the same sum. So is the fee: it goes off.
    """
    cash: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        sign = 1 if fill.side == "SELL" else -1
        cash[fill.currency] += sign * fill.quantity * fill.price * fill.multiplier - fill.commission
    return dict(cash)


def to_cents(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    """Return *amounts* to the cent, without those that are nothing."""
    rounded = {name: amount.quantize(CENT) for name, amount in amounts.items()}
    return {name: amount for name, amount in rounded.items() if amount}
