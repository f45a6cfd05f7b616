"""``promote`` and ``shadow``: which version of Cerebro decides, and how another would have."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.state import state_dir

shadow = typer.Typer(no_args_is_help=True, help="Versions beside the one that decides: diff, list")
Version = Annotated[str, typer.Argument(metavar="VERSION", help="For example v2")]


def promote(
    version: Version,
    portfolio: Annotated[str | None, typer.Option(help="live or paper; both if left out")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record")] = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Give the authority to a version that runs: from the next signal on its decisions owe orders."""

    async def work(console: Console) -> bool:
        body = {"version": version, "portfolio": portfolio, "reason": reason}
        async with desk_client(state_dir(state)) as desk:
            view = await desk.post(fleet.CEREBRO, "/api/v1/authority/promote", body)
        console.tell(view, *_reigns(view))
        return True

    answer(as_json, work)


@shadow.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show which version decides, which ever did, and which run."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            view = await desk.get(fleet.CEREBRO, "/api/v1/authority")
        seen = [(one["version"], one["code_version"], one["seen_at"]) for one in view["versions"]]
        console.tell(view, *_reigns(view), "", *table(("version", "code", "last seen"), seen))
        return True

    answer(as_json, work)


@shadow.command()
def diff(
    version: Version,
    last: Annotated[int, typer.Option(help="Newest decisions compared", min=1, max=5000)] = 500,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Show where a version would have decided otherwise, and what either would have made on paper."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            report = await desk.get(fleet.CEREBRO, f"/api/v1/shadows/{version}", last=last)
        rows = [
            (one["seq"], one["strategy_id"], "+".join(one["what"]), _told(one["authority"]), _told(one["shadow"]))
            for one in report["items"]
        ]
        console.tell(
            report,
            f"{report['same']} of {report['compared']} decisions are the same",
            *(
                f"Made in {one['currency']}: {one['authority']} by the authority, {one['shadow']} by {version}"
                for one in report["results"]
            ),
            *(table(("seq", "strategy", "differs in", "authority", version), rows) if rows else ()),
        )
        return True

    answer(as_json, work)


def _reigns(view: Any) -> list[str]:
    rows = [
        (
            one["portfolio"],
            one["version"],
            one["epoch"],
            _range(one),
            one["by"],
            one["reason"],
        )
        for one in view["reigns"]
    ]
    return table(("portfolio", "version", "epoch", "decides", "by", "why"), rows)


def _told(verdict: Any) -> str:
    units = ", ".join(f"{units} {name}" for name, units in verdict["units"].items())
    return " ".join(part for part in (verdict["outcome"], verdict["reason"], units) if part)


def _range(reign: Any) -> str:
    first, last = reign["from_seq"], reign["to_seq"]
    return f"from {first}" if last is None else f"{first} to {last}" if last >= first else "nothing"
