"""``controls``: limits before the trade, and when the kill switch fires by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.scopes import AccountOption, ReasonOption, StrategyOption, personal_client, said, scope_of

app = typer.Typer(
    no_args_is_help=True, help="Limits before the trade and triggers of the kill switch: show, set, triggers"
)

CONTROLS = "/api/v1/controls"
NAMES = Annotated[list[str], typer.Argument(metavar="NAME=VALUE…")]
LIMITS = (
    *("max_order_quantity", "max_order_notional", "max_position", "max_daily_loss", "price_collar"),
    *("max_orders_per_second", "max_repeats", "repeat_window", "restricted"),
)
TRIGGERS = ("mode", "drawdown", "day_loss", "margin", "cvar", "rejects", "rejects_of", "drift", "stale")
NONE = "none"


@app.command()
def show(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show the limits, the triggers and what is fired."""

    async def work(console: Console) -> bool:
        async with personal_client(state) as desk:
            told = await desk.get(fleet.EXECUTION, CONTROLS)
        console.tell(told, *lines_of(told))
        return True

    answer(as_json, work)


@app.command("set")
def set_(
    wanted: NAMES,
    account: AccountOption = None,
    strategy: StrategyOption = None,
    reason: ReasonOption = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Set limits, such as max_order_notional=50000 price_collar=0.02 restricted=GME,AMC; `none` takes one away.

    They hold from the next order on; those not named stay. Without --account or --strategy they are the desk's.
    """
    _put("limits", LIMITS, wanted, (scope_of(account, strategy), reason), (state, as_json))


@app.command()
def triggers(
    wanted: NAMES,
    account: AccountOption = None,
    strategy: StrategyOption = None,
    reason: ReasonOption = "",
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Set when the kill switch fires by itself, such as drawdown=0.1 stale=60 mode=flatten; `none` takes one away.

    Shares of equity, but stale in seconds. At 80 % of a threshold it warns, at 95 % it is critical.
    """
    _put("triggers", TRIGGERS, wanted, (scope_of(account, strategy), reason), (state, as_json))


@app.command()
def changes(
    limit: Annotated[int, typer.Option(help="The newest so many", min=1, max=500)] = 20,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what, when and why."""

    async def work(console: Console) -> bool:
        async with personal_client(state) as desk:
            told = await desk.get(fleet.EXECUTION, f"{CONTROLS}/changes", limit=limit)
        rows = [(each["at"], each["by"], each["act"], said(each["scope"]), each["reason"]) for each in told["items"]]
        console.tell(told, *table(("when", "who", "did", "for", "why"), rows))
        return True

    answer(as_json, work)


def lines_of(controls: dict[str, Any]) -> list[str]:
    """Return what a person reads: one line per limit and trigger that is set, and every switch."""
    rows = [*_set_of(controls, "limits"), *_set_of(controls, "triggers")]
    lines = table(("for", "what", "value"), rows) if rows else ["No limits and no triggers are set"]
    fired = [
        f"FIRED for {said(each['scope'])}: {each['mode']}, by {each['fired_by']}: {each['reason']}"
        for each in controls["switches"]
    ]
    return [*lines, *fired, "Margin is watched in any case: entries freeze at 40 % of equity"]


def parsed(wanted: list[str], names: tuple[str, ...]) -> dict[str, Any]:
    """Return NAME=VALUE words as fields; None takes one away."""
    fields: dict[str, Any] = {}
    for word in wanted:
        name, equals, value = word.partition("=")
        if not equals or name not in names:
            raise OperatorFault(f"{word}: say NAME=VALUE with one of {', '.join(names)}")
        plain = None if value == NONE else value
        fields[name] = tuple(plain.split(",")) if name == "restricted" and plain else plain
    return fields


def _set_of(controls: dict[str, Any], part: str) -> Iterator[tuple[str, str, str]]:
    for each in controls[part]:
        for name, value in each[part].items():
            if value not in (None, [], ()) and name not in ("repeat_window", "rejects_of"):
                yield said(each["scope"]), name, ", ".join(value) if isinstance(value, list) else str(value)


def _put(
    part: str, names: tuple[str, ...], wanted: list[str], why: tuple[dict[str, str], str], where: tuple[Path, bool]
) -> None:
    async def work(console: Console) -> bool:
        scope, reason = why
        fields = parsed(wanted, names)
        async with personal_client(where[0]) as desk:
            known = await desk.get(fleet.EXECUTION, CONTROLS)
            kept: dict[str, Any] = next((each[part] for each in known[part] if each["scope"] == scope), {})
            merged = {name: value for name, value in (kept | fields).items() if value is not None}
            told = await desk.put(
                fleet.EXECUTION, f"{CONTROLS}/{part}", {"scope": scope, part: merged, "reason": reason}
            )
        console.tell(told, *lines_of(told))
        return True

    answer(where[1], work)
