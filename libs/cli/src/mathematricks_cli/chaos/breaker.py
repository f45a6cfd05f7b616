"""The breaker: carries a plan out on a running desk, and measures how long each death was felt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from mathematricks_cli.chaos.desk import PROGRAMS, BrokenDesk
from mathematricks_cli.chaos.plan import MONGOD, Blow
from mathematricks_cli.chaos.recovery import Books, seconds_to_correct
from mathematricks_cli.chaos.sending import Pace, until

AHEAD = 25
"""Signals that may be sent beyond the place of a blow before it has fallen."""
LOOK_EVERY = 0.03
STRIKES_WITHIN = 4.0
"""Seconds for a fail point to be passed; a process that does not come by is killed where it is."""
RETURNS_WITHIN = 90.0


@dataclass(frozen=True)
class Felt:
    """What one blow did: who died where, how long until it was back, and from then until the books were right."""

    blow: Blow
    died: tuple[str, ...] = ()
    at_point: str | None = None
    away: float | None = None
    recovery: float | None = None

    def as_document(self) -> dict[str, Any]:
        """Return it as the report shows it."""
        felt = {"died": self.died, "at_point": self.at_point, "away": self.away, "recovery": self.recovery}
        return self.blow.as_document() | felt


@dataclass
class Breaker:
    """Breaks a desk by plan, one blow after the other."""

    desk: BrokenDesk
    books: Books
    pace: Pace
    http: httpx.AsyncClient
    felt: list[Felt] = field(default_factory=list)

    async def carry_out(self, plan: tuple[Blow, ...]) -> None:
        """Let every blow of *plan* fall in its turn."""
        for blow in plan:
            self.pace.allowed = blow.after + AHEAD
            await until(lambda place=blow.after: self.pace.sent >= place)  # type: ignore[misc]
            self.felt.append(await self._strike(blow))
        self.pace.allowed = 1 << 30

    async def calm(self) -> None:
        """Let no fault strike any more."""
        headers = {"Authorization": f"Bearer {self.desk.state.venue_token()}"}
        async with asyncio.timeout(RETURNS_WITHIN):
            while True:
                try:
                    (
                        await self.http.delete(f"{self.desk.desk.venue_url}/control/faults", headers=headers)
                    ).raise_for_status()
                    return
                except httpx.TransportError:
                    await asyncio.sleep(LOOK_EVERY)

    async def _strike(self, blow: Blow) -> Felt:
        if blow.kind == "fault":
            await self._fault(blow)
            return Felt(blow)
        before = self._pids()
        if blow.kind == "fail_point" and blow.point is not None:
            died, point = await self._die_at(blow, before)
        else:
            await asyncio.sleep(blow.terms.get("seconds", 0.0))
            died, point = tuple(blow.target), None
            for name in died:
                self.desk.kill(name)
        return await self._felt(blow, died, point, before)

    async def _die_at(self, blow: Blow, before: Mapping[str, int]) -> tuple[tuple[str, ...], str | None]:
        """Wait for a process to die at the fail point; kill the one that was meant where none comes by."""
        point = blow.point or ""
        self.desk.arm(point, int(blow.terms.get("passing", 1)))
        deadline = time.monotonic() + STRIKES_WITHIN
        while time.monotonic() < deadline:
            if (pid := self.desk.struck(point)) is not None:
                self.desk.disarm(point)
                return (self._name(pid, before) or blow.target[0],), point
            await asyncio.sleep(LOOK_EVERY)
        self.desk.disarm(point)
        self.desk.kill(blow.target[0])
        return tuple(blow.target), None

    async def _felt(self, blow: Blow, died: tuple[str, ...], point: str | None, before: Mapping[str, int]) -> Felt:
        began = time.monotonic()
        async with asyncio.timeout(RETURNS_WITHIN):
            for name in died:
                await self._returned(name, before[PROGRAMS.get(name, name)])
        away = round(time.monotonic() - began, 3)
        return Felt(blow, died, point, away, await seconds_to_correct(self.books))

    async def _returned(self, name: str, before: int) -> None:
        while True:
            if await self.desk.returned(name, before):
                return
            await asyncio.sleep(LOOK_EVERY)

    async def _fault(self, blow: Blow) -> None:
        fault, terms = blow.target[0], blow.terms
        place, _, how = fault.rpartition("_")
        if place in self.desk.wires and how == "cut":
            self.desk.wires[place].cut(terms["seconds"])
        elif place in self.desk.wires and how == "slow":
            self.desk.wires[place].slow(terms["seconds"], terms["delay"])
        else:
            await self._at_venue({"kind": fault, **terms})

    async def _at_venue(self, fault: Mapping[str, Any]) -> None:
        """Arm a fault at the venue; one that does not answer just then is asked again."""
        headers = {"Authorization": f"Bearer {self.desk.state.venue_token()}"}
        async with asyncio.timeout(RETURNS_WITHIN):
            while True:
                try:
                    url = f"{self.desk.desk.venue_url}/control/faults"
                    (await self.http.post(url, json=dict(fault), headers=headers)).raise_for_status()
                    return
                except httpx.TransportError:
                    await asyncio.sleep(LOOK_EVERY)

    def _pids(self) -> dict[str, int]:
        return self.desk.state.desk().pids | {MONGOD: self.desk.pid_of(MONGOD)}

    def _name(self, pid: int, before: Mapping[str, int]) -> str | None:
        return self.desk.name_of(pid, before)
