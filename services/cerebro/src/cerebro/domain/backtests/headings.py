"""Which row holds the headings, and which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.cells import Cell

SEARCHED = 30
"""Rows at the top among which the headings are looked for: titles and remarks may come first."""
SHORT_FOR_RETURN = re.compile(r"(?<![a-z])(?:rets?|rtn)(?![a-z])|pct_chg|% chg")
NOT_DAILY = ("cum", "total", "annual", "ytd", "monthly", "benchmark")


@dataclass(frozen=True)
class Headings:
    """The row of the headings (counted from 0) and the column of each thing; None: the file has no such column."""

    row: int
    day: int
    returns: int
    returns_said: str
    pnl: int | None = None
    notional: int | None = None
    margin: int | None = None
    equity: int | None = None


def find_headings(rows: Sequence[Sequence[Cell]], wanted: str | None = None) -> Headings | Asked:
    """
    Return where the columns are: a heading with "date" and one with "return" anywhere in it, in one row.

    Args:
        wanted: Heading of the column of returns, where several could be meant.
    """
    for number, row in enumerate(rows[:SEARCHED]):
        texts = [cell.strip().lower() if isinstance(cell, str) else "" for cell in row]
        days = _having(texts, ("date",)) or _having(texts, ("day", "timestamp"), but=("daily",))
        returns = _having(texts, ("return",)) or _short_for_return(texts)
        if days and returns:
            return _read(number, texts, (days[0], returns), wanted)
    return Asked(
        "columns",
        'No row has a heading with "date" and one with "return" in it; give the columns such headings.',
    )


def _read(number: int, texts: list[str], found: tuple[int, list[int]], wanted: str | None) -> Headings | Asked:
    day, returns = found
    if wanted is not None:
        returns = [one for one in returns if texts[one] == wanted.strip().lower()]
    elif len(returns) > 1:
        returns = [one for one in returns if not any(word in texts[one] for word in NOT_DAILY)] or returns
        returns = [one for one in returns if "daily" in texts[one]] or returns
    if len(returns) != 1:
        names = ", ".join(f'"{texts[one]}"' for one in found[1])
        return Asked("return-column", f"Which column holds the daily returns: {names}? Give --return-column HEADING.")
    return Headings(
        number,
        day,
        returns[0],
        texts[returns[0]],
        _first(texts, ("p&l", "pnl", "p/l", "profit"), but=("cum", "total")),
        _first(texts, ("notional", "exposure")),
        _first(texts, ("margin",)),
        _first(texts, ("equity", "balance", "account value", "nav")),
    )


def _short_for_return(texts: list[str]) -> list[int]:
    return [column for column, text in enumerate(texts) if SHORT_FOR_RETURN.search(text)]


def _having(texts: list[str], words: tuple[str, ...], but: tuple[str, ...] = ()) -> list[int]:
    return [
        column
        for column, text in enumerate(texts)
        if any(word in text for word in words) and not any(word in text for word in but)
    ]


def _first(texts: list[str], words: tuple[str, ...], but: tuple[str, ...] = ()) -> int | None:
    found = _having(texts, words, but)
    return found[0] if found else None
