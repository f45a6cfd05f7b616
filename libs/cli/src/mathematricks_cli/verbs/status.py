"""``status``: whether every service takes work, and what is still on its way."""

from __future__ import annotations

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer, table
from mathematricks_cli.desk_client import desk_client
from mathematricks_cli.desk_status import status_of
from mathematricks_cli.state import state_dir


def status(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Show services, what is owed and how far each book is: 0 if every service takes work."""

    async def work(console: Console) -> bool:
        async with desk_client(state_dir(state)) as desk:
            now = await status_of(desk)
            record = desk.record
        services = [(each.service, "ready" if each.ready else "NOT READY", each.url) for each in now.services]
        debts = [(each.collection, each.owed, f"{each.lag:.1f} s") for each in now.debts]
        heads = ", ".join(f"{portfolio} {seq}" for portfolio, seq in now.heads.items())
        console.tell(
            now.as_document(),
            f"{record.mode}, process {record.pid}, {record.url}{', simulated prices' if record.demo else ''}",
            "",
            *table(("service", "state", "url"), services),
            "",
            *table(("owing collection", "owed", "oldest"), debts),
            "",
            f"decisions so far: {heads}",
        )
        return now.ready

    answer(as_json, work)
