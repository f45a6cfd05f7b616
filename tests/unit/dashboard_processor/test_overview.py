"""One mode's figures, rolled up; live and paper never meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dashboard_processor.domain.currency import percent, rates_of
from dashboard_processor.domain.overview import SHOWN, AccountFigures, Activity, Seen, Terms, overview_of, pnl_today
from mathematricks.contracts.dashboard import OverviewAccount, OverviewFill, OverviewPosition
from support.signals import a_signal
from support.trails import a_fill, a_trading_order

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
NOW = MIDNIGHT + timedelta(hours=12)


def an_account(name: str = "paper:A", **but: Any) -> AccountFigures:
    line = {
        "account": name,
        "base_currency": "USD",
        "equity": Decimal(100_000),
        "initial_margin": Decimal(0),
        "margin_used": Decimal(0),
        "unrealized_pnl": Decimal(0),
        "as_of": NOW,
    }
    figures = {"mode": "PAPER", "day": MIDNIGHT, "day_open_equity": None}
    return AccountFigures(
        line=OverviewAccount(**line | {key: value for key, value in but.items() if key in line}),
        **figures | {key: value for key, value in but.items() if key not in line},
    )


def a_position(account: str = "paper:A", instrument: str = "AAPL", quantity: object = 10) -> OverviewPosition:
    return OverviewPosition(
        account=account,
        strategy_id="Trend",
        instrument=instrument,
        quantity=Decimal(str(quantity)),
        average_price=Decimal(150),
        currency="USD",
    )


def test_accounts_of_the_other_mode_count_for_nothing():
    seen = Seen(
        accounts=(an_account(equity=Decimal(5)), an_account("A", mode="LIVE", equity=Decimal(7))),
        positions=(a_position(), a_position("A", "MSFT")),
    )

    paper, live = (overview_of(mode, seen, Terms(), NOW) for mode in ("PAPER", "LIVE"))

    assert (paper.equity, live.equity) == (Decimal(5), Decimal(7))
    assert [held.instrument for held in paper.positions] == ["AAPL"]
    assert [held.instrument for held in live.positions] == ["MSFT"]


def test_equity_is_summed_to_the_last_digit():
    amounts = (Decimal("251786.123456789012345678"), Decimal("0.000000000000000001"))
    seen = Seen(accounts=tuple(an_account(f"paper:{n}", equity=one) for n, one in enumerate(amounts)))

    assert overview_of("PAPER", seen, Terms(), NOW).equity == Decimal("251786.123456789012345679")


def test_what_nobody_reported_is_absent_not_zero():
    overview = overview_of("LIVE", Seen(), Terms(), NOW)

    assert overview.equity is None
    assert overview.pnl_today is None
    assert overview.as_of == NOW


def test_margin_is_shown_against_the_limit_and_against_equity():
    seen = Seen(accounts=(an_account(initial_margin=Decimal(10_000), margin_used=Decimal(8_000)),))

    overview = overview_of("PAPER", seen, Terms(), NOW)

    assert (overview.margin_used, overview.maintenance_margin) == (10_000, 8_000)
    assert overview.margin_limit == Decimal(40_000)
    assert overview.margin_percent_of_limit == Decimal("25.00")
    assert overview.margin_percent_of_equity == Decimal("10.00")


def test_todays_pnl_is_the_equity_less_what_the_day_began_with():
    account = an_account(equity=Decimal("101000.50"), day_open_equity=Decimal(100_000))

    overview = overview_of("PAPER", Seen(accounts=(account,)), Terms(), NOW)

    assert overview.pnl_today == Decimal("1000.50")
    assert overview.pnl_today_percent == Decimal("1.00")


def test_an_account_that_is_new_today_has_won_what_it_realized_and_has_unrealized():
    account = an_account(realized_today=Decimal(-30), unrealized_pnl=Decimal(50))

    assert pnl_today(account, NOW) == Decimal(20)


def test_an_account_not_heard_of_since_midnight_has_won_nothing_yet():
    account = an_account(day_open_equity=Decimal(90_000))

    assert pnl_today(account, NOW + timedelta(days=1)) == 0


def test_a_foreign_account_is_converted_and_one_without_a_rate_is_named():
    seen = Seen(
        accounts=(
            an_account("paper:A", rates={"EUR": Decimal("1.10")}),
            an_account("paper:B", base_currency="EUR", equity=Decimal("100.01")),
            an_account("paper:C", base_currency="JPY"),
        )
    )

    overview = overview_of("PAPER", seen, Terms(), NOW)

    assert overview.equity == Decimal("100110.01")
    assert overview.unconverted == ("paper:C",)
    assert [line.account for line in overview.accounts] == ["paper:A", "paper:B", "paper:C"]


def test_a_rate_works_both_ways():
    rates = rates_of([("USD", {"EUR": Decimal(2), "USD": Decimal(1), "XXX": Decimal(0)})])

    assert rates.convert(Decimal(10), "USD", "EUR") == Decimal("5.00")
    assert rates.convert(Decimal(1), "XXX", "USD") is None


def test_a_share_of_nothing_is_unknown():
    assert percent(Decimal(1), Decimal(0)) is None
    assert percent(Decimal(1), Decimal(3)) == Decimal("33.33")


def test_only_the_newest_ten_are_shown_and_flat_positions_are_not():
    order = a_trading_order(a_signal())
    fills = tuple(OverviewFill.model_validate(a_fill(order, execution_id=f"x{n}").model_dump()) for n in range(15))
    seen = Seen(
        accounts=(an_account(),),
        positions=(a_position(quantity=0), a_position(instrument="MSFT", quantity=-3)),
        activity={"PAPER": Activity(fills=fills)},
    )

    overview = overview_of("PAPER", seen, Terms(), NOW)

    assert len(overview.fills) == SHOWN
    assert (overview.open_positions, overview.positions[0].instrument) == (1, "MSFT")
