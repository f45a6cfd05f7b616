"""``alerts``: what a person must know, and taking note of it."""

from __future__ import annotations

from typing import Annotated

import typer
from mathematricks.contracts.alerts import AlertRecord

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="Alerts: list, ack")


@app.command("list")
def list_(
    severity: Annotated[str, typer.Option(help="This urgent or more: info, warning, critical")] = "info",
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged ones too")] = False,
    limit: Annotated[int, typer.Option(help="The newest so many", min=1, max=500)] = 50,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """List the alerts that nobody has acknowledged, the last seen first."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            told = await desk.get(fleet.ALERTING, "/api/v1/alerts", severity=severity, limit=limit)
        found = [AlertRecord.model_validate(one) for one in told["items"] if everything or one["open"]]
        rows = [(f"{one.last_seen:%m-%d %H:%M:%S}", one.severity, one.count, one.title, one.alert_id) for one in found]
        lines = table(("last seen", "severity", "times", "what", "id"), rows) if rows else ["Nothing is open"]
        console.tell([one.model_dump(mode="json") for one in found], *lines)
        return True

    answer(as_json, work)


@app.command()
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID")],
    note: Annotated[str, typer.Option(help="What was found or done, for the record")] = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Take note of an alert: nobody is paged about it any more; the next with its key is a new one."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            told = await desk.post(fleet.ALERTING, f"/api/v1/alerts/{alert_id}/acknowledge", {"note": note})
        record = AlertRecord.model_validate(told)
        console.tell(told, f"Acknowledged by {record.acknowledged_by}: {record.title}")
        return True

    answer(as_json, work)
