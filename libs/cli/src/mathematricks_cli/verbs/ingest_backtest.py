"""``ingest-backtest``: files of daily returns become what a strategy is known by."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer
from mathematricks_cli.desk_client import DeskRefused, desk_client
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.state import state_dir

SHOWN = 20


def ingest_backtest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="CSV or XLSX files, one per strategy")],
    strategy: Annotated[str | None, typer.Option(help="Strategy, if it is not the file's name")] = None,
    units: Annotated[str | None, typer.Option(help="percent, fraction or bps: what 0.5 means without a % sign")] = None,
    dates: Annotated[str | None, typer.Option(help="month-first or day-first: how 3/4/25 is read")] = None,
    return_column: Annotated[str | None, typer.Option(help="Heading of the daily returns")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only read and report; needs no running desk")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Read backtests into the desk; every row that is refused is named with the reason."""
    said = {"units": units, "dates": dates, "return_column": return_column}

    async def work(console: Console) -> bool:
        if strategy is not None and len(paths) > 1:
            raise OperatorFault("--strategy names one strategy, and there are several files")
        if check:
            from mathematricks_cli.returns_files import Said, check_file  # numpy takes a while to import

            told = [_told(console, check_file(path, strategy or path.stem, Said(**said))) for path in paths]
            return all(told)
        good = True
        async with desk_client(state_dir(state)) as desk:
            for path in paths:
                name = strategy or path.stem
                where = f"/api/strategies/{quote(name, safe='')}/sync-backtest"
                try:
                    good &= _told(console, await desk.post(fleet.CEREBRO, where, _body(path, said)))
                except DeskRefused as refused:
                    good = _told(console, {"strategy_id": name, "file": path.name, "error": str(refused)})
        return good

    answer(as_json, work)


def _body(path: Path, said: dict[str, str | None]) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as why:
        raise OperatorFault(f"{path} cannot be read: {why.strerror}") from why
    return {"name": path.name, "content": base64.b64encode(content).decode(), **said}


def _told(console: Console, found: dict[str, Any]) -> bool:
    if "error" in found:
        console.tell(found, f"{found['file']}: not taken. {found['error']}")
        return False
    console.tell(found, *_lines(found))
    return True


def _lines(found: dict[str, Any]) -> list[str]:
    period, refused = found["backtest_period"], found["refused"]
    known = found["expected_alpha"], found["margin_per_unit"]
    alpha, margin = ("unknown" if one is None else f"{float(one):.4%}" for one in known)
    return [
        f"{found['strategy_id']}: {period['days']} days, {period['start']} to {period['end']}",
        f"  mean {float(found['mean_return_daily']):.4%} a day, volatility {float(found['volatility_daily']):.4%}, "
        f"Sharpe {float(found['sharpe_ratio']):.2f}, worst drawdown {float(found['max_drawdown']):.2%}",
        f"  margin per unit of equity {margin}",
        f"  expected alpha per trade {alpha}. {found['expected_alpha_explained']}",
        *(f"  {note}" for note in found["notes"]),
        *(f"  row {one['row']} refused: {one['reason']}" for one in refused[:SHOWN]),
        *([f"  … and {len(refused) - SHOWN} more rows refused; --json lists all"] if len(refused) > SHOWN else []),
    ]
