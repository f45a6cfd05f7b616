"""Time, as an argument: production reads the wall clock, tests and replay say what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from mathematricks.contracts.base import to_instant


class Clock(Protocol):
    """Where a handler gets ``now`` from; ``domain`` never asks."""

    def now(self) -> datetime:
        """Return the current UTC time at millisecond precision."""


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return to_instant(datetime.now(UTC))
