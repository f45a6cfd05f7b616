"""``receipt``: everything that became of a signal."""

from __future__ import annotations

from typing import Annotated

import typer
from mathematricks.contracts.receipts import Receipt

from mathematricks_cli import fleet
from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.ladder import ladder
from mathematricks_cli.state import state_dir


def receipt(
    signal_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The signal_id that its sender was told")
    ] = None,
    last: Annotated[int | None, typer.Option(help="The newest so many instead", min=1, max=200)] = None,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Show receipts: raw body, parsed, caps, orders, fills, profit, and the time of each hop."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            wanted = [signal_id] if signal_id else await newest_signals(desk, last or 1)
            for position, each in enumerate(wanted):
                found = await receipt_of(desk, each)
                console.tell(found.model_dump(mode="json"), *([""] if position else []), *ladder(found))
        return True

    answer(as_json, work)


async def newest_signals(desk: DeskClient, count: int) -> list[str]:
    """Return the ids of the newest *count* signals, oldest first."""
    lines = await desk.get(fleet.FRONTEND, "/api/signals", limit=count)
    return [line["signal_id"] for line in reversed(lines["items"])]


async def receipt_of(desk: DeskClient, signal_id: str) -> Receipt:
    """Return the receipt of a signal; raise ``OperatorFault`` if there is no such signal."""
    found = await desk.find(fleet.FRONTEND, f"/api/signals/{signal_id}/receipt")
    if found is None:
        raise OperatorFault(f"No signal {signal_id}; `receipt --last 10` shows the newest")
    return Receipt.model_validate(found)
