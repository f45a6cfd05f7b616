"""``account``: paper accounts opened, and every account the desk can trade."""

from __future__ import annotations

from typing import Annotated

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_setup import open_paper_account, paper_twin
from mathematricks_cli.money import DEFAULT_CASH, cash_of
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Accounts: open (paper), list")


@app.command("open")
def open_(
    name: Annotated[str, typer.Argument(help="The account whose paper twin is opened: IBKR_Main or paper:IBKR_Main")],
    cash: Annotated[list[str] | None, typer.Option(help="CURRENCY=AMOUNT, the base currency first")] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Open a paper account, or bring one that never traded to these balances."""

    async def work(console: Console) -> bool:
        deposits = cash_of(cash or [DEFAULT_CASH])
        async with desk_client(state_dir(state)) as desk:
            opened = await open_paper_account(desk, name, deposits)
        balances = ", ".join(f"{amount} {currency}" for currency, amount in deposits.items())
        console.tell(opened, f"{paper_twin(name)} is open with {balances}")
        return True

    answer(as_json, work)


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the accounts that the desk can trade."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.EXECUTION, "/api/v1/accounts")
        rows = [(each["account"], each["mode"], each["broker"], each["base_currency"]) for each in known["items"]]
        console.tell(known, *table(("account", "mode", "broker", "currency"), rows))
        return True

    answer(as_json, work)
