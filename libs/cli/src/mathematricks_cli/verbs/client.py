"""``client``: who owns the fund, and what they put in and take out."""

from __future__ import annotations

import uuid
from typing import Annotated

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Clients: add, list, flow, arrived")
ClientId = Annotated[str, typer.Argument(metavar="CLIENT")]
KeyOption = Annotated[str | None, typer.Option(help="Makes asking twice the same as asking once; default: a new one")]
CLIENTS = "/api/v1/clients"


@app.command()
def add(
    client_id: ClientId,
    name: Annotated[str, typer.Option(help="As the client is called")],
    live: Annotated[bool, typer.Option("--live/--paper", help="In which mode's fund")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Admit a client to the fund of one mode."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            body = {"client_id": client_id, "display_name": name, "mode": "LIVE" if live else "PAPER"}
            made = await desk.post(fleet.ACCOUNTS, CLIENTS, body)
        console.tell(made, f"{made['display_name']} is {made['client_id']} in the {made['mode']} fund")
        return True

    answer(as_json, work)


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the clients with their capital, as the dashboard tells it."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.ACCOUNTS, CLIENTS)
            funds = [await desk.get(fleet.FRONTEND, "/api/dashboard/fund", mode=mode) for mode in ("live", "paper")]
        rows = [
            (
                fund["mode"],
                held["client_id"],
                held["display_name"],
                held["capital"],
                fund["currency"],
                held["total"] or "",
            )
            for fund in funds
            for held in fund["holders"]
        ]
        console.tell(known, *table(("fund", "client", "name", "capital", "", "return %"), rows))
        return True

    answer(as_json, work)


@app.command()
def flow(
    client_id: ClientId,
    amount: Annotated[str, typer.Argument(help="50000.00; with --withdraw also: all, for every unit")],
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it out instead of putting it in")] = False,
    note: Annotated[str, typer.Option(help="Kept with it")] = "",
    key: KeyOption = None,
    live: Annotated[bool, typer.Option("--live/--paper", help="Of the house: in which fund")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Record a deposit or a withdrawal at the price struck now; its cash is in transit until it arrived."""

    async def work(console: Console) -> bool:
        body = {"note": note, "idempotency_key": key or uuid.uuid4().hex} | _wanted(amount, withdraw)
        if client_id == "house":
            body["mode"] = "LIVE" if live else "PAPER"
        async with desk_client(state_dir(state)) as desk:
            made = await desk.post(fleet.ACCOUNTS, f"{CLIENTS}/{client_id}/flows", body)
        price = made["strike"]["unit_price"]
        console.tell(
            made,
            f"{made['kind']} of {made['amount']} {made['currency']}: {made['units']} units at {price}",
            f"Its cash is in transit; once it arrived: mathematricks client arrived {client_id} {made['flow_id']}",
        )
        return True

    answer(as_json, work)


@app.command()
def arrived(
    client_id: ClientId,
    flow_id: Annotated[str, typer.Argument(metavar="FLOW")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Record that a flow's cash has reached, or left, the broker."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            made = await desk.post(fleet.ACCOUNTS, f"{CLIENTS}/{client_id}/flows/{flow_id}/arrival")
        console.tell(made, f"{made['amount']} {made['currency']} arrived")
        return True

    answer(as_json, work)


def _wanted(amount: str, withdraw: bool) -> dict[str, object]:
    if withdraw and amount == "all":
        return {"kind": "WITHDRAWAL", "everything": True}
    return {"kind": "WITHDRAWAL" if withdraw else "DEPOSIT", "amount": amount}
