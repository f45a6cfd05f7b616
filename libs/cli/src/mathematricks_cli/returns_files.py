"""Files of daily returns, read without a desk: one per strategy, or one wide file with a column for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from cerebro.adapters.sheets import Table, table_of
from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.cells import day_of, number_of
from cerebro.domain.backtests.headings import NOT_DAILY, SEARCHED, SHORT_FOR_RETURN
from cerebro.domain.backtests.reading import Backtest, Options, read_backtest
from cerebro.domain.backtests.record import Measured, measure
from cerebro.domain.backtests.units import FACTORS, scale_of
from mathematricks.quant.returns import Series

from mathematricks_cli.faults import OperatorFault

NOT_ALIKE = (*NOT_DAILY, "gross", "net")
INDEX = ("", "index", "unnamed: 0", "day", "timestamp", "time")


@dataclass(frozen=True)
class Said:
    """What the operator has said about the files beforehand."""

    units: str | None = None
    dates: str | None = None
    return_column: str | None = None

    def options(self) -> Options:
        """Return the same for the reader; raise ``OperatorFault`` for a word it does not know."""
        if self.units not in (None, *FACTORS):
            raise OperatorFault(f"--units is percent, fraction or bps, not {self.units}")
        if self.dates not in (None, "month-first", "day-first"):
            raise OperatorFault(f"--dates is month-first or day-first, not {self.dates}")
        return Options(self.units, self.dates, self.return_column, datetime.now(UTC).date())  # type: ignore[arg-type]


def check_file(path: Path, name: str, said: Said) -> dict[str, Any]:
    """Return the report of one file, in the words of the desk's own answer; ``error`` where it must be asked."""
    backtest = read_backtest(_table(path), said.options())
    if isinstance(backtest, Asked):
        return {"strategy_id": name, "file": path.name, "error": backtest.question}
    return _report(path, backtest, measure(name, backtest))


def series_of_files(paths: Sequence[Path], said: Said) -> list[Series]:
    """
    Return one series per strategy, named by the files, or by the headings of a wide file.

    Raises:
        OperatorFault: a file cannot be read, or something must be asked first.
    """
    return [one.series for one in measured_files(paths, said)]


def measured_files(paths: Sequence[Path], said: Said) -> list[Measured]:
    """Return the same with what each backtest comes to: its margin, and what a trade of it can be expected to gain."""
    if len(paths) == 1 and (wide := _wide(paths[0], said)):
        return wide
    return [_one(_table(path), path.stem, said) for path in paths]


def _one(table: Table, name: str, said: Said) -> Measured:
    backtest = read_backtest(table, said.options())
    if isinstance(backtest, Asked):
        raise OperatorFault(f"{name}: {backtest.question}")
    return measure(name, backtest)


def _wide(path: Path, said: Said) -> list[Measured]:
    """
    Return a backtest per column of a file with a date and several columns of returns, or columns of other names.

    The columns are of one kind: their unit is what all their numbers together say.
    """
    table = _from_headings(_table(path))
    heads = _heads(table[0]) if table else []
    days = [column for column, head in enumerate(heads) if "date" in head] or _unnamed_days(table)
    named = [column for column, head in enumerate(heads) if head and column not in days]
    if not days or not named or not _are_strategies([heads[column] for column in named]):
        return []
    known = Said(_unit_of(path, table, named, said), said.dates)
    names = [str(table[0][column]).strip() for column in named]
    return [_one(_narrow(table, days[0], column), name, known) for column, name in zip(named, names, strict=True)]


def _from_headings(table: Table) -> Table:
    top = (number for number, row in enumerate(table[:SEARCHED]) if any("date" in head for head in _heads(row)))
    return table[next(top, 0) :]


def _are_strategies(heads: list[str]) -> bool:
    """Return whether the columns are of one kind: none of them is called a return, or several are, and all."""
    returns = [head for head in heads if "return" in head or SHORT_FOR_RETURN.search(head)]
    unlike = any(word in head for word in NOT_ALIKE for head in heads)
    return not returns or (len(returns) > 1 and returns == heads and not unlike)


def _unit_of(path: Path, table: Table, columns: list[int], said: Said) -> str:
    heads = _heads(table[0])
    numbers = [number_of(_at(row, one), small=True) for row in table[1:] for one in columns]
    marked = "%" if all("%" in heads[one] for one in columns) else ""
    unit = scale_of([one for one in numbers if one is not None], marked, said.options().units)
    if isinstance(unit, Asked):
        raise OperatorFault(f"{path.name}: {unit.question}")
    return next(name for name, factor in FACTORS.items() if factor == unit.factor)


def _heads(row: Sequence[Any]) -> list[str]:
    return [str(cell).strip().lower() if cell is not None else "" for cell in row]


def _unnamed_days(table: Table) -> list[int]:
    """Return the first column where its days have no heading, as an index that a program has written."""
    unnamed = len(table) > 1 and _heads(table[0])[:1] != [] and _heads(table[0])[0] in INDEX
    return [0] if unnamed and day_of(_at(table[1], 0), None) is not None else []


def _at(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else None


def _narrow(table: Table, day: int, column: int) -> Table:
    rows = [[_at(row, day), _at(row, column)] for row in table[1:]]
    return [["date", "return"], *(row for row in rows if row[1] not in (None, ""))]


def _table(path: Path) -> Table:
    try:
        return table_of(path.name, path.read_bytes())
    except OSError as why:
        raise OperatorFault(f"{path} cannot be read: {why.strerror}") from why
    except ValueError as why:
        raise OperatorFault(f"{path}: {why}") from why


def _report(path: Path, backtest: Backtest, measured: Measured) -> dict[str, Any]:
    days = np.datetime_as_string(measured.series.days)
    return {
        "strategy_id": measured.series.name,
        "file": path.name,
        "mean_return_daily": measured.mean,
        "volatility_daily": measured.volatility,
        "sharpe_ratio": measured.sharpe,
        "max_drawdown": measured.max_drawdown,
        "margin_per_unit": measured.margin_per_unit,
        "expected_alpha": measured.alpha.value,
        "expected_alpha_sample": measured.alpha.sample,
        "expected_alpha_explained": measured.alpha.explained,
        "backtest_period": {"start": str(days[0]), "end": str(days[-1]), "days": days.size},
        "notes": list(measured.notes),
        "refused": [{"row": one.row, "reason": one.reason} for one in backtest.refused],
    }
