"""``allocation``: how much of the equity each strategy may use."""

from __future__ import annotations

from typing import Annotated

import typer

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_setup import allocate, current_shares
from mathematricks_cli.money import amounts_of
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Allocation: set, show")


@app.command("set")
def set_(
    shares: Annotated[list[str], typer.Argument(metavar="STRATEGY=PERCENT…", help="For example Momentum=20 Forex=35")],
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "set by hand",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Make these shares active at once; strategies not named keep theirs."""

    async def work(console: Console) -> bool:
        wanted = amounts_of(shares, "Momentum=20")
        async with desk_client(state_dir(state)) as desk:
            active = await allocate(desk, wanted, reason)
        console.tell(active, *_lines(active["allocations"]))
        return True

    answer(as_json, work)


@app.command()
def show(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show the active allocation."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            shares = await current_shares(desk)
        said = {name: str(share) for name, share in shares.items()}
        console.tell({"allocations": said}, *(_lines(said) if said else ["Nothing is allocated yet"]))
        return True

    answer(as_json, work)


def _lines(shares: dict[str, str]) -> list[str]:
    return table(("strategy", "% of equity"), sorted(shares.items()))
