"""``up`` and ``down``: the desk of a state directory, started and stopped."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import typer

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, explain
from mathematricks_cli.desk_mongod import find_surviving_mongod, stop_surviving_mongod
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.money import DEFAULT_CASH, cash_of
from mathematricks_cli.processes import stop
from mathematricks_cli.state import DeskRecord, StateDir, UpOptions, state_dir

STOP_PATIENCE = 60.0


def up(
    state: StateOption = DEFAULT_STATE,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65500)] = 8080,
    apart: Annotated[bool, typer.Option("--processes", help="One process per service, over Pub/Sub")] = False,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Simulated prices stand in for the market")] = False,
    paper_cash: Annotated[str, typer.Option(help="What a new paper account opens with")] = DEFAULT_CASH,
    venue: Annotated[bool, typer.Option("--venue", help="The paper venue as one more process")] = False,
    venue_faults: Annotated[bool, typer.Option("--venue-faults", help="That venue, with faults on demand")] = False,
    shadow: Annotated[str | None, typer.Option(help="A version of Cerebro beside the one that decides")] = None,
    log_stdout: Annotated[bool, typer.Option("--log-stdout", help="Log here instead of to desk.log")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the desk until Ctrl-C; what it records stays in the state directory."""
    try:
        here = state_dir(state).create()
        options = UpOptions(host, port, demo, cash_of([paper_cash]), venue or venue_faults, venue_faults, shadow)
        if options.venue and not apart:
            raise OperatorFault("A venue of its own is a process: say --processes too")
        with _terminal(here.log_path, log_stdout) as terminal:
            _run(here, options, apart, Console(as_json, terminal))
    except OperatorFault as fault:
        explain(as_json, fault)


def down(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Stop the desk of the state directory, and its database if a killed desk left that running."""

    async def work(console: Console) -> bool:
        stopped = stop_desk(state_dir(state))
        console.tell({"stopped": stopped}, f"Stopped: {', '.join(stopped)}" if stopped else "Nothing was running")
        return True

    answer(as_json, work)


def stop_desk(state: StateDir) -> list[str]:
    """Stop what runs in *state*, and return the names of what did."""
    stopped = []
    if holder := state.holder():
        stop(holder, STOP_PATIENCE)
        stopped.append("desk")
    if find_surviving_mongod(state):
        stop_surviving_mongod(state)
        stopped.append("mongod")
    return stopped


def _run(state: StateDir, options: UpOptions, apart: bool, console: Console) -> None:
    began = time.monotonic()

    def tell(desk: DeskRecord) -> None:
        console.tell(
            {"url": desk.url, "pid": desk.pid, "mode": desk.mode, "seconds": round(time.monotonic() - began, 2)},
            f"The desk is up on {desk.url} after {time.monotonic() - began:.1f} s ({desk.mode}, state in {state.path})",
            f"Log: {state.log_path}. Ctrl-C drains and stops it.",
        )

    console.remark("Starting …")
    if apart:
        from mathematricks_cli.stack import run_stack

        run_stack(state, options, tell, console.remark)
    else:
        from mathematricks_cli.embedded import run_embedded

        run_embedded(state, options, tell)
    console.remark("Stopped.")


def _terminal(log: Path, log_stdout: bool) -> AbstractContextManager[TextIO]:
    if log_stdout:
        return nullcontext(sys.stderr)
    from mathematricks_cli.logfile import logging_to

    return logging_to(log)
