"""Files of daily returns, read without a desk: one per strategy, or one wide file with a column for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cerebro.adapters.sheets import Table, table_of
from cerebro.domain.backtests.asking import Asked
from cerebro.domain.backtests.reading import Backtest, Options, read_backtest
from cerebro.domain.backtests.record import Measured, measure
from mathematricks.quant.returns import Series

from mathematricks_cli.faults import OperatorFault


@dataclass(frozen=True)
class Said:
    """What the operator has said about the files beforehand."""

    units: str | None = None
    dates: str | None = None
    return_column: str | None = None

    def options(self) -> Options:
        """Return the same for the reader; raise ``OperatorFault`` for a word it does not know."""
        if self.units not in (None, "percent", "fraction"):
            raise OperatorFault(f"--units is percent or fraction, not {self.units}")
        if self.dates not in (None, "month-first", "day-first"):
            raise OperatorFault(f"--dates is month-first or day-first, not {self.dates}")
        return Options(self.units, self.dates, self.return_column)  # type: ignore[arg-type]


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
    """Return a backtest per column of a file whose first heading is the date and that has no column of returns."""
    table = _table(path)
    heads = [str(cell).strip() if cell is not None else "" for cell in table[0]] if table else []
    days = [column for column, head in enumerate(heads) if "date" in head.lower()]
    named = [column for column, head in enumerate(heads) if head and column not in days]
    if not days or any("return" in head.lower() for head in heads) or not named:
        return []
    return [_one(_narrow(table, days[0], column), heads[column], said) for column in named]


def _narrow(table: Table, day: int, column: int) -> Table:
    def cell(row: Any, at: int) -> Any:
        return row[at] if at < len(row) else None

    rows = [[cell(row, day), cell(row, column)] for row in table[1:]]
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
