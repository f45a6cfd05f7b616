"""Which snapshot counts, and what the day began with."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from account_data.domain.freshness import View, due_points, rolled, seen
from support.accounts import OPENED, a_broker_position, an_account_update

TOMORROW = OPENED + timedelta(days=1)


def a_view(**but: object) -> View:
    view = seen(None, an_account_update(as_of=OPENED, **but), traded=True)
    assert view is not None
    return view


def test_the_newest_snapshot_wins_whatever_order_they_arrive_in() -> None:
    view = a_view(equity=100)

    assert seen(view, an_account_update(equity=90, as_of=OPENED), traded=True) is None
    assert seen(view, an_account_update(equity=90, as_of=OPENED - timedelta(seconds=1)), traded=True) is None
    newer = seen(view, an_account_update(equity=110, as_of=OPENED + timedelta(seconds=1)), traded=True)
    assert newer is not None
    assert newer.update.equity == 110


def test_the_day_begins_with_the_last_equity_before_midnight() -> None:
    view = seen(a_view(equity=100), an_account_update(equity=130, as_of=TOMORROW), traded=True)

    assert view is not None
    assert (view.day, view.open_equity, view.update.equity) == (TOMORROW.date(), 100, 130)


def test_a_snapshot_from_before_midnight_that_arrives_after_it_still_sets_the_days_beginning() -> None:
    turned = rolled(a_view(equity=100, unrealized_pnl=5), TOMORROW)
    late = an_account_update(equity=105, unrealized_pnl=9, as_of=OPENED + timedelta(minutes=5))

    view = seen(turned, late, traded=True)

    assert view is not None
    assert (view.day, view.open_equity, view.open_unrealized) == (TOMORROW.date(), 105, 9)


def test_money_paid_into_an_account_that_never_traded_is_no_profit() -> None:
    view = seen(a_view(equity=100), an_account_update(equity=600), traded=False)

    assert view is not None
    assert view.open_equity == 600


def test_marks_outlive_the_position_that_brought_them() -> None:
    held = a_view(open_positions=[a_broker_position(market_price=151)])

    view = seen(held, an_account_update(), traded=True)

    assert view is not None
    assert view.marks == {"AAPL": Decimal(151)}


def test_the_equity_curve_has_at_most_one_point_per_half_minute() -> None:
    view = a_view()
    soon = seen(view, an_account_update(as_of=OPENED + timedelta(seconds=29)), traded=True)
    later = seen(view, an_account_update(as_of=OPENED + timedelta(seconds=31)), traded=True)
    assert soon
    assert later

    assert [point.kind for point in due_points(view, None)] == ["snapshot", "day_open"]
    assert due_points(soon, view) == []
    assert [point.at for point in due_points(later, view)] == [OPENED + timedelta(seconds=30)]
