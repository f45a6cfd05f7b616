"""Commissions: a tariff per instrument type, charged on the order as it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from mathematricks.contracts.instruments import InstrumentType

from execution.adapters.paper.engine.money import ZERO, round_money


@dataclass(frozen=True)
class Tariff:
    """
    What an order costs, in its quote currency.

    Args:
        per_unit: Per share or contract.
        share: Share of notional; 0.001 is ten basis points.
        minimum: The least an order costs, once, however many fills it takes.
    """

    per_unit: Decimal = ZERO
    share: Decimal = ZERO
    minimum: Decimal = ZERO


TARIFFS: Mapping[InstrumentType, Tariff] = {
    "STOCK": Tariff(per_unit=Decimal("0.005"), minimum=Decimal("1.00")),
    "FUTURE": Tariff(per_unit=Decimal("2.25")),
    "OPTION": Tariff(per_unit=Decimal("0.65")),
    "FOREX": Tariff(share=Decimal("0.00002")),
    "CRYPTO": Tariff(share=Decimal("0.001")),
}


def commission(tariff: Tariff, quantity: Decimal, notional: Decimal, currency: str) -> Decimal:
    """
    Return what an order has cost once *quantity* units worth *notional* are filled.

    A fill's own commission is the growth of this figure, so the minimum is charged once and the
    roundings of the fills sum to the rounding of the order.
    """
    if quantity <= 0:
        return ZERO
    cost = tariff.per_unit * quantity + tariff.share * abs(notional)
    return round_money(max(tariff.minimum, cost), currency)
