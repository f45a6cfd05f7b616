"""``strategy``: which strategies trade, where, and how large."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_setup import PAPER, add_strategy, allocate, current_shares
from mathematricks_cli.money import amounts_of
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Strategies: add, list")


@app.command()
def add(
    strategy_id: Annotated[str, typer.Argument(metavar="ID", help="The strategy_name that signals carry")],
    account: Annotated[str, typer.Option(help="Account; a PAPER strategy trades on its paper twin")],
    allocation: Annotated[str | None, typer.Option(help="Per cent of equity it may use")] = None,
    mode: Annotated[str, typer.Option(help="PAPER or LIVE")] = "PAPER",
    status: Annotated[str, typer.Option(help="ACTIVE, INACTIVE or TESTING")] = "ACTIVE",
    sizing: Annotated[str | None, typer.Option(help="capital, units, share_of_equity or target")] = None,
    alpha: Annotated[str | None, typer.Option(help="Expected gain per trade, as a fraction of price")] = None,
    name: Annotated[str | None, typer.Option(help="Name for people, if not the id")] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Add a strategy, and its paper account if that is not open yet."""
    strategy: dict[str, str | None] = {
        "strategy_id": strategy_id,
        "strategy_name": name or strategy_id,
        "account": account.removeprefix(PAPER),
        "trading_mode": mode.upper(),
        "status": status.upper(),
        "sizing": sizing,
        "expected_alpha": alpha,
    }

    async def work(console: Console) -> bool:
        shares = amounts_of([f"{strategy_id}={allocation}"], "20") if allocation is not None else {}
        async with desk_client(state_dir(state)) as desk:
            added = await add_strategy(desk, strategy)
            if shares:
                await allocate(desk, shares, f"{strategy_id} added")
        console.tell(added, f"{strategy_id} added: {mode.upper()} on {account}, {allocation or 'no'} % of equity")
        return True

    answer(as_json, work)


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the strategies."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.ACCOUNTS, "/api/strategies")
            shares = await current_shares(desk)
        rows = [_row(each, shares) for each in known["items"]]
        console.tell(known, *table(("strategy", "status", "mode", "account", "sizing", "allocation"), rows))
        return True

    answer(as_json, work)


def _row(strategy: dict[str, Any], shares: Mapping[str, Decimal]) -> tuple[object, ...]:
    settings = (strategy[name] for name in ("strategy_id", "status", "trading_mode", "account"))
    return (*settings, strategy["sizing"] or "inferred", f"{shares.get(strategy['strategy_id'], 0)} %")
