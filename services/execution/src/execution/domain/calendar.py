"""When markets are open: regular hours, weekends and holidays, by calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

Calendar = Literal["always", "us_equity", "fx", "cme"]

NEW_YORK = ZoneInfo("America/New_York")
BELL = (time(9, 30), time(16, 0))
EARLY_CLOSE = time(13, 0)
FX_TURN = time(17, 0)
CME_TURN, CME_REOPEN = time(17, 0), time(18, 0)
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6


def is_open(calendar: Calendar, now: datetime) -> bool:
    """
    Return whether regular trading is on at *now*.

    us_equity: 9:30 to 16:00 in New York, to 13:00 on half days. fx: Sunday 17:00 to Friday 17:00 in New
    York. cme: the same with an hour's break at 17:00 each day, and closed on its three full holidays.
    """
    if calendar == "always":
        return True
    local = now.astimezone(NEW_YORK)
    if calendar == "us_equity":
        hours = equity_hours(local.date())
        return hours is not None and hours[0] <= local.time() < hours[1]
    if calendar == "fx":
        return _in_week(local, FX_TURN)
    paused = CME_TURN <= local.time() < CME_REOPEN
    return _in_week(local, CME_REOPEN) and not paused and not _cme_holiday(local)


def next_open(calendar: Calendar, now: datetime) -> datetime:
    """Return the first time at or after *now* when the market is open, to the minute; *now* if it is open."""
    if is_open(calendar, now):
        return now
    local = now.astimezone(NEW_YORK)
    for day in (local.date() + timedelta(days=ahead) for ahead in range(15)):
        opens = _opening(calendar, day)
        if opens is not None and opens > now and is_open(calendar, opens):
            return opens.astimezone(now.tzinfo)
    raise AssertionError(f"{calendar} does not open within a fortnight of {now}")


def session_end(calendar: Calendar, now: datetime) -> datetime:
    """Return when the trading day ends that *now* lies in, else the next one: until then a DAY order works."""
    if calendar == "always":
        return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
    local = now.astimezone(NEW_YORK)
    for day in (local.date() + timedelta(days=ahead) for ahead in range(15)):
        ends = _closing(calendar, day)
        if ends is not None and ends > now:
            return ends.astimezone(now.tzinfo)
    raise AssertionError(f"{calendar} does not close within a fortnight of {now}")


def equity_hours(day: date) -> tuple[time, time] | None:
    """Return when US shares trade on *day*, New York time; None on weekends and holidays."""
    if day.weekday() >= SATURDAY or day in us_holidays(day.year):
        return None
    return (BELL[0], EARLY_CLOSE) if _is_half_day(day) else BELL


@lru_cache(maxsize=64)
def us_holidays(year: int) -> frozenset[date]:
    """Return the days on which the New York Stock Exchange is closed in *year*, by its standing rules."""
    fixed = {date(year, 6, 19), date(year, 7, 4), date(year, 12, 25)}
    observed = {_observed(day) for day in fixed}
    new_year = date(year, 1, 1)
    if new_year.weekday() != SATURDAY:  # the Friday before belongs to the old year and is a trading day
        observed.add(_observed(new_year))
    moving = {
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        easter(year) - timedelta(days=2),
        _last_monday(year, 5),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 11, THURSDAY, 4),
    }
    return frozenset(observed | moving)


def easter(year: int) -> date:
    """Return Easter Sunday of *year* (Gregorian; the anonymous algorithm, Meeus 1991)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    correction = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _opening(calendar: Calendar, day: date) -> datetime | None:
    if calendar == "us_equity":
        hours = equity_hours(day)
        return datetime.combine(day, hours[0], NEW_YORK) if hours else None
    return datetime.combine(day, FX_TURN if calendar == "fx" else CME_REOPEN, NEW_YORK)


def _closing(calendar: Calendar, day: date) -> datetime | None:
    if calendar == "us_equity":
        hours = equity_hours(day)
        return datetime.combine(day, hours[1], NEW_YORK) if hours else None
    ends = datetime.combine(day, FX_TURN if calendar == "fx" else CME_TURN, NEW_YORK)
    traded = is_open(calendar, ends - timedelta(minutes=1))
    return ends if traded and day.weekday() < SATURDAY else None


def _in_week(local: datetime, sunday_opens: time) -> bool:
    weekday, clock = local.weekday(), local.time()
    if weekday == SUNDAY:
        return clock >= sunday_opens
    return weekday < FRIDAY or (weekday == FRIDAY and clock < FX_TURN)


def _cme_holiday(local: datetime) -> bool:
    """The trading day that began at 18:00 the evening before is the holiday's."""
    day = (local + timedelta(hours=6)).date() if local.time() >= CME_REOPEN else local.date()
    return day in (date(day.year, 1, 1), date(day.year, 12, 25), easter(day.year) - timedelta(days=2))


def _is_half_day(day: date) -> bool:
    eve_of_holiday = (day.month, day.day) in ((7, 3), (12, 24))
    return eve_of_holiday or day == _nth(day.year, 11, THURSDAY, 4) + timedelta(days=1)


def _observed(day: date) -> date:
    """A holiday on Saturday is kept on Friday, one on Sunday on Monday."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())
