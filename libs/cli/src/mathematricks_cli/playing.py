"""Playing a script at the front door, as its sender would."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from mathematricks_cli.desk_client import exactly, reason_of
from mathematricks_cli.faults import OperatorFault
from mathematricks_cli.outgoing import Outgoing, Player
from mathematricks_cli.script import Step
from mathematricks_cli.signing import sign

Verdict = Literal["accepted", "duplicate", "refused"]


@dataclass(frozen=True)
class Sender:
    """Who sends: a name, and the secrets it was issued by kind (passphrase, token, mac)."""

    name: str
    secrets: dict[str, str]

    def player(self, redating: bool | None) -> Player:
        """Return what fills in this sender's bodies."""
        return Player(
            self.secrets.get("passphrase"), "mac" in self.secrets, redating, lambda: f"send_{uuid.uuid4().hex}"
        )


@dataclass(frozen=True)
class Posted:
    """One body posted, and what the front door answered."""

    external_id: str
    verdict: Verdict
    status: int
    signal_id: str | None
    reason: str
    milliseconds: float

    def as_document(self) -> dict[str, Any]:
        return {
            "signalID": self.external_id,
            "verdict": self.verdict,
            "status": self.status,
            "signal_id": self.signal_id,
            "reason": self.reason,
            "milliseconds": round(self.milliseconds, 1),
        }


@dataclass(frozen=True)
class Pace:
    """How a script is played: each body *copies* times, *parallel* at a time; waits divided by *speed* (0: none)."""

    copies: int = 1
    parallel: int = 1
    speed: float = 1.0

    def seconds(self, wait: float) -> float:
        """Return how long to wait where the script says *wait*."""
        return wait / self.speed if self.speed else 0.0


class FrontDoor:
    """The URL that senders post to."""

    def __init__(self, http: httpx.AsyncClient, url: str, sender: Sender) -> None:
        self._http = http
        self._url = url
        self._sender = sender

    async def post(self, outgoing: Outgoing) -> Posted:
        """Post one body and return the answer; raise ``OperatorFault`` where there is none."""
        headers = {"Content-Type": "application/json"}
        if outgoing.unsigned:
            headers |= sign(self._sender.name, self._sender.secrets["mac"], outgoing.content, time.time(), _nonce())
        began = time.perf_counter()
        try:
            answer = await self._http.post(self._url, content=outgoing.content, headers=headers)
        except httpx.TransportError as silence:
            raise OperatorFault(f"The front door {self._url} does not answer: {silence!r}") from silence
        return _posted(outgoing, answer, (time.perf_counter() - began) * 1e3)


async def play(steps: Sequence[Step], player: Player, door: FrontDoor, pace: Pace) -> AsyncIterator[Posted]:
    """Post each step in turn, with its copies and its wait, and yield every answer."""
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        outgoing = player.fill(step, datetime.now(UTC))
        async for posted in _copies(outgoing, door, pace):
            yield posted
        if following is not None:
            await asyncio.sleep(pace.seconds(step.wait))


async def _copies(outgoing: Outgoing, door: FrontDoor, pace: Pace) -> AsyncIterator[Posted]:
    slots = asyncio.Semaphore(pace.parallel)

    async def one() -> Posted:
        async with slots:
            return await door.post(outgoing)

    for done in asyncio.as_completed([asyncio.create_task(one()) for _ in range(pace.copies)]):
        yield await done


def _posted(outgoing: Outgoing, answer: httpx.Response, milliseconds: float) -> Posted:
    if answer.is_error:
        return Posted(outgoing.signal_id, "refused", answer.status_code, None, reason_of(answer), milliseconds)
    said = exactly(answer.text)
    verdict: Verdict = "duplicate" if said.get("duplicate") else "accepted"
    warnings = "; ".join(said.get("warnings", ()))
    return Posted(outgoing.signal_id, verdict, answer.status_code, said.get("signal_id"), warnings, milliseconds)


def _nonce() -> str:
    return uuid.uuid4().hex
