"""Cash and marks: who pays the notional, who only the result."""

from __future__ import annotations

from decimal import Decimal

import pytest
from mathematricks.accounting.pnl import cash_effect, net, to_base, unrealized_pnl
from mathematricks.accounting.position import fold
from mathematricks.contracts.instruments import InstrumentType
from support.accounts import an_execution


@pytest.mark.parametrize("kind", ["STOCK", "OPTION", "CRYPTO"])
def test_a_purchase_pays_its_notional_and_its_fee(kind: InstrumentType) -> None:
    fill = an_execution(side="BUY", quantity=10, price="3.20", multiplier=100, commission="6.50")

    assert cash_effect(kind, fill, Decimal(0)) == Decimal("-3206.50")


def test_a_sale_brings_its_notional_less_its_fee() -> None:
    fill = an_execution(side="SELL", quantity=100, price="150.25", commission="1.00")

    assert cash_effect("STOCK", fill, Decimal(999)) == Decimal("15024.00")


@pytest.mark.parametrize("kind", ["FUTURE", "FOREX"])
def test_what_is_margined_moves_only_the_result_and_the_fee(kind: InstrumentType) -> None:
    fill = an_execution(side="BUY", quantity=10, price="3.20", multiplier=100, commission="6.50")

    assert cash_effect(kind, fill, Decimal(0)) == Decimal("-6.50")
    assert cash_effect(kind, fill, Decimal("250.00")) == Decimal("243.50")


def test_a_rebate_is_a_negative_commission() -> None:
    assert cash_effect("STOCK", an_execution(quantity=1, price=5, commission="-0.20"), Decimal(0)) == Decimal("-4.80")


def test_a_short_gains_as_the_mark_falls() -> None:
    short = fold([an_execution(side="SELL", quantity=2, price="2650", multiplier=100)])

    assert unrealized_pnl(short, Decimal("2640")) == Decimal(2000)


def test_net_is_gross_less_commission() -> None:
    position = fold(
        [
            an_execution(side="BUY", quantity=10, price=5, commission="1.10"),
            an_execution(side="SELL", quantity=10, price=6, commission="1.20"),
        ]
    )

    assert net(position) == Decimal("7.70")


def test_foreign_money_converts_at_the_rate_given() -> None:
    assert to_base(Decimal("-125.50"), Decimal("0.5912")) == Decimal("-74.195600")
