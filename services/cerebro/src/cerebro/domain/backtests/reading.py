"""A table of cells becomes a backtest: days with returns, and every row that was refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from mathematricks.contracts.backtests import Units

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.cells import Cell, DateOrder, Number, day_of, is_blank, number_of, parts_of_slashed
from cerebro.domain.backtests.headings import Headings, find_headings
from cerebro.domain.backtests.units import scale_of

AHEAD = timedelta(days=1)
"""East of Greenwich the date may be one ahead."""


@dataclass(frozen=True)
class Options:
    """
    What the sender has said beforehand.

    Attributes:
        today: By UTC; later days have not happened. None: any day is taken.
    """

    units: Units | None = None
    dates: DateOrder | None = None
    return_column: str | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken; *row* counts from 1, as an editor does."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day, in the order of the file."""

    row: int
    day: date
    ret: float
    pnl: float | None
    notional: float | None
    margin: float | None
    equity: float | None


@dataclass(frozen=True)
class Backtest:
    """What a file says: its days in the file's order, what was refused, and what was understood how."""

    days: tuple[DayRow, ...]
    refused: tuple[RefusedRow, ...]
    notes: tuple[str, ...]


def read_backtest(rows: Sequence[Sequence[Cell]], options: Options) -> Backtest | Asked:
    """Return the backtest in *rows*, or what must be asked first."""
    headings = find_headings(rows, options.return_column)
    if isinstance(headings, Asked):
        return headings
    body = [(number + 1, row) for number, row in enumerate(rows) if number > headings.row]
    body = [(number, row) for number, row in body if not all(is_blank(cell) for cell in row)]
    order = _date_order([_cell(row, headings.day) for _, row in body], options.dates)
    if isinstance(order, Asked):
        return order
    numbers = [number_of(_cell(row, headings.returns), small=True) for _, row in body]
    scale = scale_of([one for one in numbers if one is not None], headings.returns_said, options.units)
    if isinstance(scale, Asked):
        return scale
    made = [_happened(_row(one, headings, order, scale.factor), options.today) for one in body]
    days = [one for one in made if isinstance(one, DayRow)]
    refused = [one for one in made if isinstance(one, RefusedRow)]
    kept, doubled = _without_doubles(days)
    if not kept:
        return Asked("rows", f"No row could be read: {refused[0].reason if refused else 'the table is empty'}.")
    everything = tuple(sorted((*refused, *doubled), key=lambda one: one.row))
    return Backtest(tuple(kept), everything, (f"Units: {scale.why}.", *_gaps(kept)))


def _cell(row: Sequence[Cell], column: int | None) -> Cell:
    return row[column] if column is not None and column < len(row) else None


def _date_order(cells: Sequence[Cell], given: DateOrder | None) -> DateOrder | Asked | None:
    parts = [found for cell in cells if (found := parts_of_slashed(cell))]
    if given is not None or not parts:
        return given
    if any(first > 12 for first, _ in parts):
        return "day-first"
    if any(second > 12 for _, second in parts):
        return "month-first"
    return Asked("dates", "Is 3/4/25 the 4th of March or the 3rd of April? Give --dates month-first or day-first.")


def _row(
    numbered: tuple[int, Sequence[Cell]], headings: Headings, order: DateOrder | None, factor: float
) -> DayRow | RefusedRow:
    number, row = numbered
    said, cell = _cell(row, headings.day), _cell(row, headings.returns)
    day, ret = day_of(said, order), number_of(cell, small=True)
    if day is None:
        return RefusedRow(number, "no date" if is_blank(said) else f"{_short(said)} is not a date")
    if ret is None:
        return RefusedRow(number, "no return" if is_blank(cell) else f"{_short(cell)} is not a return")
    value = _fraction(ret, factor)
    if value <= -1:
        return RefusedRow(number, f"a return of {value:.2%} loses everything or more")
    amounts = [
        number_of(_cell(row, column)) for column in (headings.pnl, headings.notional, headings.margin, headings.equity)
    ]
    return DayRow(number, day, value, *(one.value if one else None for one in amounts))


def _happened(row: DayRow | RefusedRow, today: date | None) -> DayRow | RefusedRow:
    if isinstance(row, RefusedRow) or today is None or row.day <= today + AHEAD:
        return row
    return RefusedRow(row.row, f"{row.day} is in the future")


def _fraction(number: Number, factor: float) -> float:
    # Dividing keeps the digits that were written: 0.65 / 100, not 0.65 × 0.01.
    return number.value / (100 if number.percent else round(1 / factor))


def _without_doubles(days: Sequence[DayRow]) -> tuple[list[DayRow], list[RefusedRow]]:
    by_day: dict[date, list[DayRow]] = {}
    for one in days:
        by_day.setdefault(one.day, []).append(one)
    refused = []
    for day, same in by_day.items():
        if len({one.ret for one in same}) > 1:
            rows = ", ".join(str(one.row) for one in same)
            refused += [RefusedRow(one.row, f"{day} has different returns in rows {rows}") for one in same]
            by_day[day] = []
        else:
            refused += [RefusedRow(one.row, f"{day} is in row {same[0].row} already") for one in same[1:]]
    gone = {one.row for one in refused}
    return [one for one in days if one.row not in gone], refused


def _gaps(days: Sequence[DayRow], longest: int = 7) -> tuple[str, ...]:
    ordered = sorted(one.day for one in days)
    return tuple(
        f"No day between {before} and {after}."
        for before, after in pairwise(ordered)
        if (after - before).days > longest
    )


def _short(cell: Cell) -> str:
    return repr(cell if not isinstance(cell, str) else cell[:40])
