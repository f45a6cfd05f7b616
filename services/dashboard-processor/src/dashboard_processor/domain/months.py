"""Months of an agreement in its own time zone: when one begins, ends and is closed, and which a fill belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

GRACE = timedelta(hours=1)
"""A month is closed this long after its end: until then late fills of it still count in it."""


def month_of(moment: datetime, zone: str) -> str:
    """Return the month, as ``2026-11``, that *moment* lies in."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m}"


def following(month: str) -> str:
    """Return the month after *month*."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def begins_at(month: str, zone: str) -> datetime:
    """Return the first moment of *month*, UTC."""
    return day_begins(f"{month}-01", zone)


def day_begins(day: str, zone: str) -> datetime:
    """Return the first moment of *day* (``2026-11-01``), UTC."""
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def closes_at(month: str, zone: str) -> datetime:
    """Return when *month* is closed, UTC: bookings from then on enter the next statement."""
    return begins_at(following(month), zone) + GRACE


def counted_in(made: datetime, booked: datetime, zone: str) -> str:
    """Return the month a fill counts in: its own, or, booked after that was closed, the one open at its booking."""
    own = month_of(made, zone)
    if booked < closes_at(own, zone):
        return own
    month = month_of(booked - GRACE, zone)  # within the grace of a month's end, the month before is still open
    return max(own, month)


def first_day_from(now: datetime, zone: str) -> str:
    """Return the next 1st of a month in *zone*, today if it is one."""
    today = f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
    first = f"{today[:7]}-01"
    return first if today == first else f"{following(today[:7])}-01"
