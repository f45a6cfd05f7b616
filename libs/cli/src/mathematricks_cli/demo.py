"""The demonstration: a desk set up through its APIs, every bundled script posted and followed to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
from mathematricks.contracts.receipts import Receipt

from mathematricks_cli import fleet
from mathematricks_cli.desk_client import DeskClient
from mathematricks_cli.desk_setup import (
    add_sender,
    add_strategy,
    allocate,
    current_shares,
    ensure_paper_account,
    rotate_sender,
    secrets_of,
)
from mathematricks_cli.playing import FrontDoor, Pace, Posted, Sender, play
from mathematricks_cli.samples import Sample
from mathematricks_cli.state import StateDir

ACCOUNT = "IBKR_Main"
SENDER = "demo"
SHARES = {
    "Sample Equity": Decimal(40),
    "Sample FX": Decimal(30),
    "Sample Macro": Decimal(60),
    "Sample Crypto": Decimal(10),
    "Sample Webhook": Decimal(5),
}
"""Per cent of equity for the strategies of the bundled scripts."""

FOLLOW_EVERY = 0.1
PATIENCE = 30.0
"""Seconds without any news after which what has not ended counts as stuck."""


@dataclass(frozen=True)
class Walked:
    """One signal of the demonstration: the script it belongs to, the answer at the door, and its receipt so far."""

    sample: str
    posted: Posted
    receipt: Receipt | None = None

    @property
    def ended(self) -> bool:
        return self.posted.verdict == "refused" or (self.receipt is not None and self.receipt.settled)


@dataclass
class Walk:
    """Every signal of one demonstration, while they walk."""

    desk: DeskClient
    waiting: list[Walked] = field(default_factory=list)
    playing: bool = True

    async def ends(self) -> AsyncIterator[Walked]:
        """Yield each signal as it reaches its end; stop when all have, or when nothing has happened for long."""
        news = time.monotonic()
        while (self.playing or self.waiting) and time.monotonic() - news < PATIENCE:
            ended = await self.look()
            for walked in ended:
                yield walked
            if ended or self.playing:
                news = time.monotonic()
            await asyncio.sleep(FOLLOW_EVERY)

    async def look(self) -> list[Walked]:
        """Return the signals that have ended since the last look."""
        count = len(self.waiting)  # more may be posted while this looks
        looked = [await self._followed(walked) for walked in self.waiting[:count]]
        self.waiting[:count] = [walked for walked in looked if not walked.ended]
        return [walked for walked in looked if walked.ended]

    async def _followed(self, walked: Walked) -> Walked:
        if walked.posted.signal_id is None:
            return walked
        found = await self.desk.find(fleet.FRONTEND, f"/api/signals/{walked.posted.signal_id}/receipt")
        return Walked(walked.sample, walked.posted, Receipt.model_validate(found) if found else None)


async def set_up(desk: DeskClient, state: StateDir) -> Sender:
    """Make sure that the demonstration's account, strategies, allocation and sender exist; return the sender."""
    await ensure_paper_account(desk, ACCOUNT)
    known = {each["strategy_id"] for each in (await desk.get(fleet.ACCOUNTS, "/api/strategies"))["items"]}
    for name in SHARES.keys() - known:
        strategy = {"strategy_id": name, "strategy_name": name, "account": ACCOUNT, "trading_mode": "PAPER"}
        await add_strategy(desk, strategy)
    if missing := SHARES.keys() - (await current_shares(desk)).keys():
        await allocate(desk, {name: SHARES[name] for name in missing}, "demonstration")
    return Sender(SENDER, await _secrets(desk, state))


async def walk_samples(
    desk: DeskClient, sender: Sender, samples: Sequence[Sample], speed: float
) -> AsyncIterator[Walked]:
    """Play *samples* side by side and yield each signal when it has reached its end, or as it is if it is stuck."""
    walk = Walk(desk)
    async with httpx.AsyncClient(timeout=30) as http:
        door = FrontDoor(http, desk.url(fleet.INGESTION, "/api/v1/signals"), sender)
        player = asyncio.create_task(_play_all(walk, door, sender, samples, speed))
        try:
            async for ended in walk.ends():
                yield ended
            await player
        finally:
            player.cancel()
    for stuck in await walk.look():
        yield stuck
    for stuck in walk.waiting:
        yield stuck


def stuck_among(walks: Iterable[Walked]) -> list[Walked]:
    """Return the signals that did not reach an end."""
    return [walked for walked in walks if not walked.ended]


async def _play_all(walk: Walk, door: FrontDoor, sender: Sender, samples: Sequence[Sample], speed: float) -> None:
    async def one(sample: Sample) -> None:
        async for posted in play(sample.steps, sender.player(None), door, Pace(speed=speed)):
            walk.waiting.append(Walked(sample.name, posted))

    try:
        await asyncio.gather(*(one(sample) for sample in samples))
    finally:
        walk.playing = False


async def _secrets(desk: DeskClient, state: StateDir) -> dict[str, str]:
    known = {each["name"] for each in (await desk.get(fleet.INGESTION, "/api/v1/senders"))["items"]}
    if SENDER not in known:
        await add_sender(desk, state, SENDER, sorted(SHARES))
    elif not secrets_of(state, SENDER):
        await rotate_sender(desk, state, SENDER, 0)
    return secrets_of(state, SENDER)
