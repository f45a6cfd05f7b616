"""``demo`` and ``demo-once``: the whole desk, shown at work."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import typer

from mathematricks_cli.console import DEFAULT_STATE, Console, JsonOption, StateOption, answer
from mathematricks_cli.demo import Walked, set_up, stuck_among, walk_samples
from mathematricks_cli.demo_life import furnish, trade_now_and_then
from mathematricks_cli.desk_client import DeskClient, desk_client
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.gathering import balance_when_quiet
from mathematricks_cli.ladder import in_short, ladder
from mathematricks_cli.launching import await_started, launch
from mathematricks_cli.playing import Sender
from mathematricks_cli.processes import stop
from mathematricks_cli.samples import bundled_samples
from mathematricks_cli.state import StateDir, state_dir
from mathematricks_cli.verbs.books import lines_of
from mathematricks_cli.verbs.up import STOP_PATIENCE

PortOption = Annotated[int, typer.Option(help="Port to listen on", min=1, max=65500)]
SpeedOption = Annotated[float, typer.Option(help="Divide the scripts' waits by this", min=0.1)]


def demo(
    state: StateOption = DEFAULT_STATE, port: PortOption = 8080, speed: SpeedOption = 5.0, as_json: JsonOption = False
) -> None:
    """Start a desk on simulated prices, walk real signals from webhook to fill, and stay up until Ctrl-C."""

    async def work(console: Console) -> bool:
        async with _running_desk(state_dir(state).create(), port, console) as desk:
            good = await show(desk, state_dir(state), console, speed)
            await _stay(desk, state_dir(state), console)
        return good

    answer(as_json, work)


def demo_once(
    state: StateOption = DEFAULT_STATE, port: PortOption = 8080, speed: SpeedOption = 10.0, as_json: JsonOption = False
) -> None:
    """The same, and end: 0 when every signal reached its end and the books balance."""

    async def work(console: Console) -> bool:
        async with _running_desk(state_dir(state).create(), port, console) as desk:
            return await show(desk, state_dir(state), console, speed)

    answer(as_json, work)


async def show(desk: DeskClient, state: StateDir, console: Console, speed: float) -> bool:
    """Walk every bundled script, telling each signal's end; return whether all ended and the books balance."""
    sender = await set_up(desk, state)
    samples = bundled_samples()
    console.remark(f"Playing {len(samples)} scripts of {sum(len(sample.steps) for sample in samples)} signals …\n")
    began, walks = time.monotonic(), []
    async for walked in walk_samples(desk, sender, samples, speed):
        walks.append(walked)
        console.tell(_document(walked), _line(walked))
    stuck = stuck_among(walks)
    _tell_one_ladder(console, walks)
    console.remark(f"\n{len(walks) - len(stuck)} of {len(walks)} signals ended in {time.monotonic() - began:.1f} s")
    for walked in stuck:
        console.remark(f"STUCK: {_line(walked)}")
    balance = await balance_when_quiet(desk)
    console.tell({"balances": balance.balances, "stuck": len(stuck)}, *lines_of(balance))
    return balance.balances and not stuck


def _tell_one_ladder(console: Console, walks: list[Walked]) -> None:
    richest = max(
        (walked.receipt for walked in walks if walked.receipt), key=lambda each: len(ladder(each)), default=None
    )
    if richest:
        console.remark("\nOne of them in full:\n")
        for line in ladder(richest):
            console.remark(line)


def _line(walked: Walked) -> str:
    if walked.receipt:
        return f"{walked.sample:<24} {in_short(walked.receipt)}"
    return f"{walked.sample:<24} {walked.posted.external_id}  {walked.posted.verdict}  {walked.posted.reason}"


def _document(walked: Walked) -> dict[str, object]:
    receipt = walked.receipt.model_dump(mode="json") if walked.receipt else None
    return {"sample": walked.sample, **walked.posted.as_document(), "receipt": receipt}


@asynccontextmanager
async def _running_desk(state: StateDir, port: int, console: Console) -> AsyncIterator[DeskClient]:
    """Yield a client of the state directory's desk; start one, and stop it afterwards, where none runs."""
    if state.is_up():
        await await_started(None, state)
        async with desk_client(state) as desk:
            console.remark(f"Using the desk that is up on {desk.record.url}")
            yield desk
        return
    process = launch(state, port, to=sys.stderr if console.as_json else sys.stdout)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _this_task().cancel)
    try:
        await await_started(process, state)
        async with desk_client(state) as desk:
            yield desk
    finally:
        stop(process.pid, STOP_PATIENCE)


def _this_task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def _stay(desk: DeskClient, state: StateDir, console: Console) -> None:
    """Furnish the desk, and let it live until Ctrl-C: this is a demonstration, and says so."""
    invited = await furnish(desk)
    for one in invited:
        address = f"{desk.record.url}/invitation/{one['token']}"
        console.remark(f"  {one['user']['role']:<7} chooses a password at {address}")
    console.remark(f"\nThe desk stays on {desk.record.url} until Ctrl-C, on simulated prices and made-up histories;")
    console.remark("its demo sender goes on trading. Try: mathematricks receipt --last 3")
    living = asyncio.create_task(_live(desk, await set_up(desk, state)))
    await _until_interrupted()
    living.cancel()


async def _live(desk: DeskClient, sender: Sender) -> None:
    while True:
        with suppress(OperatorFault):  # a desk that does not answer for a moment is asked again
            async for _ in trade_now_and_then(desk, sender):
                pass
        await asyncio.sleep(1)


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()
