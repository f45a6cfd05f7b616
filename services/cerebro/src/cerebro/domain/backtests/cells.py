"""Single cells of a backtest: days and numbers in the spellings that developers use."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Cell = str | float | int | date | datetime | bool | None
DateOrder = Literal["month-first", "day-first"]

_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?")
_WORDED = (
    *("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%b %d %Y", "%d-%b-%y", "%d/%b/%Y", "%B %d, %Y", "%d %B %Y"),
    *("%a %d %b %Y", "%a, %b %d, %Y", "%A, %B %d, %Y", "%A, %d %B %Y"),
)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_CURRENCY = re.compile(r"USD|EUR|GBP|[$€£\s\u00a0\u202f]")
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1950, 2100
EXCEL_DAYS = (18_264, 73_050)
"""Serial numbers of 1950 to 2100."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and whether its cell said that it is a per cent."""

    value: float
    percent: bool = False


def is_blank(cell: Cell) -> bool:
    """Whether the cell says nothing."""
    return cell is None or (
        isinstance(cell, str) and cell.strip().lower() in ("", "-", "–", "n/a", "na", "nan", "null")
    )


def day_of(cell: Cell, order: DateOrder | None) -> date | None:
    """
    Return the day that *cell* names; None if it names none.

    Args:
        order: Which comes first in 3/4/25; not read where only one order gives a day.
    """
    found = _day(cell, order)
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None


def parts_of_slashed(cell: Cell) -> tuple[int, int] | None:
    """Return the first two numbers of a day like 9/27/25; None for any other cell."""
    matched = _SLASHED.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return (int(matched[1]), int(matched[2])) if matched else None


def number_of(cell: Cell, *, small: bool = False) -> Number | None:
    """
    Return the number in *cell*: ``0.85%``, ``$1,234.50``, ``(12.5)``, ``0,85 %``; None if it is none.

    Args:
        small: It is below a thousand, so that the comma of ``1,234`` is a decimal one.
    """
    if isinstance(cell, bool) or cell is None or isinstance(cell, date):
        return None
    if isinstance(cell, int | float):
        return Number(float(cell)) if math.isfinite(cell) else None
    text = _CURRENCY.sub("", cell.strip()).replace("−", "-")
    negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1] if negative else text
    percent = text.endswith("%")
    text = _with_point(text.rstrip("%"), small=small)
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text) * (-1 if negative else 1)
    return Number(value, percent) if math.isfinite(value) else None


def _with_point(text: str, *, small: bool) -> str:
    """Return *text* with a decimal point and no thousands separators."""
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        whole = text[:decimal].replace(",", "").replace(".", "")
        return f"{whole}.{text[decimal + 1 :]}"
    if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+", text) and not (small and text.count(",") == 1):
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 else text


def _day(cell: Cell, order: DateOrder | None) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _numbered(cell)
    return _written(cell.strip(), order) if isinstance(cell, str) else None


def _numbered(number: float) -> date | None:
    if not math.isfinite(number) or number != int(number):
        return None
    if EXCEL_DAYS[0] <= number <= EXCEL_DAYS[1]:
        return EXCEL_EPOCH + timedelta(days=int(number))
    return _written(str(int(number)), None) if number > EXCEL_DAYS[1] else None


def _written(text: str, order: DateOrder | None) -> date | None:
    if matched := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _made(int(matched[1]), int(matched[2]), int(matched[3]))
    if matched := _SERIAL.fullmatch(text):
        return _numbered(float(matched[1]))
    if matched := _SLASHED.fullmatch(text):
        first, second, year = int(matched[1]), int(matched[2]), int(matched[3])
        year += (2000 if year < 70 else 1900) if len(matched[3]) == 2 else 0
        both = {"month-first": _made(year, first, second), "day-first": _made(year, second, first)}
        return both[order] if order else both["month-first"] or both["day-first"]
    for spelling in _WORDED:
        try:
            return datetime.strptime(text, spelling).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
