"""Making an old body new: sent now, about contracts that still trade."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from mathematricks_cli.script import Body, payload_of

SENT = "signal_sent_EPOCH"
ALSO_SENT = ("timestamp", "forwarded_at")
"""Other times that senders and forwarders write; they say nothing about the signal."""
_MILLISECONDS_FROM = 100_000_000_000
"""An epoch from here on counts milliseconds: as seconds it would lie in the year 5138."""
_EXPIRY = re.compile(r"(\d{4})(-?)(\d{2})-?(\d{2})")


def sent_at(body: Body) -> datetime | None:
    """Return when *body* says that it was sent; None where it does not, or not so that it can be read."""
    return _moment(payload_of(body).get(SENT))


def redate(body: Body, now: datetime) -> Body:
    """
    Return *body* as if it were sent at *now*.

    Sent times keep their kind (seconds, milliseconds or ISO text). An expiry that has passed since
    moves forward by whole years, unless it had passed already when the body was first sent: such
    a body asked for an expired contract then, and still must.
    """
    redated = shift_expiries(body, now)
    _move_times(redated, now)
    _move_times(payload_of(redated), now)
    return redated


def shift_expiries(body: Body, now: datetime) -> Body:
    """Return *body* with each expiry that passed between its sent time and *now* moved by whole years."""
    first_sent = sent_at(body)
    moved: Body = _with_expiries(body, first_sent.date() if first_sent else date.min, now.date())
    return moved


def like(sample: Any, moment: datetime) -> Any:
    """Return *moment* written the way *sample* is: epoch seconds, epoch milliseconds, or ISO text."""
    if isinstance(sample, int | float) and not isinstance(sample, bool):
        return int(moment.timestamp() * 1000) if sample >= _MILLISECONDS_FROM else int(moment.timestamp())
    if isinstance(sample, str) and _is_number(sample):
        return str(like(float(sample), moment))
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _move_times(body: Body, now: datetime) -> None:
    for name in (SENT, *ALSO_SENT):
        if _moment(body.get(name)) is not None:
            body[name] = like(body[name], now)


def _with_expiries(value: Any, sent: date, today: date) -> Any:
    if isinstance(value, dict):
        return {
            name: _shifted(inner, sent, today) if name == "expiry" else _with_expiries(inner, sent, today)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_expiries(inner, sent, today) for inner in value]
    return value


def _shifted(expiry: Any, sent: date, today: date) -> Any:
    found = _EXPIRY.fullmatch(str(expiry))
    day = _date(int(found[1]), int(found[3]), int(found[4])) if found else None
    if found is None or day is None or day < sent or day >= today:
        return expiry
    this_year = day.replace(year=today.year)
    moved = this_year if this_year >= today else day.replace(year=today.year + 1)
    text = moved.isoformat() if found[2] else f"{moved:%Y%m%d}"
    return int(text) if isinstance(expiry, int) else text


def _date(year: int, month: int, day: int) -> date | None:
    try:  # 29 February is taken for the 28th, so that it can move to any year
        return date(year, month, min(day, 28) if month == 2 else day)
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        if isinstance(value, int | float) or _is_number(value):
            seconds = float(value) / (1000 if float(value) >= _MILLISECONDS_FROM else 1)
            return datetime.fromtimestamp(seconds, UTC)
        parsed = datetime.fromisoformat(value)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"\d+(\.\d+)?", text.strip()) is not None
