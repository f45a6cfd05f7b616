"""``prove-once``: one alert ten times, four ways, and how often it happened."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from mathematricks_cli.console import Console, JsonOption, answer, table
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.launching import await_started, kill_desk, launch
from mathematricks_cli.mongod import free_port
from mathematricks_cli.proving import (
    HALF,
    Effects,
    Part,
    Prover,
    as_document,
    effects_of,
    in_parallel,
    in_sequence,
    prover_of,
    through_two_intakes,
)
from mathematricks_cli.state import StateDir, state_dir
from mathematricks_cli.verbs.up import stop_desk

WAYS: Mapping[Part, Callable[[Prover, bytes], Awaitable[list[str | None]]]] = {
    "parallel": in_parallel,
    "sequence": in_sequence,
    "two intakes": through_two_intakes,
}
HEADS = ("ten copies", "answered", "ids", "signals", "decisions", "orders", "at the venue", "filled", "EFFECTS")


def prove_once(
    apart: Annotated[bool, typer.Option("--processes", help="Prove it of one process per service")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send an alert ten times in parallel, in sequence, around a kill, by two intakes: 0 if each happened once."""

    async def work(console: Console) -> bool:
        with tempfile.TemporaryDirectory(prefix="mathematricks-proof-") as place:
            state = state_dir(Path(place)).create()
            try:
                proved = await _prove(Desk(state, free_port(), ("--processes",) if apart else ()), console)
            finally:
                stop_desk(state)
        console.remark("\n".join(table(HEADS, [_row(found) for found in proved])))
        for found in proved if console.as_json else ():
            console.tell(as_document(found))
        return all(found.good for found in proved)

    answer(as_json, work)


@dataclass
class Desk:
    """A desk of the proof's own, which can be killed and started again."""

    state: StateDir
    port: int
    flags: Sequence[str]
    process: subprocess.Popen[bytes] | None = None

    @asynccontextmanager
    async def up(self) -> AsyncIterator[DeskClient]:
        """Start it, and yield a client; it stays up."""
        with (self.state.path / "up.log").open("ab") as log:
            self.process = self._launch(log)
        await await_started(self.process, self.state)
        async with desk_client(self.state) as client:
            yield client

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process is not None:
            kill_desk(self.process, self.state)

    def _launch(self, log: IO[Any]) -> subprocess.Popen[bytes]:
        return launch(self.state, self.port, *self.flags, to=log)


async def _prove(desk: Desk, console: Console) -> list[Effects]:
    console.remark("A desk of the proof's own starts …")
    async with desk.up() as client:
        prover = await prover_of(client, desk.state)
        proved = list(await asyncio.gather(*(_part(part, prover) for part in WAYS)))
        content = prover.alert("restart")
        before = await in_sequence(prover, content, HALF)
        desk.kill()
    console.remark("Killed; it starts again …")
    async with desk.up() as client:
        after = await in_sequence(Prover(client, prover.secrets), content, HALF)
        return [*proved, await effects_of("restart", content, [*before, *after], client)]


async def _part(part: Part, prover: Prover) -> Effects:
    content = prover.alert(part)
    return await effects_of(part, content, await WAYS[part](prover, content), prover.desk)


def _row(found: Effects) -> tuple[object, ...]:
    counted = (found.names, found.signals, found.decisions, found.orders, found.at_venue, f"{found.filled:f}")
    return (found.part, f"{found.answered}/{found.sent}", *counted, f"{found.effects} per {found.sent}")
