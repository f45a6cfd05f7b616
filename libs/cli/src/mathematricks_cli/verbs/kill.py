"""``kill``: the kill switch by hand, and ``drill``: its rehearsal on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from mathematricks.contracts.controls import LONGEST_DRILL

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, as_text
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.desk_setup import paper_twin
from mathematricks_cli.scopes import AccountOption, ReasonOption, StrategyOption, personal_client, said, scope_of
from mathematricks_cli.state import state_dir

app = typer.Typer(no_args_is_help=True, help="The kill switch: fire, rearm, approve, show")

SWITCH = "/api/v1/kill-switch"
MODES = (
    "freeze_entries, reduce_only (resting entries go too), cancel_resting (stops go too), flatten (positions go too)"
)
DRILLS = "drills"
FIRST = "Drill"
"""The paper account of a desk that has none yet."""
IN_TIME = Decimal(3)
"""Seconds within which a drill of 50 positions is to be flat."""


@app.command()
def fire(
    mode: Annotated[str, typer.Option(help=f"How hard, from mild to hard: {MODES}")],
    reason: Annotated[str, typer.Option(help="Why, for the trail")],
    account: AccountOption = None,
    strategy: StrategyOption = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Fire the kill switch of the desk, one account or one strategy; it is in force when this returns."""
    body = {"scope": scope_of(account, strategy), "mode": mode, "reason": reason}
    _ask("fire", body, (state, as_json))


@app.command()
def rearm(
    account: AccountOption = None,
    strategy: StrategyOption = None,
    reason: ReasonOption = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Ask for the re-arming of a scope; another admin approves it."""
    _ask("rearm", {"scope": scope_of(account, strategy), "reason": reason}, (state, as_json))


@app.command()
def approve(
    account: AccountOption = None,
    strategy: StrategyOption = None,
    reason: ReasonOption = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Approve the re-arming of a scope: by who neither fired the switch nor asked, here or on the dashboard."""
    _ask("approve", {"scope": scope_of(account, strategy), "reason": reason}, (state, as_json))


@app.command()
def show(
    limit: Annotated[int, typer.Option(help="The newest so many reports", min=1, max=500)] = 10,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Show what is fired, and what became of the firings that flattened."""

    async def work(console: Console) -> bool:
        async with personal_client(state) as desk:
            switches = (await desk.get(fleet.EXECUTION, "/api/v1/controls"))["switches"]
            reports = (await desk.get(fleet.EXECUTION, f"{SWITCH}/reports", limit=limit))["items"]
        lines = [_switch(each) for each in switches] or ["Nothing is fired"]
        console.tell({"switches": switches, "reports": reports}, *lines, *(_report(each) for each in reports))
        return True

    answer(as_json, work)


def drill(
    account: Annotated[str | None, typer.Option(help="Paper account it is held on; else the first there is")] = None,
    positions: Annotated[int, typer.Option(help="How many positions", min=1, max=500)] = 50,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Rehearse the kill switch: open positions on paper with stops and exits in flight, flatten them, report the time.

    The report is kept in the state directory, under drills/. Exit 1 where a position was reversed.
    """

    async def work(console: Console) -> bool:
        async with personal_client(state) as desk:
            body = {"account": paper_twin(account or await _first_account(desk)), "positions": positions}
            report = await desk.post(fleet.EXECUTION, f"{SWITCH}/drills", body, patience=LONGEST_DRILL)
        kept = keep(report, state_dir(state).path / DRILLS)
        console.tell(report, *lines_of(report), f"The report lies in {kept}")
        return bool(report["reversed"] == 0)

    answer(as_json, work)


async def _first_account(desk: DeskClient) -> str:
    """Its own positions are all that a drill touches, so it may share an account with others."""
    known = (await desk.get(fleet.EXECUTION, "/api/v1/accounts"))["items"]
    return next((each["account"] for each in known if each["mode"] == "PAPER"), FIRST)


def keep(report: dict[str, Any], folder: Path) -> Path:
    """Write *report* into *folder* under its time; return where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{report['generation']}.json"
    path.write_bytes(orjson.dumps(orjson.loads(as_text(report)), option=orjson.OPT_INDENT_2))
    return path


def lines_of(report: dict[str, Any]) -> list[str]:
    """Return what a person reads of a drill: how long it took and what was in flight."""
    places = report["places"]
    in_flight = f"{report['exits']} exits and {report['stops']} stops and targets in flight"
    took = f"{len(places)} positions flat {report['seconds_to_flat']} s after the trigger, {in_flight}"
    late = Decimal(report["seconds_to_flat"]) > IN_TIME
    slow = [f"SLOWER than the {IN_TIME} s that fifty positions may take"] if late else []
    turned = report["reversed"]
    return [took, "None was reversed" if not turned else f"{turned} WERE REVERSED on the way", *slow]


def _ask(act: str, body: dict[str, Any], where: tuple[Path, bool]) -> None:
    async def work(console: Console) -> bool:
        async with personal_client(where[0]) as desk:
            told = await desk.post(fleet.EXECUTION, f"{SWITCH}/{act}", body)
        console.tell(told, *([_switch(each) for each in told["switches"]] or ["Nothing is fired"]))
        return True

    answer(where[1], work)


def _switch(switch: dict[str, Any]) -> str:
    asked = f"; re-arming asked for by {switch['rearm_asked_by']}" if switch["rearm_asked_by"] else ""
    fired = f"{said(switch['scope'])}: {switch['mode']} since {switch['fired_at']}, by {switch['fired_by']}"
    return f"{fired}: {switch['reason']} (generation {switch['generation']}){asked}"


def _report(report: dict[str, Any]) -> str:
    how = f"flat after {report['seconds_to_flat']} s" if report["flat_at"] else "NOT FLAT YET"
    waits = f", waits for {'; '.join(report['waiting'][:3])}" if report["waiting"] else ""
    name = (
        f"{report['generation']}  {report['fired_at']}  {said(report['scope'])}{' (drill)' if report['drill'] else ''}"
    )
    return f"{name}: {how}, {len(report['places'])} positions, {report['reversed']} reversed{waits}"
