"""``reconcile``: hold our records against the venues' and the books against the brokers' figures, now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import typer

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import DeskClient, DeskRefused
from mathematricks_cli.scopes import personal_client

RUNS = "/api/v1/reconciliations"


def reconcile(
    last: Annotated[int, typer.Option(help="Show the reports of the last N runs instead", min=0, max=500)] = 0,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """
    Compare orders, fills and positions with every venue, and the books with the brokers; put right what differs.

    Exit 1 where anything differed: run it again, and it agrees or shows what it still waits for.
    """

    async def work(console: Console) -> bool:
        async with personal_client(state) as desk:
            if last:
                told = await desk.get(fleet.EXECUTION, RUNS, limit=last)
                console.tell(told, *_history(told["items"]))
                return True
            run = await desk.post(fleet.EXECUTION, RUNS)
            books = {each["account"]: await _sync(desk, each["account"]) for each in run["accounts"]}
        console.tell({"venues": run, "books": books}, *lines_of(run, books))
        return bool(run["agreed"]) and all(each["agreed"] for each in books.values() if each)

    answer(as_json, work)


def lines_of(run: dict[str, Any], books: dict[str, Any]) -> list[str]:
    """Return what a person reads: each account with every difference and what was done about it."""
    return [line for account in run["accounts"] for line in _account(account, books.get(account["account"]))]


def _account(found: dict[str, Any], books: dict[str, Any] | None) -> Iterator[str]:
    name = found["account"]
    if not found["answered"]:
        yield f"{name}: its venue does not answer: {found['reason']}"
    else:
        counted = f"{found['orders']} orders and {found['fills']} fills compared"
        count = len(found["corrections"])
        yield f"{name}: {counted}, {f'{count} differences' if count else 'nothing differs'}"
    for each in found["corrections"]:
        yield f"  {each['kind']}  {each['about']}: ours {each['ours']}, theirs {each['theirs']}"
    for word in ("parked", "pursued"):
        if found[word]:
            yield f"  {word}: {', '.join(found[word])}"
    if books is not None:
        yield from _books(books)


def _books(report: dict[str, Any]) -> Iterator[str]:
    done = ", corrected" if report["corrected"] else ""
    waits = f"  the books wait: {report['waiting_for']}" if report["waiting_for"] else ""
    yield "  the books agree with the broker" if report["agreed"] else waits or f"  the books differ{done}"
    for each in report["differences"]:
        yield f"  {each['subject']} {each['name']}: ours {each['ours']}, theirs {each['theirs']}{done}"


async def _sync(desk: DeskClient, account: str) -> Any:
    """Return account-data's own comparison; None for an account that its books do not know yet."""
    try:
        return await desk.post(fleet.ACCOUNTS, f"/api/v1/account/{quote(account, safe='')}/sync")
    except DeskRefused:
        return None


def _history(runs: list[dict[str, Any]]) -> list[str]:
    rows = [
        (
            each["ended_at"],
            each["occasion"],
            "agreed" if each["agreed"] else "differed",
            _count(each),
            f"{each['seconds']} s",
        )
        for each in runs
    ]
    return table(("when", "why", "result", "corrections", "took"), rows)


def _count(run: dict[str, Any]) -> int:
    return sum(len(account["corrections"]) for account in run["accounts"])
