"""``venue``: the paper venue as a process of its own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, explain
from mathematricks_cli.desk_mongod import desk_mongod
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.money import DEFAULT_CASH, cash_of
from mathematricks_cli.state import StateDir, state_dir

if TYPE_CHECKING:
    from mathematricks_cli.venue.serving import Opening


def venue(
    state: StateOption = DEFAULT_STATE,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on", min=1, max=65500)] = 8090,
    faults: Annotated[bool, typer.Option("--faults", help="Serve /control: faults on demand")] = False,
    seed: Annotated[int, typer.Option(help="Decides what a fault leaves open")] = 0,
    simulated: Annotated[bool, typer.Option("--simulated/--posted", help="Make prices, or have them posted")] = True,
    paper_cash: Annotated[str, typer.Option(help="What a new account opens with")] = DEFAULT_CASH,
    database: Annotated[str, typer.Option(help="Where its book lies")] = "venue",
    as_json: JsonOption = False,
) -> None:
    """Serve the paper venue over HTTP and WebSocket until Ctrl-C; its book lies in a database of its own."""
    from mathematricks_cli.venue.floor import FloorOptions
    from mathematricks_cli.venue.serving import Opening, Place

    try:
        here = state_dir(state).create()
        cash = {currency: Decimal(amount) for currency, amount in cash_of([paper_cash]).items()}
        with _mongo_of(here) as url:
            options = FloorOptions(url, database, simulated, cash, seed)
            _open(Opening(Place(host, port), options, here.venue_token(), faults), Console(as_json, sys.stdout))
    except OperatorFault as fault:
        explain(as_json, fault)


def _open(opening: Opening, console: Console) -> None:
    import uvloop
    from mathematricks.runtime.logging import configure_logging

    from mathematricks_cli.embedded import await_port
    from mathematricks_cli.venue.serving import serve

    await_port(opening.place.port, opening.place.host)
    configure_logging("venue")
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: None)  # uvicorn ends on these, then raises them again for us: exit 0
    url, faults = f"http://{opening.place.host}:{opening.place.port}", opening.faults
    said = f"The venue opens on {url}{', with faults on demand' if faults else ''}"
    console.tell({"url": url, "faults": faults}, said)
    uvloop.run(serve(opening))


@contextmanager
def _mongo_of(state: StateDir) -> Iterator[str]:
    """Yield the MongoDB of the desk that runs in *state*, else ``MONGO_URL``, else one of the directory's own."""
    if state.is_up() and (desk := state.read("desk", None)):
        yield desk["mongo_url"]
        return
    with desk_mongod(state) as mongod:
        yield mongod.url
