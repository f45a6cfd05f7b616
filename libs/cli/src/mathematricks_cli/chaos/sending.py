"""Sending: several senders at a steady rate, each insisting until its signal is answered."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from mathematricks_cli.chaos.signals import Planned, Strategy
from mathematricks_cli.playing import Sender
from mathematricks_cli.signing import sign

AGAIN_AFTER = 0.1
LOOK_EVERY = 0.02
ANSWERED_WITHIN = 5.0
PATIENCE = 120.0
"""Seconds that a sender insists; a desk that takes nothing for so long has lost the signal."""
BUSY = frozenset({429, 503})


async def until(good: Callable[[], bool]) -> None:
    """Return once it is *good*; what it is about tells nobody of itself."""
    while not good():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY)


@dataclass(frozen=True)
class Answered:
    """What the front door said to one signal: its id, or why not, and how often it was asked."""

    planned: Planned
    signal_ids: tuple[str, ...]
    refusal: str = ""
    tries: int = 1


@dataclass
class Pace:
    """A steady rate over all senders, which pauses while the breaker is behind its plan."""

    rate: float
    sent: int = 0
    allowed: int = 1 << 30
    """Signals that may be sent before the next blow has fallen."""
    _next: float = 0.0

    async def turn(self) -> None:
        """Return when the next signal may go, counted."""
        await until(lambda: self.sent < self.allowed)
        self.sent += 1
        self._next = max(time.monotonic(), self._next) + 1 / self.rate
        await asyncio.sleep(self._next - 1 / self.rate - time.monotonic())


@dataclass
class Senders:
    """Everyone who sends, where to, and what was answered."""

    url: str
    secrets: Mapping[str, Sender]
    strategies: Mapping[str, Strategy]
    http: httpx.AsyncClient
    pace: Pace
    answers: list[Answered] = field(default_factory=list)
    _repeating: list[tuple[int, Planned, bytes]] = field(default_factory=list)

    async def send_all(self, signals: Mapping[str, Sequence[Planned]]) -> None:
        """Send every strategy's signals in their order, all strategies at once, and the repetitions at the end."""
        await asyncio.gather(*(self._stream(stream) for stream in signals.values()))
        await asyncio.gather(*(self._post_copies(planned, content) for _, planned, content in self._repeating))

    async def _stream(self, stream: Sequence[Planned]) -> None:
        for place, planned in enumerate(stream):
            if not planned.hurried:
                await self.pace.turn()
            else:
                self.pace.sent += 1
            content = self._content(planned)
            await self._post_copies(planned, content)
            if planned.repeats:
                self._repeating.append((place + planned.repeats, planned, content))
            await self._repeat(planned.strategy, place)

    async def _repeat(self, strategy: str, place: int) -> None:
        """Send once more, byte for byte, what was due to come again."""
        due = [each for each in self._repeating if each[0] <= place and each[1].strategy == strategy]
        self._repeating = [each for each in self._repeating if each not in due]
        for _, planned, content in due:
            await self._post_copies(planned, content)

    def _content(self, planned: Planned) -> bytes:
        """Return the body with its time, and with its passphrase where it is known by one."""
        body = dict(planned.body) | {"signal_sent_EPOCH": int(time.time() * 1000)}
        if planned.route == "passphrase":
            body["passphrase"] = self._sender(planned).secrets["passphrase"]
        return json.dumps(body).encode()

    def _sender(self, planned: Planned) -> Sender:
        return self.secrets[self.strategies[planned.strategy].sender]

    async def _post_copies(self, planned: Planned, content: bytes) -> None:
        copies = await asyncio.gather(*(self._insist(planned, content) for _ in range(planned.copies)))
        ids = tuple(each for copy in copies for each in copy.signal_ids)
        refusal = next((copy.refusal for copy in copies if copy.refusal), "")
        self.answers.append(Answered(planned, ids, refusal, sum(copy.tries for copy in copies)))

    async def _insist(self, planned: Planned, content: bytes) -> Answered:
        """Send until there is an answer that says something."""
        deadline, tries = time.monotonic() + PATIENCE, 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                async with asyncio.timeout(ANSWERED_WITHIN):
                    status, said = await self._ask(planned, content)
            except (httpx.TransportError, OSError, WebSocketException, TimeoutError, ValueError):
                status, said = 503, {}
            if status < 300 and "signal_id" in said:
                return Answered(planned, (said["signal_id"],), tries=tries)
            if status not in BUSY:
                return Answered(planned, (), f"{status} {said.get('error', '')}", tries)
            await asyncio.sleep(AGAIN_AFTER)
        return Answered(planned, (), f"no answer in {PATIENCE:.0f} s", tries)

    async def _ask(self, planned: Planned, content: bytes) -> tuple[int, dict[str, Any]]:
        sender = self._sender(planned)
        if planned.route == "websocket":
            return await self._by_socket(sender, content)
        url, headers = self.url, {"Content-Type": "application/json"}
        if planned.route == "token":
            url = f"{url}/{sender.secrets['token']}"
        if planned.route == "mac":
            headers |= sign(sender.name, sender.secrets["mac"], content, time.time(), uuid.uuid4().hex)
        answer = await self.http.post(url, content=content, headers=headers)
        return answer.status_code, answer.json()

    async def _by_socket(self, sender: Sender, content: bytes) -> tuple[int, dict[str, Any]]:
        url = f"{self.url.replace('http', 'ws', 1)}/ws?token={sender.secrets['token']}"
        async with connect(url, open_timeout=2, close_timeout=0.5, proxy=None) as socket:
            await socket.send(content.decode())
            said = json.loads(await socket.recv())
        return int(said["code"]), said
