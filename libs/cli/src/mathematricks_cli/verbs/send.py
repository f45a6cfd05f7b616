"""``send``: play bodies at the front door, as a sender would."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import httpx
import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer
from mathematricks_cli.desk_client import PATIENCE
from mathematricks_cli.desk_setup import secrets_of
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.playing import FrontDoor, Pace, Posted, Sender, play
from mathematricks_cli.script import read_steps
from mathematricks_cli.state import StateDir, state_dir

FRONT_DOOR = "/api/v1/signals"
_MARKS = {"accepted": "✓", "duplicate": "=", "refused": "✗"}


def send(
    file: Annotated[str, typer.Argument(metavar="FILE|-|SAMPLE", help="JSON object, array (a script) or JSON lines")],
    sender: Annotated[str, typer.Option(help="Whose secrets to show; made by `sender add`")],
    copies: Annotated[int, typer.Option(help="Post each body this often, byte for byte the same", min=1)] = 1,
    parallel: Annotated[int, typer.Option(help="This many copies at a time", min=1, max=500)] = 1,
    redate: Annotated[
        bool | None,
        typer.Option("--redate/--no-redate", help="Send old bodies as if new [default: only undated scripts]"),
    ] = None,
    speed: Annotated[float, typer.Option(help="Divide the script's waits by this", min=0.001)] = 1.0,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Ignore the script's waits")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Post each body of FILE and say what became of it: 0 if all were taken, 1 if any was refused.

    SAMPLE is the name of a bundled script, such as scale_in or option.
    """
    here = state_dir(state)

    async def work(console: Console) -> bool:
        steps = read_steps(text_of(file))
        who = sender_of(here, sender)
        pace = Pace(copies, parallel, 0.0 if no_wait else speed)
        good = True
        async with httpx.AsyncClient(timeout=PATIENCE, limits=httpx.Limits(max_connections=parallel)) as http:
            door = FrontDoor(http, here.desk().urls[fleet.INGESTION] + FRONT_DOOR, who)
            async for posted in play(steps, who.player(redate), door, pace):
                console.tell(posted.as_document(), line_of(posted))
                good = good and posted.verdict != "refused"
        return good

    answer(as_json, work)


def text_of(file: str) -> str:
    """Return the text of a file, of standard input (``-``), or of a bundled sample."""
    if file == "-":
        return sys.stdin.read()
    path, sample = Path(file), resources.files("mathematricks_cli") / "samples" / f"{file}.json"
    if not path.exists() and sample.is_file():
        return sample.read_text(encoding="utf-8")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise OperatorFault(f"{file} cannot be read: {fault}") from fault


def sender_of(state: StateDir, name: str) -> Sender:
    """Return the sender *name* with the secrets kept here; raise ``OperatorFault`` if there are none."""
    secrets = secrets_of(state, name)
    if not secrets:
        raise OperatorFault(
            f"No secrets of {name} are kept in {state.path}: `sender add {name}` or `sender rotate {name}`"
        )
    return Sender(name, secrets)


def line_of(posted: Posted) -> str:
    """Return one line about a posted body."""
    what = f"{_MARKS[posted.verdict]} {posted.verdict:9}  {posted.external_id}"
    known = f"  → {posted.signal_id}" if posted.signal_id else f"  {posted.status}"
    why = f"  {posted.reason}" if posted.reason else ""
    return f"{what}{known}{why}  ({posted.milliseconds:.0f} ms)"
