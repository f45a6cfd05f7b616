"""The allocation as a page shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from dashboard_processor.domain.allocation import Worth, allocation_view
from mathematricks.contracts.allocations import PortfolioAllocation

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_share_is_told_in_money_of_each_mode_apart_rounded_down():
    active = PortfolioAllocation(
        allocation_id="a1",
        allocations={"Trend": Decimal("33.333"), "Idle": Decimal(0)},
        status="ACTIVE",
        created_at=NOW,
        updated_at=NOW,
    )
    worth = Worth("USD", {"LIVE": Decimal("1000"), "PAPER": Decimal("10000000.55")})

    view = allocation_view(active, None, None, worth, NOW)

    assert view.currency == "USD"
    assert {line.strategy_id: line.capital for line in view.lines} == {
        "Idle": {"LIVE": Decimal("0.00"), "PAPER": Decimal("0.00")},
        "Trend": {"LIVE": Decimal("333.33"), "PAPER": Decimal("3333300.18")},
    }


def test_where_nothing_is_active_no_capital_is_told():
    assert allocation_view(None, None, None, Worth("USD", {"LIVE": Decimal(1)}), NOW).lines == ()
