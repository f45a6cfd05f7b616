"""``chaos``: break a whole desk on purpose, by seed, and check what it promised."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mathematricks_cli.console import Console, as_text, explain
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.state import StateDir, state_dir

if TYPE_CHECKING:
    from mathematricks_cli.chaos.plan import Options
    from mathematricks_cli.chaos.report import Report


@dataclass
class Place:
    """Where the desk of a run lives, and whether it is left there."""

    state: StateDir
    kept: bool = False


def chaos(
    signals: Annotated[int, typer.Option(help="How many signals are sent", min=1, max=1_000_000)] = 200,
    seed: Annotated[int, typer.Option(help="Decides signals, blows and their order")] = 1,
    kill: Annotated[str, typer.Option(help="Processes that may be killed: names with commas, all, none")] = "all",
    faults: Annotated[str, typer.Option(help="Faults that may strike: names with commas, all, none")] = "all",
    rate: Annotated[float, typer.Option(help="Signals per second", min=0.1)] = 20.0,
    state: Annotated[
        Path | None, typer.Option(help="Where the desk is made and left [default: a place of its own]")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Leave the report here")] = None,
) -> None:
    """Kill, cut, delay and lie to a desk while signals walk through it; 1 on any breach of its promises."""
    from mathematricks_cli.chaos.plan import FAULTS, KILLABLE, Options, chosen

    try:
        options = Options(signals, seed, chosen(kill, KILLABLE, "process"), chosen(faults, FAULTS, "fault"))
        report = _run(options, state, Console(as_json=False, out=sys.stdout), rate)
    except OperatorFault as fault:
        explain(False, fault)
        return
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(json.loads(as_text(report.as_document())), indent=1) + "\n", encoding="utf-8")
    raise typer.Exit(0 if report.good else 1)


def _run(options: Options, state: Path | None, console: Console, rate: float) -> Report:
    import uvloop

    from mathematricks_cli.chaos.report import lines_of
    from mathematricks_cli.chaos.running import run

    with _place(state, console) as place:
        report = uvloop.run(run(options, place.state, console.remark, rate))
        place.kept = not report.good
        for line in lines_of(report):
            console.remark(line)
    return report


@contextmanager
def _place(state: Path | None, console: Console) -> Iterator[Place]:
    """Yield where the desk lives; a place of its own goes afterwards, unless it is to be kept."""
    made = state is None
    path = state if state is not None else Path(tempfile.mkdtemp(prefix="mathematricks-chaos-"))
    place = Place(state_dir(path).create())
    try:
        yield place
    except BaseException:
        place.kept = True
        raise
    finally:
        if made and not place.kept:
            shutil.rmtree(path, ignore_errors=True)
        elif made:
            console.remark(f"  what the desk left behind lies in {path}")
