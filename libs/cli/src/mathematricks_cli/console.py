"""How the command speaks: lines for people, or one JSON document per line for programs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TextIO

import orjson
import typer

from mathematricks_cli.faults import OperatorFault

StateOption = Annotated[Path, typer.Option("--state", help="Directory that holds the desk", show_default=True)]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, one document per line")]
DEFAULT_STATE = Path(".local")
INTERRUPTED = 130


@dataclass(frozen=True)
class Console:
    """Where a verb says what it found."""

    as_json: bool
    out: TextIO

    def tell(self, document: Any, *lines: str) -> None:
        """Say *document* to a program, or *lines* to a person."""
        said = as_text(document) if self.as_json else "\n".join(lines)
        print(said, file=self.out, flush=True)

    def remark(self, line: str) -> None:
        """Say *line* to a person; a program does not hear it."""
        if not self.as_json:
            print(line, file=self.out, flush=True)


def answer(as_json: bool, work: Callable[[Console], Awaitable[bool]]) -> None:
    """Run *work* and exit: 0 if it returns True, 1 if False, 2 with an explanation if it could not be done."""
    console = Console(as_json, sys.stdout)
    try:
        good = asyncio.run(_await(work, console))
    except OperatorFault as fault:
        explain(as_json, fault)
    except (KeyboardInterrupt, asyncio.CancelledError) as interruption:
        raise typer.Exit(INTERRUPTED) from interruption
    raise typer.Exit(0 if good else 1)


def explain(as_json: bool, fault: OperatorFault) -> None:
    """Say what the operator can mend, and exit 2."""
    Console(as_json, sys.stderr).tell({"error": str(fault)}, str(fault))
    raise typer.Exit(2) from fault


def as_text(document: Any) -> str:
    """Return *document* as one line of JSON; decimals as text, to the last digit."""
    return orjson.dumps(document, default=_plain).decode()


def table(heads: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Return the lines of a table; columns as wide as they must be."""
    text = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[column]) for row in text) for column in range(len(heads))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in text]


async def _await(work: Callable[[Console], Awaitable[bool]], console: Console) -> bool:
    return await work(console)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be told in JSON")
