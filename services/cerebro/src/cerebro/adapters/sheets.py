"""Files as tables of cells: CSV in any usual encoding and separator, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import openpyxl

from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.cells import Cell
from cerebro.domain.backtests.headings import find_headings

MOST_ROWS, MOST_COLUMNS = 100_000, 200
LARGEST_UNPACKED = 100 * 2**20
Table = list[list[Cell]]


class Unreadable(ValueError):
    """The file is no table; the text says why."""


def table_of(name: str, content: bytes) -> Table:
    """Return the cells of the file *name*; raise ``Unreadable`` if it is neither CSV nor XLSX."""
    if content[:4] == b"PK\x03\x04":
        return _from_xlsx(content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise Unreadable(f"{name} is an old XLS file: save it as XLSX or CSV")
    return _from_csv(name, content)


def _from_csv(name: str, content: bytes) -> Table:
    text = _decoded(content)
    if "\x00" in text:
        raise Unreadable(f"{name} is neither CSV nor XLSX")
    top = "\n".join(text.splitlines()[:30])
    separator = max(",;\t|", key=top.count)
    try:
        rows: Table = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    except csv.Error as why:
        raise Unreadable(f"{name} is no CSV: {why}") from why
    return _of_bearable_size(rows)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _from_xlsx(content: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > LARGEST_UNPACKED:
                raise Unreadable("the XLSX unpacks to more than 100 MB")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return _telling(book)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError) as why:
        raise Unreadable(str(why) if isinstance(why, Unreadable) else f"the XLSX is broken: {why}") from why


def _telling(book: openpyxl.Workbook) -> Table:
    """Return the sheet that is in front, or, where it has no headings of returns, the first one that has."""
    first: Table | None = None
    for sheet in (book.active, *(one for one in book.worksheets if one is not book.active)):
        table = _of_bearable_size([list(row) for row in _rows(sheet)])
        found = find_headings(table)
        if not isinstance(found, Asked) or found.about == "return-column":
            return table
        first = table if first is None else first
    return first or []


def _rows(sheet: object) -> Iterator[Iterator[Cell]]:
    if sheet is None or not hasattr(sheet, "iter_rows"):
        raise Unreadable("the XLSX has no sheet")
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS)):
        if number > MOST_ROWS:
            raise Unreadable(f"more than {MOST_ROWS} rows")
        yield (_plain(cell) for cell in row)


def _plain(cell: object) -> Cell:
    """Return the cell's value; a number shown as per cent says so, as it does in a CSV."""
    value: Cell = getattr(cell, "value", None)
    shown = str(getattr(cell, "number_format", "") or "")
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in shown:
        return f"{value * 100:.15g}%"
    return value


def _of_bearable_size(rows: Table) -> Table:
    if len(rows) > MOST_ROWS:
        raise Unreadable(f"more than {MOST_ROWS} rows")
    return rows
