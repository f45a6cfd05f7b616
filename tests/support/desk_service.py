"""A small service to try the runtime with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mathematricks.messaging.bus import Bus
from mathematricks.messaging.memory import MemoryBus
from mathematricks.runtime.service import Service
from mathematricks.runtime.settings import Platform, ServiceSettings
from pydantic import SecretStr

KEY = "k" * 32


class TrialSettings(ServiceSettings):
    """Nothing of its own."""


@dataclass
class Diary:
    """What happened, in order."""

    lines: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        self.lines.append(line)


def trial_settings() -> TrialSettings:
    platform = Platform(mongo_url=SecretStr("mongodb://nowhere"), deployment_key=SecretStr(KEY))
    return TrialSettings(platform=platform)


def a_service(diary: Diary | None = None, **but: Any) -> Service:
    """Return a service whose ports are its diary."""
    ports = diary or Diary()
    usual = {"name": "trial", "settings": TrialSettings, "connect": connect_to(ports)}
    return Service(**usual | but)  # type: ignore[arg-type]


def connect_to(diary: Diary) -> Callable[[Any, Bus], Any]:
    @asynccontextmanager
    async def connect(_: Any, __: Bus) -> AsyncIterator[Diary]:
        diary.note("connected")
        try:
            yield diary
        finally:
            diary.note("closed")

    return connect


class LateBus(MemoryBus):
    """A bus that says in the diary when it is asked to subscribe and to drain."""

    def __init__(self, diary: Diary) -> None:
        super().__init__(first_backoff=0.001)
        self._diary = diary

    async def subscribe(self, *given: Any, **named: Any) -> None:
        self._diary.note("subscribed")
        await super().subscribe(*given, **named)

    async def drain(self, subscriber: str) -> None:
        self._diary.note("draining")
        await super().drain(subscriber)
        self._diary.note("drained")
