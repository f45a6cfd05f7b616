"""``books``: does everybody who keeps a figure say the same?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from mathematricks_cli.books import Balance, Figure
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.gathering import QUIET_WITHIN, balance_when_quiet
from mathematricks_cli.ladder import number
from mathematricks_cli.state import state_dir

MOST_IDS = 10


def books(
    patience: Annotated[float, typer.Option(help="Seconds to let what is under way arrive", min=0)] = QUIET_WITHIN,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Hold venue, executions, positions, sub-ledgers and dashboard against each other: 1 on any difference."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            found = await balance_when_quiet(desk, patience)
        console.tell(document_of(found), *lines_of(found))
        return found.balances

    answer(as_json, work)


def lines_of(found: Balance) -> list[str]:
    """Return what a person reads: every difference with what each keeper says, or that there is none."""
    accounts = len({figure.account for figure in found.figures})
    if found.balances:
        return [f"The books balance: {len(found.figures)} figures of {accounts} accounts, everybody says the same"]
    return [f"THE BOOKS DO NOT BALANCE: {len(found.differences)} differences", *_named(found)]


def document_of(found: Balance) -> dict[str, object]:
    """Return what a program reads: every figure as each keeper says it."""
    return {
        "balances": found.balances,
        "figures": [
            {"account": figure.account, "what": figure.what, "agrees": figure.agrees, "said": dict(figure.said)}
            for figure in found.figures
        ],
        "missing": [
            {"account": each.account, "held_by": each.holder, "lacking_in": each.lacking, "executions": each.ids}
            for each in found.missing
        ],
    }


def _named(found: Balance) -> Iterator[str]:
    for figure in found.differences:
        yield f"  {figure.account}  {figure.what}: {_said(figure)}"
    for lack in found.missing:
        more = f" and {len(lack.ids) - MOST_IDS} more" if len(lack.ids) > MOST_IDS else ""
        yield f"  {lack.account}  in {lack.holder}, not in {lack.lacking}: {', '.join(lack.ids[:MOST_IDS])}{more}"


def _said(figure: Figure) -> str:
    return ", ".join(f"{keeper} {number(amount)}" for keeper, amount in figure.said.items())
