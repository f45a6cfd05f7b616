"""``user``: who may log in to the dashboards, and the way back in when a device is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Users: list, add, invite, disable, enable, reset-second-factor")
USERS = "/api/users"
UserName = Annotated[str, typer.Argument(metavar="NAME")]


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List who may log in."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.FRONTEND, USERS)
        rows = [
            (one["name"], one["role"], one["client_id"] or one["sender"] or "", one["status"], _factor(one))
            for one in known["items"]
        ]
        console.tell(known, *table(("user", "role", "of", "status", "second factor"), rows))
        return True

    answer(as_json, work)


@app.command()
def add(
    name: UserName,
    role: Annotated[str, typer.Option(help="admin, client or sender")],
    client: Annotated[str | None, typer.Option(help="Whose capital a client sees")] = None,
    sender: Annotated[str | None, typer.Option(help="Whose signals a sender sees")] = None,
    zone: Annotated[str, typer.Option(help="Time zone of what is shown")] = "UTC",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Let somebody in: an invitation is shown, this once, with which they choose a password."""
    body = {"name": name, "role": role, "client_id": client, "sender": sender, "time_zone": zone}

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            _show(console, desk, await desk.post(fleet.FRONTEND, USERS, body))
        return True

    answer(as_json, work)


@app.command()
def invite(name: UserName, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Invite a user to choose another password; the invitation is shown, this once."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            _show(console, desk, await _post(desk, name, "invitation"))
        return True

    answer(as_json, work)


@app.command()
def disable(name: UserName, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Put a user out, now."""
    _do(name, "disable", "is out, and every session has ended", (state, as_json))


@app.command()
def enable(name: UserName, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Let a user log in again."""
    _do(name, "enable", "may log in again", (state, as_json))


@app.command("reset-second-factor")
def reset_second_factor(name: UserName, state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Forget a user's second factor, whose device is lost: the way back in of the last admin."""
    _do(name, "reset-second-factor", "sets up a second factor at the next login", (state, as_json))


def _do(name: str, act: str, said: str, where: tuple[Path, bool]) -> None:
    async def work(console: Console) -> bool:
        async with desk_client(state_dir(where[0])) as desk:
            told = await _post(desk, name, act)
        console.tell(told, f"{told['name']} {said}")
        return True

    answer(where[1], work)


async def _post(desk: DeskClient, name: str, act: str) -> Any:
    known = (await desk.get(fleet.FRONTEND, USERS))["items"]
    found = next((one for one in known if one["name"] == name.strip().casefold()), None)
    if found is None:
        raise OperatorFault(f"There is no user {name}: mathematricks user list")
    return await desk.post(fleet.FRONTEND, f"{USERS}/{found['user_id']}/{act}")


def _show(console: Console, desk: DeskClient, invited: dict[str, Any]) -> None:
    address = f"{desk.record.url}/invitation/{invited['token']}"
    lines = (f"{invited['user']['name']} chooses a password at, until {invited['expires_at']}:", f"  {address}")
    console.tell({**invited, "address": address}, *lines)


def _factor(user: dict[str, Any]) -> str:
    if user["second_factor"]:
        return "set up"
    return "to be set up" if user["second_factor_required"] else "none"
