"""``sender``: who may send signals, for which strategies, with what secrets."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.desk_setup import add_sender, rotate_sender
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Senders: add, list, rotate")
SenderName = Annotated[str, typer.Argument(metavar="NAME")]


@app.command()
def add(
    name: SenderName,
    strategy: Annotated[list[str], typer.Option(help="A strategy it may send for; * means every one")],
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Add a sender and show its secrets, this once."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            _show(console, desk, await add_sender(desk, state_dir(state), name, strategy))
        return True

    answer(as_json, work)


@app.command()
def rotate(
    name: SenderName,
    overlap: Annotated[int, typer.Option(help="Seconds for which the old secrets stay good", min=0, max=86_400)] = 0,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Issue new secrets and show them, this once."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            _show(console, desk, await rotate_sender(desk, state_dir(state), name, overlap))
        return True

    answer(as_json, work)


@app.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the senders; secrets are never shown again."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            known = await desk.get(fleet.INGESTION, "/api/v1/senders")
        rows = [
            (each["name"], "yes" if each["active"] else "no", ", ".join(each["strategies"]), ", ".join(each["kinds"]))
            for each in known["items"]
        ]
        console.tell(known, *table(("sender", "active", "strategies", "secrets"), rows))
        return True

    answer(as_json, work)


def _show(console: Console, desk: DeskClient, issued: dict[str, Any]) -> None:
    secrets = issued["secrets"]
    front_door = desk.url(fleet.INGESTION, "/api/v1/signals")
    shown = {"name": issued["name"], "strategies": issued["strategies"], "front_door": front_door}
    shown |= {"passphrase": secrets.get("passphrase"), "url_token": secrets.get("token"), "mac_key": secrets.get("mac")}
    lines = [
        f"{issued['name']} may send for {', '.join(issued['strategies'])}. Its secrets are shown this once:",
        f"  passphrase  {shown['passphrase']}   (field of the body)",
        f"  URL         {front_door}/{shown['url_token']}   (for those who can set nothing else)",
        f"  MAC key     {shown['mac_key']}   (signs the body; see the front door's README)",
    ]
    console.tell(shown, *lines)
