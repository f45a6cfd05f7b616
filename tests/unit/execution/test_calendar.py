"""When markets are open, by New York's clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from execution.domain.calendar import easter, is_open, next_open, session_end, us_holidays

NEW_YORK = ZoneInfo("America/New_York")


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("calendar", "moment", "open_then"),
    [
        ("always", "2026-12-25 03:00", True),
        ("us_equity", "2026-03-11 09:29", False),
        ("us_equity", "2026-03-11 09:30", True),
        ("us_equity", "2026-03-11 15:59", True),
        ("us_equity", "2026-03-11 16:00", False),
        ("us_equity", "2026-03-14 12:00", False),
        ("us_equity", "2026-07-03 12:00", False),  # the Fourth, kept on Friday
        ("us_equity", "2026-11-27 13:30", False),  # the half day after Thanksgiving
        ("us_equity", "2026-11-27 12:30", True),
        ("fx", "2026-03-13 16:59", True),
        ("fx", "2026-03-13 17:00", False),
        ("fx", "2026-03-15 16:59", False),
        ("fx", "2026-03-15 17:00", True),
        ("cme", "2026-03-11 17:30", False),
        ("cme", "2026-03-11 18:00", True),
        ("cme", "2026-03-15 17:30", False),
        ("cme", "2026-03-15 18:00", True),
        ("cme", "2026-12-24 20:00", False),
        ("cme", "2026-12-25 12:00", False),
    ],
)
def test_regular_hours(calendar: Any, moment: str, open_then: bool):
    assert is_open(calendar, ny(moment)) is open_then


@pytest.mark.parametrize(
    ("calendar", "moment", "opens"),
    [
        ("us_equity", "2026-03-13 16:30", "2026-03-16 09:30"),
        ("us_equity", "2026-03-13 08:00", "2026-03-13 09:30"),
        ("us_equity", "2026-11-25 20:00", "2026-11-27 09:30"),
        ("fx", "2026-03-14 12:00", "2026-03-15 17:00"),
        ("cme", "2026-03-11 17:10", "2026-03-11 18:00"),
        ("cme", "2026-03-11 12:00", "2026-03-11 12:00"),
    ],
)
def test_the_next_open(calendar: Any, moment: str, opens: str):
    assert next_open(calendar, ny(moment)) == ny(opens)


@pytest.mark.parametrize(
    ("calendar", "moment", "ends"),
    [
        ("us_equity", "2026-03-11 15:59", "2026-03-11 16:00"),
        ("us_equity", "2026-03-11 16:00", "2026-03-12 16:00"),
        ("us_equity", "2026-03-14 12:00", "2026-03-16 16:00"),  # a Saturday
        ("us_equity", "2026-11-27 10:00", "2026-11-27 13:00"),  # a half day
        ("fx", "2026-03-13 16:00", "2026-03-13 17:00"),
        ("fx", "2026-03-13 18:00", "2026-03-16 17:00"),
        ("cme", "2026-03-11 18:30", "2026-03-12 17:00"),
        ("cme", "2026-12-24 20:00", "2026-12-28 17:00"),  # over Christmas
        ("always", "2026-03-11 15:00", "2026-03-11 20:00"),  # midnight in London
    ],
)
def test_a_day_order_works_until_its_trading_day_ends(calendar: Any, moment: str, ends: str):
    assert session_end(calendar, ny(moment)) == ny(ends)


def test_holidays_of_a_year_are_the_exchanges_own():
    assert us_holidays(2026) == {
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 4, 3),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 11, 26),
        date(2026, 12, 25),
    }


def test_a_new_year_on_saturday_closes_no_day_of_the_old_year():
    assert date(2021, 12, 31) not in us_holidays(2021)
    assert date(2022, 1, 1) not in us_holidays(2022)


def test_easter():
    assert [easter(year) for year in (2024, 2025, 2026, 2027)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2027, 3, 28),
    ]
